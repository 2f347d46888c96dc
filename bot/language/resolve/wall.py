"""Wall time of the reader's zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.localtime import add_elapsed
from core.localtime import local_instant as utc_instant

__all__ = ["add_elapsed", "elapsed", "local_instant", "minutes_after", "minutes_into_day"]


def local_instant(day: date, minutes: float, zone: ZoneInfo) -> datetime:
    """The instant of a wall time, in its own zone."""
    return utc_instant(day, minutes, zone).astimezone(zone)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Elapsed time between two instants; `-` alone would count local time across a clock change."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def minutes_into_day(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def minutes_after(day: date, moment: datetime, zone: ZoneInfo) -> int:
    """Minutes of wall time from the midnight of a day to an instant."""
    local = moment.astimezone(zone)
    return (local.date() - day).days * 24 * 60 + minutes_into_day(local)
