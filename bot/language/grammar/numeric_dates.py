"""Parses dates in digits with the day first: `12/3`, `12.3.`, `12-3-2026`, `20.3 16:00`."""

from bot.language.grammar.iso_dates import build_date
from bot.language.lexicon.vocabulary import HOUR_WORDS, WEEKDAY_NUMBERS
from bot.language.model.days import CalendarDay, DayAlternatives
from bot.language.model.items import DayItem, InvalidTime, Item, ItemMatch
from bot.language.text.token_cursor import TokenCursor

_DATE_PREPOSITIONS = frozenset(WEEKDAY_NUMBERS) | {"on", ","}
_CLOCK_PREPOSITIONS = frozenset({"at", "@", "from", "until", "to", "by"})


def parse_numeric_date(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`12/3`, `12/3/26`, `12-3-2026`, `12.3.`, `12.3.2026`: the day comes first."""
    first, second, third = cursor.number(index), cursor.number(index + 2), cursor.number(index + 4)
    sign = cursor.word(index + 1)
    if first is None or second is None or sign not in {"/", "-", "."} or not cursor.is_attached(index + 2):
        return None
    if cursor.word(index + 3) == sign and third is not None and cursor.is_attached(index + 4):
        return _build_date_with_year(cursor, index, first, second, third)
    if sign == "/":
        if cursor.tokens[index].start == cursor.tokens[index + 2].start:
            return None  # one character, ½
        return _build_day_and_month(first, second), index + 3
    if _is_month_first(cursor, index):
        return DayItem(CalendarDay(second, first)), index + 3
    return _parse_dotted_date(cursor, index, first, second) if sign == "." else None


def _is_month_first(cursor: TokenCursor, index: int) -> bool:
    """`on 4-22`: no month has that number."""
    first, second = cursor.number(index) or 0, cursor.number(index + 2) or 0
    follows = cursor.word(index + 3)
    is_apart = not cursor.is_attached(index + 3) or follows in {",", ".", "?", "!"}
    return cursor.word(index - 1) == "on" and 1 <= first <= 12 < second <= 31 and is_apart


def _parse_dotted_date(cursor: TokenCursor, index: int, first: int, second: int) -> ItemMatch | None:
    if 1 <= second <= 12 and 1 <= first <= 31:
        ends_with_dot = cursor.word(index + 3) == "." and cursor.is_attached(index + 3)
        if (
            len(cursor.word(index + 2)) == 2
            and (not ends_with_dot or cursor.word(index - 1) in _CLOCK_PREPOSITIONS)
            and not _is_digital_time(cursor, index + 3 + ends_with_dot)
        ):
            return None  # `at 9.10.` is ten past nine
        if (
            ends_with_dot
            or (cursor.word(index - 1) in _DATE_PREPOSITIONS and cursor.word(index + 3) not in HOUR_WORDS)
            or _is_digital_time(cursor, index + 3)
        ):
            return _build_day_and_month(first, second), index + 3 + ends_with_dot
    return None


def _is_digital_time(cursor: TokenCursor, index: int) -> bool:
    """Whether `16:00` stands here."""
    return (
        cursor.number(index) is not None
        and cursor.word(index + 1) == ":"
        and cursor.number(index + 2) is not None
    )


def _build_day_and_month(first: int, second: int) -> Item:
    if second > 12 and first <= 12:
        first, second = second, first
    if not (1 <= second <= 12 and 1 <= first <= 31):
        return InvalidTime()
    day = CalendarDay(first, second)
    return DayItem(
        DayAlternatives((day,)),
        alternative=CalendarDay(second, first) if first <= 12 and first != second else None,
    )


def _build_date_with_year(
    cursor: TokenCursor, index: int, first: int, second: int, third: int
) -> ItemMatch | None:
    size = len(cursor.word(index + 4))
    if size not in {2, 4} or len(cursor.word(index)) > 2:
        return None
    year = third if size == 4 else 2000 + third
    if second > 12 and first <= 12:
        first, second = second, first
    return build_date(year, second, first), index + 5
