"""Local time of a zone, across clock changes."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

EPOCH = date(1970, 1, 1)


def epoch_day(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def local_instant(day: date, minutes: float, zone: tzinfo) -> datetime:
    """The instant, in UTC, at which clocks show `minutes` after midnight of `day`; 1440 is the next midnight.

    A time that a clock change skips is an hour later; one that occurs twice is its first occurrence.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def is_skipped(wall: datetime) -> bool:
    """Whether a clock change of its zone skips this time."""
    there_and_back = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return there_and_back.replace(tzinfo=None) != wall.replace(tzinfo=None)


def add_elapsed(local: datetime, length: timedelta) -> datetime:
    """Adds elapsed time, in the zone of `local`; `+` alone would add local time across a clock change."""
    return (local.astimezone(UTC) + length).astimezone(local.tzinfo)
