"""Parses ranges of days: `3 until 12 of sept`, `week of 6 april`, `rest of the week`, `3rd week of jan`."""

from collections.abc import Callable

from msgspec import Struct

from bot.language.grammar.anchors import parse_plain_day
from bot.language.grammar.dates import build_day_of_month_offset, parse_calendar_day
from bot.language.grammar.rules import DIGITS, Rule, RuleEntry
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import MONTH_NUMBERS, WEEKDAY_NUMBERS
from bot.language.model.day_spans import HalfOfMonth, LaterInMonth, LaterInWeek, WeekOfDay, WeekOfMonth
from bot.language.model.days import (
    CalendarDay,
    CalendarMonth,
    CalendarWeek,
    DayAlternatives,
    DayExpression,
    WeekdayOfMonth,
    as_calendar_day,
    join_days,
)
from bot.language.model.items import DayItem, ItemsMatch
from bot.language.text.token_cursor import ORDINAL_FIRST_WORDS, TokenCursor, parse_ordinal

_ARTICLE = frozenset({"the"})
DayMatch = tuple[DayExpression | DayItem, int]
_RANGE_WORDS = word_set("- to through thru until and")
_DETERMINERS = word_set("the my this current")
_NOT_RANGE_BEFORE = frozenset(WEEKDAY_NUMBERS) | word_set("at @ by morning afternoon evening night day week")
_CLOCK_SIGNS = word_set(": am pm oclock h hrs hours . / p a")
_MAX_DAYS_IN_MONTH = 31
_WEEK_LEADS = word_set("of commencing beginning starting ending")
_EDGE_DAYS = {"early": (0, 3), "mid": (2, 1), "late": (3, 4)}
_MAX_WEEKS_IN_MONTH = 5


def _as_range(rule: Callable[[TokenCursor, int], DayMatch | None]) -> Rule:
    """The rule, with an article before its expression."""

    def parse(cursor: TokenCursor, index: int) -> ItemsMatch | None:
        found = rule(cursor, cursor.skip(index, _ARTICLE))
        if found is None:
            return None
        return (found[0] if isinstance(found[0], DayItem) else DayItem(found[0]),), found[1]

    return parse


class _NumberedDay(Struct, frozen=True):
    """A day of a month without the month; the position of its number and the one after it."""

    number: int
    index: int
    end_index: int
    weekday: int | None = None


def _parse_number_of_day(cursor: TokenCursor, index: int) -> _NumberedDay | None:
    """`3`, `3rd`, `third`, `mon 3rd`, `the 3rd`."""
    at = cursor.skip(index, {"the"})
    weekday = WEEKDAY_NUMBERS.get(cursor.word(at))
    if weekday is not None:
        at = cursor.skip(at + 1, {"the", ","})
    start = at
    ordinal = parse_ordinal(cursor, at)
    number = cursor.number(at)
    if ordinal is not None:
        number, at = ordinal.value, ordinal.end_index
    elif number is None or len(cursor.word(at)) > 2:
        return None
    else:
        at += 1
    return _NumberedDay(number, start, at, weekday) if 1 <= number <= _MAX_DAYS_IN_MONTH else None


def _parse_range_word(cursor: TokenCursor, index: int, start: int) -> int | None:
    """The position after the word between two days, when it can join the day at `start` to another."""
    word = cursor.word(index)
    if word not in _RANGE_WORDS:
        return None
    before = cursor.word(start - 1)
    if word == "and" and before != "between":
        return None
    closes_hours = before in {"-", "to"} and cursor.number(start - 2) is not None
    if word == "until" and (before in _NOT_RANGE_BEFORE or before.endswith("s") or closes_hours):
        return None  # `tuesdays at 3 until 12 june`, `every friday 3-4 until 26 june`
    return index + 1


