"""Campus days and times as intervals."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.errors import InvalidTimes
from core.interval import Interval
from core.localtime import is_skipped, local_instant
from core.model import Room
from core.policy.opening_hours import is_open_over_midnight
from core.policy.rules import Rules


def slot_of(day: date, start: int, end: int, room: Room | None, rules: Rules) -> Interval:
    """The interval between two minutes of a day. A start of HH:01 means HH:00: existing clients send it.

    An earlier end is on the next day, if the room is open over that midnight.
    """
    if start % 60 == 1:
        start -= 1
    if end < start and is_open_over_midnight(day, room, rules):
        end += 24 * 60
    if end <= start or start >= 24 * 60:
        raise InvalidTimes
    return Interval(_instant(day, start, rules.zone), _instant(day, end, rules.zone))


@lru_cache(maxsize=1 << 14)
def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Converts campus wall time to an instant; `InvalidTimes` for one that a clock change skips."""
    if is_skipped(datetime.combine(day, time(), zone) + timedelta(minutes=minutes)):
        raise InvalidTimes("Invalid times given. The clocks go forward then: that time does not exist.")
    return local_instant(day, minutes, zone)


@lru_cache(maxsize=1024)
def campus_day(day: date, zone: ZoneInfo) -> Interval:
    """A calendar day of the campus; 23 or 25 hours when the clocks change."""
    return Interval(local_instant(day, 0, zone), local_instant(day, 24 * 60, zone))


def seconds_of(interval: Interval) -> tuple[int, int]:
    """Start and end in seconds since 1970."""
    return int(interval.start.timestamp()), int(interval.end.timestamp())
