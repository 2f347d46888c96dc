"""Parses calendar days: `12 March`, `March 12th`, `12/3`, `12.3.`, `2026-03-12`, `the 12th`, Christmas."""

from collections.abc import Callable

from msgspec.structs import replace

from bot.language.grammar.day_numbers import parse_bare_day, parse_weekday_and_number
from bot.language.grammar.holidays import HOLIDAY_FIRST_WORDS, parse_holiday
from bot.language.grammar.iso_dates import build_date, parse_iso_date
from bot.language.grammar.numeric_dates import parse_numeric_date
from bot.language.grammar.rules import DIGITS
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import HOUR_WORDS, MONTH_NUMBERS, WEEKDAY_NUMBERS
from bot.language.model.days import (
    CalendarDay,
    CalendarMonth,
    DayOffset,
    WeekdayOfMonth,
    join_days,
)
from bot.language.model.items import DayItem, InvalidTime, ItemMatch
from bot.language.text.token_cursor import (
    ORDINAL_FIRST_WORDS,
    TokenCursor,
    memoize_rule,
    parse_below_hundred,
    parse_ordinal,
)

_MIN_SPELLED_OUT_DAY = 4
_MAX_DAYS_IN_MONTH = 31
_NOT_DAY_BEFORE = word_set(
    """
    floor floors level lvl year years yr time edition row attempt semester term trimester week lab
    tutorial lecture lectures quiz assignment anniversary birthday grade door person place team
    group gen generation class hour attempts wave base degree draft round rounds test exam party
    meeting one version street avenue
    """
)
_AFTER_YEAR = word_set("at from between for until to on in with please pls")
_AFTER_MINUTES = word_set("past to after before minutes mins min hours people")
_MONTH_PREPOSITIONS = word_set(
    "in until to of next this by from for during since before after mid early late - all through"
)
_PLAIN_MONTHS = word_set("january february july september october november december")
_MONTH_EDGE_WORDS = word_set("end start beginning middle")


