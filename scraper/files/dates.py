"""Dates and times as spreadsheets and people write them: 2026-12-31, 31/12/2026, 9:30 pm, 46387.375."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from typing import NamedTuple

from scraper.files.records import quote_value

_DAY_SECONDS = 24 * 60 * 60
_SERIAL_EPOCH = date(1899, 12, 30)
"""Day 0 of Excel's dates, from March 1900 on."""
_SERIALS = range(36_526, 73_416)
"""The years 2000 to 2100."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_SERIAL = re.compile(r"([0-9]{5})(?:[.,]([0-9]{1,12}))?")
_FRACTION = re.compile(r"0?[.,][0-9]{1,12}")
_NUMERIC = re.compile(r"([0-9]{1,2}) ?([./-]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})(?![0-9])")
_YEAR_FIRST = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_DAY_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[\s./-]+([a-z]{3,9})\.?,?[\s/-]+([0-9]{4}|[0-9]{2})(?![0-9])", re.IGNORECASE
)
_MONTH_NAMED = re.compile(r"([a-z]{3,9})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})", re.IGNORECASE)
_CLOCK = re.compile(
    r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?:[:.]([0-9]{2}))?(?:[.,][0-9]+)?\s*(?:([ap])\.?\s?m\.?)?",
    re.IGNORECASE,
)


class DateOrder(Enum):
    """Which of the first two numbers of 03/04/2026 is the day."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class Moment(NamedTuple):
    """A date, a time of day (seconds after midnight, up to 86,400), or both; with a zone that was written."""

    day: date | None
    seconds: int | None
    zone: tzinfo | None = None


class DateReader:
    """Reads the dates of one file.

    Of `03/04/2026` the day comes first or second as other dates of the file (`texts`) prove, or as `order`
    says; when neither tells, it is refused.
    """

    def __init__(self, texts: Iterable[str] = (), order: DateOrder | None = None) -> None:
        self._order = order or _proven_order(texts)

    def read(self, text: str) -> Moment:
        """Raises `ValueError` with a message to show; empty where the text is no date or time at all."""
        if (moment := _read_iso(text) or _read_serial(text)) is not None:
            return moment
        rest = _WEEKDAY.sub("", text, count=1) if text[:1].isalpha() else text
        day, end = self._read_day(rest)
        rest = rest[end:].lstrip(" ,Tt\u00a0\u202f") if day else rest
        if day and not rest:
            return Moment(day, None)
        return Moment(day, _read_clock(rest))

    def _read_day(self, text: str) -> tuple[date | None, int]:
        if found := _YEAR_FIRST.match(text):
            return _date(int(found[1]), int(found[3]), int(found[4])), found.end()
        if found := _NUMERIC.match(text):
            return self._read_numeric(found), found.end()
        if found := _DAY_NAMED.match(text):
            return _date(_year(found[3]), _month(found[2]), int(found[1])), found.end()
        if found := _MONTH_NAMED.match(text):
            return _date(int(found[3]), _month(found[1]), int(found[2])), found.end()
        return None, 0

    def _read_numeric(self, found: re.Match[str]) -> date:
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        if found[2] == "." or first == second:
            return _date(year, second, first)
        order = self._order
        if order is None and max(first, second) <= 12:
            one, other = _date(year, second, first), _date(year, first, second)
            raise ValueError(
                f"could be {one.day} {one:%B} or {other.day} {other:%B}, and the file does not tell;"
                f" write {one} or {other}"
            )
        if order is None:
            order = DateOrder.DAY_FIRST if first > 12 else DateOrder.MONTH_FIRST
        day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
        return _date(year, month, day)


def _proven_order(texts: Iterable[str]) -> DateOrder | None:
    """The order that some dates prove and none contradicts."""
    first_above, second_above = False, False
    for text in texts:
        if (found := _NUMERIC.match(_WEEKDAY.sub("", text, count=1))) and found[2] != ".":
            first_above |= int(found[1]) > 12
            second_above |= int(found[3]) > 12
    if first_above == second_above:
        return None
    return DateOrder.DAY_FIRST if first_above else DateOrder.MONTH_FIRST


def _read_iso(text: str) -> Moment | None:
    if not text[:4].isdigit():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    is_day = len(text) <= 10 and ":" not in text
    seconds = None if is_day else moment.hour * 3600 + moment.minute * 60 + moment.second
    return Moment(moment.date(), seconds, moment.tzinfo)


def _read_serial(text: str) -> Moment | None:
    """A date as spreadsheets count it, in days; a fraction of a day is a time."""
    if _FRACTION.fullmatch(text):
        return Moment(None, round(float(text.replace(",", ".")) * _DAY_SECONDS))
    found = _SERIAL.fullmatch(text)
    if not found or int(found[1]) not in _SERIALS:
        return None
    day = _SERIAL_EPOCH + timedelta(days=int(found[1]))
    return Moment(day, round(float(f"0.{found[2]}") * _DAY_SECONDS) if found[2] else None)


def _read_clock(text: str) -> int:
    found = _CLOCK.fullmatch(text.strip())
    if not found or (found[2] is None and found[4] is None):
        raise ValueError("")
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise ValueError(f"has no hour {hour} with am or pm")
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > _DAY_SECONDS:
        raise ValueError(f"has no time {quote_value(text)}")
    return seconds


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(name: str) -> int:
    short = name[:3].lower()
    if short not in _MONTHS:
        raise ValueError(f"names no month: {quote_value(name)}")
    return _MONTHS.index(short) + 1


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"is no day of the calendar (day {day}, month {month})") from error
