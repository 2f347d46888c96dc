"""Converts between wall time in a zone and instants, clock changes included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_instant(day: date, minutes: float, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, `minutes` after midnight of `day`.

    A time that a clock change skips has the offset before the change; a repeated one is the first.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)


def add_elapsed(start: datetime, elapsed: timedelta) -> datetime:
    """Adds elapsed time, whatever the clocks do meanwhile; the result is in the zone of `start`."""
    return (start.astimezone(UTC) + elapsed).astimezone(start.tzinfo)


def minutes_into_day(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute + (moment.second + moment.microsecond / 1e6) / 60
