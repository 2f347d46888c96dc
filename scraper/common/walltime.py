"""Converts wall time of a campus to instants, clock changes included."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def local_instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """The instant of a wall time, `minute` minutes after midnight of `day` (1440 is the next midnight).

    A time that a clock change skips has the offset before the change; a repeated one is the first.
    """
    days, minute = divmod(minute, 24 * 60)
    wall = datetime.combine(day + timedelta(days), time(minute // 60, minute % 60), zone)
    return wall.astimezone(UTC)


def to_epoch_range(day: date, starts: int, ends: int, zone: tzinfo) -> tuple[int, int] | tuple[()]:
    """Two minutes after midnight as seconds since 1970; empty when a clock change skips all between them."""
    start, end = (int(local_instant(day, minute, zone).timestamp()) for minute in (starts, ends))
    return (start, end) if start < end else ()


def is_skipped(wall: datetime) -> bool:
    """Whether a clock change of its zone skips this time."""
    there_and_back = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return there_and_back.replace(tzinfo=None) != wall.replace(tzinfo=None)
