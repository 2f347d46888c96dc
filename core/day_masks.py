"""Bit masks of busy rooms per quarter of an hour, by UTC day, built when a day is first asked about.

They round outwards: a room is set in every quarter in which it is busy at any time.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from core.bounded_cache import BoundedCache
from core.catalogue import Catalogue, mask_of_flags
from core.model import RoomId
from core.room_schedule import ALWAYS_FREE, RoomSchedule

QUARTER = 15 * 60
DAY = 24 * 60 * 60
_QUARTERS = DAY // QUARTER
_MAX_DAYS = 400
_MIN_DAYS = 8
_MAX_BYTES = 64 * 1024 * 1024
"""Of all masks: a day takes a bit for each room and quarter, 600 KB for 50,000 rooms."""
_ROOMS_PER_SLICE = 1_000
"""Some 2 ms."""
_QUARTERS_PER_SLICE = 8
"""Some 2 ms for 50,000 rooms."""
_BUSY = b"\x01" * _QUARTERS


class DayMasks:
    """The masks of the days that were asked about, kept up to date as schedules change."""

    def __init__(self, catalogue: Catalogue, schedules: Mapping[RoomId, RoomSchedule]) -> None:
        self._catalogue = catalogue
        self._schedules = schedules
        day_bytes = _QUARTERS * (len(catalogue.order) // 8 + 1)
        self._days: BoundedCache[int, list[int]] = BoundedCache(
            max(_MIN_DAYS, min(_MAX_DAYS, _MAX_BYTES // day_bytes))
        )
        self._lock = asyncio.Lock()
        self._changed: set[RoomId] = set()
        """Rooms that changed while a day is built in slices."""

    async def prepare(self, start: int, end: int) -> None:
        """Builds the days of `[start, end)` in slices, so that other requests are answered in between."""
        for day in range(start // DAY, (end - 1) // DAY + 1):
            if day not in self._days:
                async with self._lock:
                    await self._build_in_slices(day)

    async def _build_in_slices(self, day: int) -> None:
        if day in self._days:
            return
        self._changed.clear()
        grid = bytearray(_QUARTERS * len(self._catalogue.order))
        for _ in self._fill(grid, day * DAY):
            await asyncio.sleep(0)
        quarters = []
        for first in range(0, _QUARTERS, _QUARTERS_PER_SLICE):
            quarters += _masks(grid, first, _QUARTERS_PER_SLICE)
            await asyncio.sleep(0)
        for room_id in self._changed:
            self._rebuild(quarters, day, room_id)
        self._days.put(day, quarters)

    def quarters(self, day: int) -> list[int]:
        """The masks of a day's quarters, in order; builds them unless `prepare` did."""
        if (quarters := self._days.get(day)) is None:
            grid = bytearray(_QUARTERS * len(self._catalogue.order))
            for _ in self._fill(grid, day * DAY):
                pass
            quarters = _masks(grid, 0, _QUARTERS)
            self._days.put(day, quarters)
        return quarters

    def known(self, day: int) -> Sequence[int] | None:
        """The masks of a day that was asked about before."""
        return self._days.get(day)

    def _fill(self, grid: bytearray, midnight: int) -> Iterator[None]:
        """Marks each room's busy quarters, in a row for each room, and pauses after each slice."""
        rooms = iter(enumerate(self._catalogue.order))
        while part := list(islice(rooms, _ROOMS_PER_SLICE)):
            for place, room in part:
                row = place * _QUARTERS
                for first, last in busy_quarters(self._schedule(room.id), midnight):
                    grid[row + first : row + last] = _BUSY[: last - first]
            yield

    def update(self, room_id: RoomId, changed: Iterable[tuple[int, int]]) -> None:
        """Rebuilds a room's bits in the days of the intervals that changed."""
        if self._lock.locked():
            self._changed.add(room_id)
        if not self._days:
            return
        days = {day for start, end in changed for day in range(start // DAY, (end - 1) // DAY + 1)}
        for day in days & self._days.keys():
            self._rebuild(self._days[day], day, room_id)

    def _schedule(self, room_id: RoomId) -> RoomSchedule:
        return self._schedules.get(room_id, ALWAYS_FREE)

    def _rebuild(self, quarters: list[int], day: int, room_id: RoomId) -> None:
        place = self._catalogue.position.get(room_id)
        if place is None:
            return
        bit, row = 1 << place, bytearray(_QUARTERS)
        for first, last in busy_quarters(self._schedule(room_id), day * DAY):
            row[first:last] = _BUSY[: last - first]
        for quarter, is_busy in enumerate(row):
            if is_busy:
                quarters[quarter] |= bit
            elif quarters[quarter] & bit:
                quarters[quarter] &= ~bit


def busy_quarters(schedule: RoomSchedule, midnight: int) -> Iterator[tuple[int, int]]:
    """Ranges of the quarters of the UTC day from `midnight` in which a room is busy at any time."""
    for start, end in schedule.runs_in(midnight, midnight + DAY):
        yield max(start - midnight, 0) // QUARTER, -(-min(end - midnight, DAY) // QUARTER)


def _masks(grid: bytearray, first: int, count: int) -> list[int]:
    """The masks of some quarters of a grid: every 96th byte, as the digits of a binary number."""
    columns = (grid[quarter::_QUARTERS] for quarter in range(first, first + count))
    return [mask_of_flags(column) for column in columns]