@memoize_rule
def parse_calendar_day(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """The day of the calendar that starts here."""
    if cursor.number(index) is not None:
        rules: tuple[Callable[[TokenCursor, int], ItemMatch | None], ...] = _DIGIT_RULES
    else:
        rules = _WORD_RULES
    for rule in rules:
        found = rule(cursor, index)
        if found is not None:
            return found
    return None


def _parse_compact_date(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`20260312`."""
    word = cursor.word(index)
    if len(word) != 8 or not word.isdecimal() or not word.startswith("20"):
        return None
    item = build_date(int(word[:4]), int(word[4:6]), int(word[6:]))
    after = index + 1 + (cursor.word(index + 1) == "t" and cursor.number(index + 2) is not None)
    return (item, after) if isinstance(item, DayItem) else None


def _parse_day_then_month(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`12 March`, `12th of March 2027`, `the twelfth of march`."""
    at = index + (cursor.word(index) == "the")
    ordinal = parse_ordinal(cursor, at)
    number, after = (ordinal.value, ordinal.end_index) if ordinal else (cursor.number(at), at + 1)
    if number is None or (len(cursor.word(at)) > 2 and ordinal is None):
        return None
    after += cursor.matches(after, "day", "of")
    after = cursor.skip(after, {"of", "-", "/", "."} if cursor.is_attached(after) else {"of"})
    month = MONTH_NUMBERS.get(cursor.word(after))
    if month is None or (
        cursor.word(after) == "may" and cursor.word(after + 1) in {"i", "we", "be", "need", "have"}
    ):
        return None
    if cursor.word(index - 1) in {"to", "-"} and _is_of_day(cursor, after):
        return None  # `from 5 to 6 of april 22`
    return _build_day_of_month(cursor, number, month, after + 1)


def _is_of_day(cursor: TokenCursor, index: int) -> bool:
    """Whether `of` stands before the month and its day after it."""
    day = cursor.number(index + 1)
    is_day = day is not None and 1 <= day <= _MAX_DAYS_IN_MONTH and len(cursor.word(index + 1)) <= 2
    return is_day and cursor.word(index - 1) == "of" and not cursor.word(index + 2)


def _build_day_of_month(cursor: TokenCursor, day: int, month: int, end_index: int) -> ItemMatch:
    short_year = _parse_short_year(cursor, end_index)
    if short_year is not None:
        return build_date(2000 + short_year[0], month, day), short_year[1]
    at = cursor.skip(end_index, {",", ".", "-", "/", "'", "of"})
    year = cursor.number(at)
    if (
        year is not None
        and len(cursor.word(at)) == 4
        and 2000 <= year <= 2099
        and not _is_clock_time(cursor, at, year)
    ):
        return build_date(year, month, day), at + 1
    if not day >= 1 or day > _days_in(month):
        return InvalidTime(), end_index
    return DayItem(CalendarDay(day, month)), end_index + (
        cursor.word(end_index) == "." and cursor.is_attached(end_index)
    )


def _parse_short_year(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """The year of `10 Dec '26`, `10-Dec-26`, `10 dec 26`; an hour is at most 24."""
    at = index + (cursor.word(index) in {"'", "-", "/"})
    year = cursor.number(at)
    if year is None or len(cursor.word(at)) != 2 or cursor.word(at + 1) in {":", ".", "am", "pm"}:
        return None
    is_joined = cursor.word(index) != "-" or (cursor.is_attached(index) and cursor.is_attached(at))
    is_dashed = cursor.word(index - 2) in {"-", "/"} and cursor.is_attached(index - 1)
    if at > index or is_dashed:
        return (year, at + 1) if is_joined and (year > 24 or cursor.word(index) == "'") else None
    follows = cursor.word(at + 1)
    is_year = 25 <= year <= 39 and (not follows.isalpha() or follows in _AFTER_YEAR)
    return (year, at + 1) if is_year else None


def _is_clock_time(cursor: TokenCursor, index: int, year: int) -> bool:
    """Whether four digits after a month are a time: `12 march 2030` is a year, `2015-2100` is not."""
    ranged = cursor.word(index + 1) in {"-", "to"} and len(cursor.word(index + 2)) == 4
    return ranged or cursor.word(index + 1) in HOUR_WORDS or year % 100 > 40


def _days_in(month: int) -> int:
    """Days in a month of a leap year."""
    return 29 if month == 2 else 30 if month in {4, 6, 9, 11} else _MAX_DAYS_IN_MONTH


def _parse_month_then_day(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`March 12th`, `march the 12th`, `Mar. 12`, `march 20-22`; `in march` is the whole month."""
    month = MONTH_NUMBERS.get(cursor.word(index))
    if month is None:
        return None
    first = _parse_day_number(cursor, cursor.skip(index + 1, {".", "the", "-", "/"}))
    if first is None:
        return _parse_whole_month(cursor, index, month)
    number, after = first
    last = _parse_day_number(cursor, after + 1) if cursor.word(after) == "-" else None
    if last is not None and number < last[0] <= _days_in(month):
        return DayItem(join_days(CalendarDay(number, month), CalendarDay(last[0], month))), last[1]
    return _build_day_of_month(cursor, number, month, after)


def _parse_day_number(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """A day of a month: `12th`, or a bare `12` that is not an hour."""
    ordinal = parse_ordinal(cursor, index)
    if ordinal is not None:
        return (ordinal.value, ordinal.end_index) if 1 <= ordinal.value <= _MAX_DAYS_IN_MONTH else None
    spelled = parse_below_hundred(cursor, index)
    if spelled is not None and 12 < spelled.value <= _MAX_DAYS_IN_MONTH:
        is_minutes = cursor.word(spelled.end_index) in _AFTER_MINUTES
        return None if is_minutes else (spelled.value, spelled.end_index)
    number = cursor.number(index)
    if number is None or len(cursor.word(index)) > 2 or _is_hour_suffix(cursor, index + 1):
        return None
    return (number, index + 1) if 1 <= number <= _MAX_DAYS_IN_MONTH else None


def _is_hour_suffix(cursor: TokenCursor, index: int) -> bool:
    """`5:00`, `5 oclock`, `5am`; but `feb 5 am` is a morning."""
    if cursor.word(index) in {"am", "pm"}:
        return cursor.is_attached(index)
    return cursor.word(index) in {":", "oclock"}


def _parse_whole_month(cursor: TokenCursor, index: int, month: int) -> ItemMatch | None:
    year = cursor.number(index + 1)
    if year is not None and 2000 <= year <= 2099:
        return DayItem(CalendarMonth(month, year=year)), index + 2
    if cursor.word(index - 2) == "week":
        return None
    has_preposition = (
        cursor.word(index - 1) in _MONTH_PREPOSITIONS or cursor.word(index - 2) in _MONTH_EDGE_WORDS
    )
    is_plain = cursor.word(index) in _PLAIN_MONTHS and cursor.number(index - 1) is None
    if not has_preposition and not is_plain and not cursor.is_only_word(index):
        return None
    return DayItem(CalendarMonth(month)), index + 1


def _parse_ordinal_day(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`the 12th`, `12th`; but not `the 12th floor`."""
    at = index + (cursor.word(index) == "the")
    ordinal = parse_ordinal(cursor, at)
    if ordinal is None or not 1 <= ordinal.value <= 31 or cursor.word(ordinal.end_index) in _NOT_DAY_BEFORE:
        return None
    nth = _parse_nth_weekday(cursor, ordinal.value, ordinal.end_index)
    if nth is not None:
        return nth
    if ordinal.is_spelled_out and (
        at == index or (ordinal.value < _MIN_SPELLED_OUT_DAY and cursor.word(index - 1) != "on")
    ):
        return None
    after = ordinal.end_index + cursor.matches(ordinal.end_index, "day", "of")
    at = cursor.skip(after, {"of", "in", "the"})
    if cursor.word(at) in {"next", "following", "this", "coming"} and cursor.word(at + 1) == "month":
        months = int(cursor.word(at) != "this")
        return build_day_of_month_offset(ordinal.value, months), at + 2
    if cursor.matches(after, "of", "the", "month"):
        after += 3
    return DayItem(CalendarDay(ordinal.value)), after


def build_day_of_month_offset(day: int, months: int) -> DayItem:
    """The nth day of this month (0) or of one after it."""
    if months == 0:
        return DayItem(CalendarDay(day))
    first = CalendarMonth(month_offset=months, is_first_day_only=True)
    return DayItem(DayOffset(days=day - 1, base=first))


def _parse_nth_weekday(cursor: TokenCursor, nth: int, index: int) -> ItemMatch | None:
    """`the second tuesday of april`, `first monday in the month`."""
    number = WEEKDAY_NUMBERS.get(cursor.word(index))
    at = index + 1
    if number is None or cursor.word(at) not in {"in", "of"} or nth > 5:
        return None
    at = cursor.skip(at + 1, {"the", "this"})
    months = 1 if cursor.word(at) == "next" else 0
    at += months
    if cursor.word(at) == "month":
        return DayItem(WeekdayOfMonth(nth, number, CalendarMonth(month_offset=months))), at + 1
    month = MONTH_NUMBERS.get(cursor.word(at))
    return (DayItem(WeekdayOfMonth(nth, number, CalendarMonth(month))), at + 1) if month else None


def _parse_last_weekday(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`the last friday of march`."""
    at = index + (cursor.word(index) == "the")
    return _parse_nth_weekday(cursor, -1, at + 1) if cursor.word(at) == "last" else None


def _parse_weekday_and_day(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`mon 16th`, `fri the 13th`, `tuesday, 17 march`, `friday 20`: both must be the same day."""
    weekday = WEEKDAY_NUMBERS.get(cursor.word(index))
    if weekday is None:
        return None
    at = cursor.skip(index + 1, {",", ".", "the"})
    found = (
        _parse_day_then_month(cursor, at)
        or _parse_month_then_day(cursor, at)
        or parse_numeric_date(cursor, at)
        or _parse_ordinal_day(cursor, at)
    )
    if found is None:
        return parse_weekday_and_number(cursor, weekday, at)
    if not isinstance(found[0], DayItem) or isinstance(found[0].day, CalendarMonth | WeekdayOfMonth):
        return None
    return replace(found[0], weekday=weekday), found[1]


_DIGIT_RULES = (
    parse_iso_date,
    parse_numeric_date,
    _parse_day_then_month,
    _parse_ordinal_day,
    parse_bare_day,
)
DATE_FIRST_WORDS = (
    WEEKDAY_NUMBERS.keys()
    | MONTH_NUMBERS.keys()
    | ORDINAL_FIRST_WORDS
    | HOLIDAY_FIRST_WORDS
    | {"the", "last", DIGITS}
)
"""The words that a day of the calendar may begin with."""
_WORD_RULES = (
    _parse_compact_date,
    parse_holiday,
    _parse_last_weekday,
    _parse_weekday_and_day,
    _parse_day_then_month,
    _parse_month_then_day,
    _parse_ordinal_day,
    parse_bare_day,
)
