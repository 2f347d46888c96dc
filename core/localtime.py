"""Local time of a zone, across clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1)
_DAY_MINUTES = 24 * 60


def epoch_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def local_instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which clocks show `minutes` after midnight of `day`; 1440 is the next midnight.

    A time that a clock change skips is an hour later; one that occurs twice is its first occurrence.
    """
    days, minute = divmod(minutes, _DAY_MINUTES)
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).astimezone(UTC)


def add_elapsed(local: datetime, length: timedelta) -> datetime:
    """Adds elapsed time, in the zone of `local`; `+` alone would add local time across a clock change."""
    return (local.astimezone(UTC) + length).astimezone(local.tzinfo)
