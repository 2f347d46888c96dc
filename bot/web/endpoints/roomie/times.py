"""Campus days and times as intervals."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.errors import InvalidTimes
from core.interval import Interval
from core.policy.rules import Rules


def slot_of(day: date, start: int, end: int, rules: Rules) -> Interval:
    """The interval between two minutes of a day. A start of HH:01 means HH:00: existing clients send it."""
    if start % 60 == 1:
        start -= 1
    if end <= start or start >= 24 * 60:
        raise InvalidTimes
    return Interval(_instant(day, start, rules.zone), _instant(day, end, rules.zone))


@lru_cache(maxsize=1 << 14)
def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Converts campus wall time to an instant; `InvalidTimes` for one that a clock change skips."""
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise InvalidTimes("Invalid times given. The clocks go forward then: that time does not exist.")
    return instant


@lru_cache(maxsize=1024)
def campus_day(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day of the campus; 23 or 25 hours when the clocks change."""
    midnight, following = time(), day + timedelta(days=1)
    return Interval(datetime.combine(day, midnight, zone), datetime.combine(following, midnight, zone))


def seconds_of(interval: Interval) -> tuple[int, int]:
    """Start and end in seconds since 1970."""
    return int(interval.start.timestamp()), int(interval.end.timestamp())
