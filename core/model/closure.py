"""Closures: rooms, buildings or the whole campus, which cannot be booked for a while."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import NewType
from zoneinfo import ZoneInfo

from msgspec import Struct

from core.interval import Interval
from core.model.booking import Busy
from core.model.campus import BuildingId, RoomId
from core.model.timetable import BookingType

ClosureId = NewType("ClosureId", int)
"""A number; 0 until storage assigns one."""

_LAST_YEAR = 9000
_MAX_OCCURRENCES = 20
"""Of a yearly closure in one window; windows begin close to now, or at the beginning of time."""


class Closure(Struct, frozen=True):
    """A room, a building, or (with neither) the campus is closed for an interval.

    With `is_yearly` it recurs every year at the same wall time of `zone`; one that begins on 29 February only
    in leap years. `created_by` is an actor of the audit trail.
    """

    id: ClosureId
    interval: Interval
    reason: str
    created_at: datetime
    created_by: str
    zone: str
    room_id: RoomId | None = None
    building_id: BuildingId | None = None
    is_yearly: bool = False

    def occurrences(self, window: Interval) -> Iterator[Interval]:
        """The intervals, whole, that overlap a window; of a yearly closure the first 20."""
        if not self.is_yearly:
            if self.interval.overlaps(window):
                yield self.interval
            return
        yield from islice((each for each in self._yearly(window) if each.overlaps(window)), _MAX_OCCURRENCES)

    def _yearly(self, window: Interval) -> Iterator[Interval]:
        began, ended = self.interval.start.year, self.interval.end.year
        first = max(0, window.start.year - ended - 1)
        for years in range(first, min(window.end.year + 1, _LAST_YEAR) - began + 1):
            if (later := _in_later_year(self.interval, self.zone, years)) is not None:
                yield later


@lru_cache(maxsize=4096)
def _in_later_year(interval: Interval, zone_name: str, years: int) -> Interval | None:
    """The same wall times of a later year; None for a 29 February that there is not.

    Cached: the closures of a room are read for every booking.
    """
    zone = ZoneInfo(zone_name)
    start, end = interval.start.astimezone(zone), interval.end.astimezone(zone)
    length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    try:
        begins = start.replace(year=start.year + years, fold=0)
    except ValueError:
        return None
    ends = (begins.replace(tzinfo=None) + length).replace(tzinfo=zone)
    begins, ends = begins.astimezone(UTC), ends.astimezone(UTC)
    return Interval(begins, ends) if begins < ends else None


def closed_times(closure: Closure, window: Interval) -> Iterator[Busy]:
    """The public view of a closure in a window: busy intervals of the type BLOCK, with the reason as name."""
    for each in closure.occurrences(window):
        yield Busy(
            int(each.start.timestamp()),
            int(each.end.timestamp()),
            closure.reason or "Closed",
            BookingType.BLOCK,
            closure_source(closure.id),
        )


def closure_source(closure_id: ClosureId) -> str:
    """The source of a closure's busy intervals."""
    return f"{CLOSURE_PREFIX}{closure_id}"


CLOSURE_PREFIX = "closure:"
