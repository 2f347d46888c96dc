"""Recurrence rules of series: checks them, expands them to dates, reads and writes them as RFC 5545.

Expansion is that of `dateutil.rrule`. Rules recur on dates, not instants: the wall time is added afterwards,
in the campus's zone, so that clock changes keep it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil import rrule
from msgspec.structs import replace

from core.errors import (
    EndlessSeries,
    EndsBeforeStart,
    InvalidSeries,
    NeverHappens,
    SeriesTooFrequent,
    TooManyDates,
    UnsupportedRule,
)
from core.interval import Interval
from core.localtime import is_skipped, local_instant
from core.model import MAX_SERIES_DATES, SeriesFrequency, SeriesRule

WEEKDAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: Mapping[SeriesFrequency, Literal[1, 2, 3]] = {
    SeriesFrequency.DAILY: rrule.DAILY,
    SeriesFrequency.WEEKLY: rrule.WEEKLY,
    SeriesFrequency.MONTHLY: rrule.MONTHLY,
}
_TOO_FREQUENT = {"SECONDLY", "MINUTELY", "HOURLY"}
_MAX_STEP = 366
_MAX_SPAN = timedelta(days=3 * 366)
"""No rule is searched further than this; a rule without a date until then never happens."""
_MAX_TEXT = 1_000
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII)
_BAD_UNTIL = "UNTIL is a date, such as 20261218."


@lru_cache(maxsize=1024)
def series_dates(rule: SeriesRule) -> tuple[date, ...]:
    """The dates of a rule, in order; `InvalidSeries` unless there are 1 to 52."""
    check_rule(rule)
    found = tuple(
        islice((day for day in _all_dates(rule) if day not in rule.exceptions), MAX_SERIES_DATES + 1)
    )
    if not found:
        raise NeverHappens
    if len(found) > MAX_SERIES_DATES:
        raise TooManyDates(len(found), MAX_SERIES_DATES)
    return found


@lru_cache(maxsize=1024)
def every_date(rule: SeriesRule) -> tuple[date, ...]:
    """The dates of a rule with its exceptions, in order; there may be none."""
    return tuple(_all_dates(rule))


def check_rule(rule: SeriesRule) -> None:
    """Raises `InvalidSeries` for a rule that no calendar has, whatever its dates are."""
    if rule.until is None and rule.count is None:
        raise EndlessSeries
    if rule.until is not None and rule.until < rule.starts_on:
        raise EndsBeforeStart
    if rule.count is not None and rule.count < 1:
        raise NeverHappens
    if not 1 <= rule.step <= _MAX_STEP:
        raise InvalidSeries(f"A series repeats every 1 to {_MAX_STEP} days, weeks or months.")
    _check_days(rule)


def _check_days(rule: SeriesRule) -> None:
    is_monthly = rule.frequency is SeriesFrequency.MONTHLY
    if any(not 0 <= day <= 6 for day in rule.weekdays):
        raise InvalidSeries("A series repeats on weekdays, Monday to Sunday.")
    if (rule.nth or rule.month_days) and not is_monthly:
        raise InvalidSeries("Only a monthly series can name a day of the month.")
    if rule.nth and (not {-1, 1, 2, 3, 4, 5}.issuperset(rule.nth) or not rule.weekdays):
        raise InvalidSeries("Name the first to fifth, or the last, weekday of a month.")
    if any(day == 0 or not -31 <= day <= 31 for day in rule.month_days):
        raise InvalidSeries("A day of the month is 1 to 31, or counted from its end.")


def _all_dates(rule: SeriesRule) -> Iterator[date]:
    """The dates of a rule with its exceptions. The count is ours: alone it would search until year 9999."""
    last = min(rule.until or date.max, _latest(rule.starts_on))
    days = rrule.rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=datetime.combine(rule.starts_on, time()),
        interval=rule.step,
        until=datetime.combine(last, time()),
        byweekday=[rrule.weekday(day, nth) for nth in rule.nth or (None,) for day in rule.weekdays] or None,
        bymonthday=rule.month_days or None,
        wkst=rrule.MO,
    )
    return map(datetime.date, islice(days, rule.count))


def _latest(first: date) -> date:
    return first + min(_MAX_SPAN, date.max - first)


def last_date(rule: SeriesRule) -> date:
    """The last date of a rule, whether left out or not; the first possible one of a rule without any."""
    return max(every_date(rule), default=rule.starts_on)


@lru_cache(maxsize=4096)
def occurrence_slot(day: date, starts_at: int, length: int, zone: ZoneInfo) -> Interval:
    """The slot of one date: `starts_at` on the wall clock of `zone`, `length` elapsed minutes long.

    A wall time that a clock change skips moves forward; one that occurs twice is its first occurrence.
    Cached: a series is previewed, then booked.
    """
    return Interval.of_length(local_instant(day, starts_at, zone), timedelta(minutes=length))


def is_shifted(day: date, starts_at: int, zone: ZoneInfo) -> bool:
    """Whether a clock change skips this wall time of a date, so that its slot starts later."""
    wall = datetime.combine(day, time()) + timedelta(minutes=starts_at)
    return is_skipped(wall.replace(tzinfo=zone))


def write_rule(rule: SeriesRule) -> str:
    """`FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20261224`, without DTSTART and EXDATE; UNTIL is a date."""
    days = ",".join(f"{nth}{WEEKDAY_CODES[day]}" for nth in rule.nth or ("",) for day in rule.weekdays)
    parts = (
        f"FREQ={rule.frequency}",
        f"INTERVAL={rule.step}" if rule.step > 1 else "",
        f"BYDAY={days}" if days else "",
        f"BYMONTHDAY={','.join(map(str, rule.month_days))}" if rule.month_days else "",
        f"COUNT={rule.count}" if rule.count is not None else "",
        f"UNTIL={rule.until:%Y%m%d}" if rule.until is not None else "",
    )
    return ";".join(filter(None, parts))


def write_plain_rule(rule: SeriesRule) -> str:
    """The same without COUNT and UNTIL."""
    return write_rule(replace(rule, count=None, until=None))


def read_rule(text: str, starts_on: date, zone: ZoneInfo) -> SeriesRule:
    """Reads an RRULE; `InvalidSeries` with what to write instead. Its dates are checked on expansion.

    A weekly or monthly rule without days recurs on those of `starts_on`.
    """
    parts = _parts(text)
    frequency = _frequency(parts.pop("FREQ", ""))
    if parts.pop("WKST", "MO") != "MO":
        raise UnsupportedRule("WKST")
    position = parts.pop("BYSETPOS", None)
    weekdays, nth = _by_day(parts.pop("BYDAY", ""))
    if position is not None:
        if len(weekdays) != 1 or nth:
            raise UnsupportedRule("BYSETPOS")
        nth = _numbers(position, "BYSETPOS")
    rule = SeriesRule(
        frequency,
        starts_on,
        step=_number(parts.pop("INTERVAL", "1"), "INTERVAL"),
        weekdays=weekdays,
        nth=nth,
        month_days=_numbers(parts.pop("BYMONTHDAY", ""), "BYMONTHDAY"),
        until=_last_day(parts.pop("UNTIL", None), zone),
        count=_number(parts.pop("COUNT"), "COUNT") if "COUNT" in parts else None,
    )
    if parts:
        raise UnsupportedRule(next(iter(parts)))
    rule = _with_days(rule)
    check_rule(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    if len(text) > _MAX_TEXT:
        raise InvalidSeries("This rule is too long.")
    pairs = [part.partition("=") for part in text.strip().upper().removeprefix("RRULE:").split(";") if part]
    names = [name.strip() for name, _, _ in pairs]
    if not pairs or not all(separator for _, separator, _ in pairs) or len(set(names)) != len(names):
        raise InvalidSeries("Write a rule as in calendars, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _frequency(name: str) -> SeriesFrequency:
    if name in _TOO_FREQUENT:
        raise SeriesTooFrequent
    if name not in set(SeriesFrequency):
        raise InvalidSeries("A rule says FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY.")
    return SeriesFrequency(name)


def _by_day(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Weekdays, and the positions in the month that all of them share."""
    days = [day.strip() for day in text.split(",") if day.strip()]
    codes: Mapping[str, int] = {code: place for place, code in enumerate(WEEKDAY_CODES)}
    if any(day[-2:] not in codes for day in days):
        raise InvalidSeries("BYDAY lists weekdays, such as TU,TH or 2TU.")
    found = {(day[:-2], codes[day[-2:]]) for day in days}
    positions, weekdays = {position for position, _ in found}, {day for _, day in found}
    if len(found) < len(positions) * len(weekdays) or ("" in positions and len(positions) > 1):
        raise UnsupportedRule("BYDAY with other weekdays at other positions")
    nth = {_number(position, "BYDAY") for position in positions if position}
    return tuple(sorted(weekdays)), tuple(sorted(nth))


def _number(text: str, part: str) -> int:
    digits = text.removeprefix("+").removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise InvalidSeries(f"{part} is a whole number.")
    return int(text)


def _numbers(text: str, part: str) -> tuple[int, ...]:
    return tuple(sorted({_number(each.strip(), part) for each in text.split(",") if each.strip()}))


def _last_day(text: str | None, zone: ZoneInfo) -> date | None:
    """UNTIL as a campus date; an instant in UTC is converted."""
    if text is None:
        return None
    if _UNTIL.fullmatch(text) is None:
        raise InvalidSeries(_BAD_UNTIL)
    try:
        last = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidSeries(_BAD_UNTIL) from None
    return last.date() if last.tzinfo is None or last.year in {1, 9999} else last.astimezone(zone).date()


def _with_days(rule: SeriesRule) -> SeriesRule:
    if rule.frequency is SeriesFrequency.WEEKLY and not rule.weekdays:
        return replace(rule, weekdays=(rule.starts_on.weekday(),))
    if rule.frequency is SeriesFrequency.MONTHLY and not rule.weekdays and not rule.month_days:
        return replace(rule, month_days=(rule.starts_on.day,))
    return rule
