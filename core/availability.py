"""In-memory index of free and busy times.

Seconds since 1970, UTC, throughout. Two views of the same facts: each room's busy intervals in order, and,
for days that were queried, one bit mask of busy rooms per quarter of an hour. The masks round outwards; rooms
busy only in a border quarter are looked up exactly, so results are never rounded.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import nsmallest
from itertools import islice
from math import inf

from core.catalogue import Catalogue, RoomQuery
from core.day_masks import DAY, QUARTER, DayMasks
from core.model import Busy, Room, RoomId
from core.room_schedule import ALWAYS_FREE, SOON, BusyLabel, RoomSchedule, RoomStatus, Status

__all__ = (
    "ALWAYS_FREE",
    "DAY",
    "QUARTER",
    "SOON",
    "Availability",
    "BusyLabel",
    "RoomSchedule",
    "RoomStatus",
    "Status",
)

_MAX_CHANGES = 1_000
_MAX_MASKED = 2 * DAY
"""Longer slots are checked room by room instead of with day masks."""


class Availability:
    """The schedules of all rooms of a catalogue; mutable, one whole schedule at a time.

    `version` grows with every change, for caches of what was computed from it.
    """

    def __init__(
        self, catalogue: Catalogue, schedules: Mapping[RoomId, RoomSchedule] | None = None, version: int = 1
    ) -> None:
        self.catalogue = catalogue
        self.version = version
        self._schedules: dict[RoomId, RoomSchedule] = dict(schedules or {})
        self._masks = DayMasks(catalogue, self._schedules)
        self._changed: deque[RoomId] = deque(maxlen=_MAX_CHANGES)
        """The room that changed with each version up to the present one."""

    def of(self, catalogue: Catalogue) -> "Availability":
        """Returns the same schedules for another catalogue."""
        return Availability(catalogue, self._schedules, self.version + 1)

    def schedule(self, room_id: RoomId) -> RoomSchedule:
        return self._schedules.get(room_id, ALWAYS_FREE)

    def schedules(self) -> list[object]:
        return list(self._schedules.values())

    def add(self, room_id: RoomId, busy: Busy) -> None:
        """Adds a busy interval, if it is new."""
        old = self.schedule(room_id)
        if not old.contains(busy):
            self._store(room_id, old.with_busy(busy), (busy,))

    def remove(self, room_id: RoomId, busy: Busy) -> None:
        self._store(room_id, self.schedule(room_id).without(busy), (busy,))

    def replace(self, room_id: RoomId, schedule: RoomSchedule) -> None:
        """Replaces the schedule of a room, in both views.

        The new object is kept even if it is equal: something may have changed that neither schedule contains.
        """
        differing = set(self.schedule(room_id).busy) ^ set(schedule.busy)
        self._schedules[room_id] = schedule
        if differing:
            self._store(room_id, schedule, differing)

    def _store(self, room_id: RoomId, schedule: RoomSchedule, differing: Iterable[Busy]) -> None:
        self._schedules[room_id] = schedule
        self.version += 1
        self._changed.append(room_id)
        self._masks.update(room_id, [(each.start, each.end) for each in differing])

    def changed_since(self, version: int) -> Collection[RoomId]:
        """The rooms that changed since an earlier version of this object; all if that is too long ago."""
        count = self.version - version
        if count > len(self._changed):
            return self.catalogue.position.keys()
        return set(islice(reversed(self._changed), count))

    async def prepare(self, start: int, end: int) -> None:
        """Builds in slices what searches of a slot need: without it, the first one of a day takes longer."""
        if end - start <= _MAX_MASKED:
            await self._masks.prepare(start, end)

    def free_rooms(self, start: int, end: int, query: RoomQuery) -> int:
        """The mask of rooms that match a query and are free for the whole of `[start, end)`."""
        matching = self.catalogue.matching(query)
        if end - start > _MAX_MASKED:
            return self._free_throughout(start, end, matching)
        first, last = start // QUARTER, -(-end // QUARTER)
        inner_first, inner_last = -(-start // QUARTER), end // QUARTER
        inner = self._busy_in(inner_first, inner_last) if inner_first < inner_last else 0
        free = matching & ~inner
        border = 0
        if first < inner_first:
            border |= self._busy_in(first, first + 1)
        if inner_last < last:
            border |= self._busy_in(last - 1, last)
        if not (doubtful := free & border):
            return free
        return free & ~doubtful | self._free_throughout(start, end, doubtful)

    def _free_throughout(self, start: int, end: int, wanted: int) -> int:
        """Checks room by room: a year of day masks would cost seconds to build."""
        rooms = self.catalogue.rooms_in(wanted)
        return self.catalogue.mask_of(room for room in rooms if self.schedule(room.id).is_free(start, end))

    def matching(self, start: int, end: int, query: RoomQuery) -> list[Room]:
        """Rooms that match a query and are free for the whole slot, smallest capacity first."""
        return list(self.catalogue.rooms_in(self.free_rooms(start, end, query)))

    def longest_free(self, rooms: int, instant: int, count: int) -> list[Room]:
        """Of a mask of rooms that are free before an instant, `count` that are taken last after it.

        Rooms taken in a quarter of an hour drop out as long as enough are left; the rest is sorted.
        """
        partly = self._busy_in(instant // QUARTER, -(-instant // QUARTER))
        sure = rooms & ~partly
        for mask in self._masks_after(instant):
            if (left := sure & ~mask).bit_count() < count:
                break
            sure = left
        candidates = self.catalogue.rooms_in(sure | rooms & partly)
        return nsmallest(count, candidates, key=lambda room: -self._next(room, instant))

    def _masks_after(self, instant: int) -> Iterator[int]:
        """The masks of the quarters that begin after an instant, of days that were asked about."""
        first = -(-instant // QUARTER)
        while (quarters := self._masks.known(first * QUARTER // DAY)) is not None:
            offset = first * QUARTER % DAY // QUARTER
            yield from quarters[offset:]
            first += len(quarters) - offset

    def _next(self, room: Room, instant: int) -> float:
        start = self.schedule(room.id).next_start(instant)
        return inf if start is None else start

    def _busy_in(self, first: int, last: int) -> int:
        """The mask of rooms busy at any time in the quarters `first` to `last` (exclusive)."""
        busy = 0
        while first < last:
            day, offset = divmod(first * QUARTER, DAY)
            quarters = self._masks.quarters(day)
            begin = offset // QUARTER
            stop = min(begin + last - first, len(quarters))
            for mask in quarters[begin:stop]:
                busy |= mask
            first += stop - begin
        return busy
