"""Times of a timetable's day as seconds since 1970."""

from datetime import date, tzinfo

from core.localtime import local_instant


def to_epoch_range(day: date, starts: int, ends: int, zone: tzinfo) -> tuple[int, int] | tuple[()]:
    """Two minutes after midnight as seconds since 1970; empty when a clock change skips all between them."""
    start, end = (int(local_instant(day, minute, zone).timestamp()) for minute in (starts, ends))
    return (start, end) if start < end else ()
