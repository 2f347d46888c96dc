"""Times of a timetable's day as seconds since 1970."""

from datetime import date, tzinfo
from functools import lru_cache

from core.localtime import local_instant


def to_epoch_range(day: date, starts: int, ends: int, zone: tzinfo) -> tuple[int, int] | tuple[()]:
    """Two minutes after midnight as seconds since 1970; empty when a clock change skips all between them."""
    start, end = _to_epoch(day, starts, zone), _to_epoch(day, ends, zone)
    return (start, end) if start < end else ()


@lru_cache(maxsize=16_384)  # the half hours of a year: rooms have their classes at the same times
def _to_epoch(day: date, minute: int, zone: tzinfo) -> int:
    return int(local_instant(day, minute, zone).timestamp())
