"""Wall time of a campus as instants, with the two nights a year on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def local_instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """The instant at which the wall clock shows `minute` after midnight of `day` (1440 is the next midnight).

    A time shown twice is its first showing; a time that is skipped counts on from before the change.
    """
    days, minute = divmod(minute, 24 * 60)
    wall = datetime.combine(day + timedelta(days), time(minute // 60, minute % 60), zone)
    return wall.astimezone(UTC)


def to_epoch_range(day: date, starts: int, ends: int, zone: tzinfo) -> tuple[int, int] | tuple[()]:
    """From one minute after midnight to another, in seconds since 1970.

    Nothing when the clocks jump over all of it.
    """
    start, end = (int(local_instant(day, minute, zone).timestamp()) for minute in (starts, ends))
    return (start, end) if start < end else ()


def is_skipped(wall: datetime) -> bool:
    """Whether the clocks of its zone jump over this time."""
    there_and_back = wall.astimezone(UTC).astimezone(wall.tzinfo)
    return there_and_back.replace(tzinfo=None) != wall.replace(tzinfo=None)
