"""From wall time in a zone to instants, clock changes included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_instant(day: date, minutes: float, zone: ZoneInfo) -> datetime:
    """A wall time so many minutes into a day.

    One that a clock change skips is read with the offset before the jump, a repeated one is the first.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)


def add_elapsed(start: datetime, elapsed: timedelta) -> datetime:
    """So much elapsed time later, in the same zone."""
    return (start.astimezone(UTC) + elapsed).astimezone(start.tzinfo)


def minutes_into_day(moment: datetime) -> float:
    """How far the wall clock has come."""
    return moment.hour * 60 + moment.minute + (moment.second + moment.microsecond / 1e6) / 60
