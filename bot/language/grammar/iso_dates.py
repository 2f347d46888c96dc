"""Parses ISO 8601 dates and instants, also where a space stands for the sign or the T."""

from datetime import date

from bot.language.model.days import CalendarDay
from bot.language.model.items import DayItem, InvalidTime, IsoTimestamp, Item, ItemMatch
from bot.language.text.token_cursor import TokenCursor


def parse_iso_date(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`2026-03-12`, `2026/3/12`, and with a time and an offset."""
    year, month, day = cursor.number(index), cursor.number(index + 2), cursor.number(index + 4)
    signs = {cursor.word(index + 1), cursor.word(index + 3)}
    if year is None or year < 1900:
        return None
    if month is None or day is None or len(signs) != 1 or not signs <= {"-", "/", "."}:
        return _parse_spaced_date(cursor, index)
    return _parse_after_iso_date(cursor, year, month, day, index + 5)


def _parse_spaced_date(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """`2026 03 25`, `2026 03 25 16:00`."""
    year, month, day = (cursor.number(index + offset) for offset in range(3))
    if year is None or month is None or day is None or not 2000 <= year <= 2099:
        return None
    if any(len(cursor.word(index + offset)) != 2 for offset in (1, 2)):
        return None
    return _parse_after_iso_date(cursor, year, month, day, index + 3)


def _parse_after_iso_date(
    cursor: TokenCursor, year: int, month: int, day: int, end_index: int
) -> ItemMatch | None:
    item = build_date(year, month, day)
    timestamp = (
        _parse_iso_time(cursor, end_index, date(year, month, day)) if isinstance(item, DayItem) else None
    )
    if timestamp is not None:
        return timestamp
    return item, end_index + (cursor.word(end_index) == "t" and cursor.number(end_index + 1) is not None)


def _parse_iso_time(cursor: TokenCursor, index: int, day: date) -> ItemMatch | None:
    """The rest of an ISO instant: `T10:20:00+01:00`, `T10:20Z`."""
    at_t = cursor.word(index) == "t"
    at = index + at_t
    text = ""
    while (
        at < len(cursor)
        and len(text) < 24
        and (cursor.number(at) is not None or cursor.word(at) in {":", ".", "+", "-"})
    ):
        if text and not cursor.is_attached(at):
            break
        text += cursor.word(at)
        at += 1
    zulu = cursor.word(at) == "z" and cursor.is_attached(at)
    clock, sign, offset = text.partition("+") if "+" in text else text.partition("-")
    if ":" not in clock or not (sign or zulu):
        return None
    if sign == "-" and not (_has_seconds(clock) or (at_t and offset < "13")):
        return None  # `2026-03-25 16:00-17:30` is a range
    return IsoTimestamp(f"{day.isoformat()}T{text}{'Z' if zulu else ''}"), at + zulu


def is_interval_sign(cursor: TokenCursor, index: int) -> bool:
    """Whether the `/` here stands between two instants: `2026-03-25T16:00/2026-03-25T17:00`, `…/17:00`."""
    if cursor.word(index) != "/" or not cursor.is_attached(index) or cursor.number(index + 1) is None:
        return False
    if cursor.word(index - 1) != "z" and cursor.word(index - 2) != ":":
        return False
    starts_date = len(cursor.word(index + 1)) == 4 and cursor.word(index + 2) == "-"
    has_t = "t" in {cursor.word(index - 4), cursor.word(index - 6)}
    return starts_date or (has_t and cursor.word(index + 2) == ":")


def _has_seconds(clock: str) -> bool:
    return clock.count(":") == 2


def build_date(year: int, month: int, day: int) -> Item:
    try:
        date(year, month, day)
    except ValueError:
        return InvalidTime()
    return DayItem(CalendarDay(day, month, year))
