"""Writes recurrences as RFC 5545 rules and lists their occurrences."""

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from msgspec.structs import replace

from bot.language.model.reading import ParsedTime, RecurrenceRule, RecurrenceUnit
from bot.language.resolve import wall

RRULE_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_OCCURRENCES = 52
_MAX_ENDLESS_OCCURRENCES = 10
_FREQUENCIES = {RecurrenceUnit.DAY: "DAILY", RecurrenceUnit.WEEK: "WEEKLY", RecurrenceUnit.MONTH: "MONTHLY"}


def to_rrule(rule: RecurrenceRule) -> str:
    """`FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20261224`, without DTSTART; UNTIL is a local date."""
    days = ",".join(f"{nth}{RRULE_WEEKDAYS[day]}" for nth in rule.nth or ("",) for day in rule.weekdays)
    parts = (
        f"FREQ={_FREQUENCIES[rule.unit]}",
        f"INTERVAL={rule.step}" if rule.step > 1 else "",
        f"BYDAY={days}" if days else "",
        f"BYMONTHDAY={','.join(map(str, rule.month_days))}" if rule.month_days else "",
        f"COUNT={rule.count}" if rule.count else "",
        f"UNTIL={rule.until:%Y%m%d}" if rule.until and not rule.count else "",
    )
    return ";".join(filter(None, parts))


def occurrences(time: ParsedTime) -> Iterator[ParsedTime]:
    """The first occurrences at the same wall time, at most 52; 10 of an endless recurrence."""
    rule = time.recurrence
    if rule is None:
        yield time
        return
    is_endless = rule.until is None and rule.count is None
    days = (day for day in _days(rule, time.start.date()) if day not in rule.excluded)
    for day in islice(days, _MAX_ENDLESS_OCCURRENCES if is_endless else MAX_OCCURRENCES):
        yield _move(time, day)


def _days(rule: RecurrenceRule, first: date) -> Iterator[date]:
    start = f"DTSTART:{first:%Y%m%d}T000000"
    for instant in rrulestr(f"{start}\nRRULE:{to_rrule(rule)}", ignoretz=True):
        yield instant.date()


def _move(time: ParsedTime, day: date) -> ParsedTime:
    zone = time.start.tzinfo
    if not isinstance(zone, ZoneInfo) or day == time.start.date():
        return replace(time, recurrence=None)
    start = wall.local_instant(day, wall.minutes_into_day(time.start), zone)
    end = None if time.end is None else wall.add_elapsed(start, _elapsed(time))
    return replace(time, start=start, end=end, recurrence=None)


def _elapsed(time: ParsedTime) -> timedelta:
    return timedelta() if time.end is None else time.end.astimezone(UTC) - time.start.astimezone(UTC)