def _parse_days_of_month(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`3-12 sept`, `mon 16 to wed 18 march`, `4 to 23 of next month`."""
    first = _parse_number_of_day(cursor, index)
    at = _parse_range_word(cursor, first.end_index, index) if first else None
    last = _parse_number_of_day(cursor, at) if at else None
    if first is None or last is None or first.number >= last.number:
        return None
    if cursor.word(index - 1) in {"at", "@"}:
        return None
    months = _parse_month_offset(cursor, last.end_index)
    if months is not None:
        start, end = (build_day_of_month_offset(day.number, months[0]).day for day in (first, last))
        return _build_range(start, end, first, last), months[1]
    found = parse_calendar_day(cursor, last.index)
    day = as_calendar_day(found[0].day) if found and isinstance(found[0], DayItem) else None
    if found is None or day is None or day.month is None:
        return None
    return _build_range(CalendarDay(first.number, day.month, day.year), day, first, last), found[1]


def _build_range(
    start: DayExpression, end: DayExpression, first: _NumberedDay, last: _NumberedDay
) -> DayItem:
    return DayItem(join_days(start, end), weekday=first.weekday, last_weekday=last.weekday)


def _parse_month_offset(cursor: TokenCursor, index: int) -> tuple[int, int] | None:
    """`of this month`, `in next month`: the months to add and the position after them."""
    at = cursor.skip(index, {"of", "in", "the"})
    if cursor.word(at) in {"this", "next", "following", "coming"} and cursor.word(at + 1) == "month":
        return int(cursor.word(at) != "this"), at + 2
    return (0, at + 1) if cursor.word(at) == "month" and at > index + 1 else None


def _parse_month_then_days(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`november 19 to 20`, `feb between 2 and 7`."""
    month = MONTH_NUMBERS[cursor.word(index)]
    at = cursor.skip(index + 1, {",", ".", "between", "from", "the"})
    first = _parse_number_of_day(cursor, at)
    if first is None or cursor.word(first.end_index) in {"until", *_CLOCK_SIGNS}:
        return None
    after = _parse_range_word(cursor, first.end_index, at)
    last = _parse_number_of_day(cursor, after) if after else None
    if last is None or first.number >= last.number or cursor.word(last.end_index) in _CLOCK_SIGNS:
        return None
    end_index = cursor.skip(last.end_index, {",", "of"})
    year = cursor.number(end_index)
    if year is None or not 2000 <= year <= 2099 or cursor.word(end_index + 1) in {"-", "to", "hrs"}:
        year, end_index = None, last.end_index
    else:
        end_index += 1
    start, end = (CalendarDay(day.number, month, year) for day in (first, last))
    return _build_range(start, end, first, last), end_index


def _parse_nth_of_month(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`3rd week of january`, `last week of next month`, `third tuesday`."""
    ordinal = parse_ordinal(cursor, index)
    nth, at = (ordinal.value, ordinal.end_index) if ordinal else (-1, index + 1)
    if ordinal is None and cursor.word(index) != "last":
        return None
    if nth > _MAX_WEEKS_IN_MONTH:
        return None
    month = _parse_month(cursor, at + 1)
    if cursor.word(at) == "week" and month is not None:
        return WeekOfMonth(nth, month[0]), month[1]
    number = WEEKDAY_NUMBERS.get(cursor.word(at))
    if number is None or cursor.word(index - 1) == "every":
        return None
    if month is not None and cursor.matches(month[1], "every", "month"):
        return None
    if month is not None:
        return WeekdayOfMonth(nth, number, month[0]), month[1]
    is_of_other = cursor.word(at + 1) in {"of", "in", "after", "from"}
    if nth < 0 or is_of_other or _is_in_monthly_list(cursor, at + 1):
        return None
    months = (CalendarMonth(), CalendarMonth(month_offset=1))
    return DayAlternatives(tuple(WeekdayOfMonth(nth, number, month) for month in months)), at + 1


def _is_in_monthly_list(cursor: TokenCursor, index: int) -> bool:
    """Whether `and third tuesday of every month` follows."""
    for _ in range(_MAX_WEEKS_IN_MONTH):
        at = cursor.skip(cursor.skip(index, {"and", ",", "&", "+"}), {"the"})
        ordinal = parse_ordinal(cursor, at)
        weekday = ordinal.end_index if ordinal else at + 1
        if at == index or (ordinal is None and cursor.word(at) != "last"):
            return False
        if cursor.word(weekday) not in WEEKDAY_NUMBERS:
            return False
        index = weekday + 1
        if cursor.word(index) in {"of", "in"} and cursor.matches(index + 1, "every", "month"):
            return True
    return False


def _parse_month(cursor: TokenCursor, index: int) -> tuple[CalendarMonth, int] | None:
    """`of january 2027`, `in the month`, `of next month`."""
    if cursor.word(index) not in {"of", "in"} and cursor.word(index) not in {"next", "this"}:
        return None
    offset = _parse_month_offset(cursor, index)
    if offset is not None:
        return CalendarMonth(month_offset=offset[0]), offset[1]
    at = cursor.skip(index, {"of", "in", "this", "next"})
    month = MONTH_NUMBERS.get(cursor.word(at))
    if month is None:
        return None
    year = cursor.number(at + 1)
    if year is not None and 2000 <= year <= 2099:
        return CalendarMonth(month, year=year), at + 2
    return CalendarMonth(month), at + 1


def _parse_weekday_of_month(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`monday of next month`: its first one."""
    month = _parse_month(cursor, index + 1) if cursor.word(index + 1) in {"of", "in"} else None
    if month is None or month[0].month_offset != 1:
        return None
    return WeekdayOfMonth(1, WEEKDAY_NUMBERS[cursor.word(index)], month[0]), month[1]


def _parse_week_of(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`week of april 10th`, `week commencing monday 6 april`, `w/c 6/4`, `wc the 6th`."""
    word = cursor.word(index)
    if word == "week" and cursor.word(index + 1) in _WEEK_LEADS:
        at = index + 2
    elif word == "w" and cursor.word(index + 1) == "/" and cursor.word(index + 2) in {"c", "b", "e"}:
        at = index + 3
    elif word in {"wc", "wb"}:
        at = index + 1
    else:
        return None
    at = cursor.skip(at, {"on", ":", "the", "."})
    found = parse_calendar_day(cursor, at) or parse_calendar_day(cursor, at - 1)
    if found is not None and isinstance(found[0], DayItem) and not isinstance(found[0].day, CalendarMonth):
        return WeekOfDay(found[0].day), found[1]
    day = parse_plain_day(cursor, at)
    return (WeekOfDay(day[0]), day[1]) if day else None


def _parse_rest(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`rest of the week`, `remainder of this month`, `later this week`."""
    word = cursor.word(index)
    is_rest = word in {"rest", "remainder"}
    if not is_rest and word != "later":
        return None
    at = cursor.skip(index + 1, _DETERMINERS | {"of", "on", "in"})
    unit = cursor.word(at)
    if is_rest and unit in MONTH_NUMBERS and at > index + 1:
        return CalendarMonth(MONTH_NUMBERS[unit]), at + 1
    if at == index + 1 or unit not in {"week", "month", "year"}:
        return None
    if unit == "week":
        return (CalendarWeek(0) if is_rest else LaterInWeek()), at + 1
    return LaterInMonth(is_year=unit == "year", includes_today=is_rest), at + 1


def _parse_edge(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`early next week`, `late this month`, `early april`."""
    edge = cursor.word(index)
    if edge not in {"early", "late"}:
        return None
    at = cursor.skip(index + 1, {"-", "in", "the"})
    months = int(cursor.word(at) in {"next", "following"})
    at += months or cursor.word(at) == "this"
    if cursor.word(at) == "week" and at > index + 1:
        first, days = _EDGE_DAYS[edge]
        return CalendarWeek(months, first_weekday=first, days=days), at + 1
    if cursor.word(at) == "month" and at > index + 1:
        return HalfOfMonth(CalendarMonth(month_offset=months), is_second=edge == "late"), at + 1
    month = MONTH_NUMBERS.get(cursor.word(at))
    if month is None or cursor.number(at + 1) is not None:
        return None
    return HalfOfMonth(CalendarMonth(month), is_second=edge == "late"), at + 1


def _parse_half_of_month(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`second half of march`, `first half of next month`."""
    if cursor.word(index + 1) != "half" or cursor.word(index + 2) != "of":
        return None
    month = _parse_month(cursor, index + 2)
    return (HalfOfMonth(month[0], is_second=cursor.word(index) == "second"), month[1]) if month else None


def _parse_month_after_next(cursor: TokenCursor, index: int) -> DayMatch | None:
    if not cursor.matches(index, "month", "after"):
        return None
    at = cursor.skip(index + 2, {"the"})
    return (CalendarMonth(month_offset=2), at + 1) if cursor.word(at) == "next" else None


def _parse_next_month_name(cursor: TokenCursor, index: int) -> DayMatch | None:
    """`next june`, `this september`, `all of june`; with a number after it, it is a day."""
    if cursor.word(index) not in {"next", "this", "coming"}:
        return None
    month = MONTH_NUMBERS.get(cursor.word(index + 1))
    if month is None or cursor.number(index + 2) is not None or cursor.word(index + 1) == "may":
        return None
    return CalendarMonth(month), index + 2


_NUMBER_STARTS = ORDINAL_FIRST_WORDS | {"the", DIGITS}
DAY_RANGE_RULES: tuple[RuleEntry, ...] = (
    (_as_range(_parse_week_of), word_set("the week w wc wb")),
    (_as_range(_parse_rest), word_set("the rest remainder later")),
    (_as_range(_parse_edge), word_set("the early late")),
    (_as_range(_parse_half_of_month), word_set("the first second")),
    (_as_range(_parse_month_after_next), word_set("the month")),
    (_as_range(_parse_next_month_name), word_set("the next this coming")),
    (_as_range(_parse_days_of_month), _NUMBER_STARTS | WEEKDAY_NUMBERS.keys()),
    (_as_range(_parse_nth_of_month), _NUMBER_STARTS | {"last"}),
    (_as_range(_parse_weekday_of_month), frozenset(WEEKDAY_NUMBERS)),
    (_as_range(_parse_month_then_days), frozenset(MONTH_NUMBERS)),
)
"""The rules of ranges of days."""
