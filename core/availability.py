"""In-memory index of free and busy times.

Seconds since 1970, UTC, throughout. Two views of the same facts: each room's busy intervals in order, and,
for days that were queried, one bit mask of busy rooms per quarter of an hour. The masks round outwards; rooms
busy only in a border quarter are looked up exactly, so results are never rounded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from core.bounded_cache import BoundedCache
from core.catalogue import Catalogue, RoomQuery
from core.model import Busy, Room, RoomId

QUARTER = 15 * 60
DAY = 24 * 60 * 60
_MAX_MASKED = 2 * DAY
"""Longer slots are checked room by room instead of with day masks."""
_MAX_DAYS = 400
"""Days with masks: some 96 integers of a bit per room each."""
SOON = 15 * 60
"""A busy room is `soon` when it falls free within this many seconds, inclusive."""


class Status(StrEnum):
    """Status of a room at an instant."""

    FREE = "free"
    SOON = "soon"
    BUSY = "busy"


class RoomStatus(NamedTuple):
    """Status of a room, when it changes (None: not today), and what begins or ends then."""

    status: Status
    until: int | None
    because: Busy | None


class RoomSchedule:
    """One room's busy intervals by start; immutable."""

    __slots__ = ("_runs", "busy")

    def __init__(self, busy: Iterable[Busy] = ()) -> None:
        self.busy: tuple[Busy, ...] = tuple(sorted(busy))
        self._runs: tuple[list[int], list[int]] | None = None

    @property
    def runs(self) -> tuple[list[int], list[int]]:
        """Starts and ends of the busy intervals, with adjacent and overlapping ones merged."""
        if self._runs is None:
            self._runs = _merge(self.busy)
        return self._runs

    def at(self, instant: int, midnight: int) -> RoomStatus:
        """Status at `instant`, of a day that ends at `midnight`."""
        starts, ends = self.runs
        place = bisect_right(starts, instant)
        if place and instant < (until := ends[place - 1]):
            status = Status.SOON if until - instant <= SOON else Status.BUSY
            return RoomStatus(status, until, self._ending_at(until))
        if place < len(starts) and starts[place] < midnight:
            return RoomStatus(Status.FREE, starts[place], self._starting_at(starts[place]))
        return RoomStatus(Status.FREE, None, None)

    def is_free(self, start: int, end: int) -> bool:
        starts, ends = self.runs
        place = bisect_left(starts, end)
        return not place or ends[place - 1] <= start

    def next_after(self, instant: int) -> Busy | None:
        """The first busy interval at or after an instant at which the room is free."""
        place = bisect_left(self.busy, (instant,))
        return self.busy[place] if place < len(self.busy) else None

    def conflicts(self, start: int, end: int) -> tuple[Busy, ...]:
        """Busy intervals that overlap a slot, by start."""
        starts, ends = self.runs
        first = bisect_right(ends, start)
        if first == len(starts) or starts[first] >= end:
            return ()
        candidates = self.busy[bisect_left(self.busy, (starts[first],)) : bisect_left(self.busy, (end,))]
        return tuple(each for each in candidates if each.end > start)

    def contains(self, busy: Busy) -> bool:
        place = bisect_left(self.busy, busy)
        return place < len(self.busy) and self.busy[place] == busy

    def gaps(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The free intervals between `start` and `end`, in order."""
        starts, ends = self.runs
        place = bisect_right(ends, start)
        while start < end:
            busy_from = starts[place] if place < len(starts) else end
            if busy_from > start:
                yield start, min(busy_from, end)
            if place >= len(starts):
                return
            start = max(start, ends[place])
            place += 1

    def with_busy(self, added: Busy) -> "RoomSchedule":
        place = bisect_left(self.busy, added)
        return self._in_order((*self.busy[:place], added, *self.busy[place:]))

    def without(self, removed: Busy) -> "RoomSchedule":
        return self._in_order(tuple(each for each in self.busy if each != removed))

    @classmethod
    def _in_order(cls, busy: tuple[Busy, ...]) -> "RoomSchedule":
        schedule = cls()
        schedule.busy = busy
        return schedule

    def _starting_at(self, instant: int) -> Busy:
        return self.busy[bisect_left(self.busy, (instant,))]

    def _ending_at(self, instant: int) -> Busy | None:
        return next((each for each in self.busy if each.end == instant), None)


def _merge(busy: Sequence[Busy]) -> tuple[list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    for each in busy:
        if ends and each.start <= ends[-1]:
            ends[-1] = max(ends[-1], each.end)
        else:
            starts.append(each.start)
            ends.append(each.end)
    return starts, ends


_ALWAYS_FREE = RoomSchedule()


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
        self._days: BoundedCache[int, list[int]] = BoundedCache(_MAX_DAYS)

    def of(self, catalogue: Catalogue) -> "Availability":
        """Returns the same schedules for another catalogue."""
        return Availability(catalogue, self._schedules, self.version + 1)

    def schedule(self, room_id: RoomId) -> RoomSchedule:
        return self._schedules.get(room_id, _ALWAYS_FREE)

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
        place = self.catalogue.position.get(room_id)
        if place is None or not self._days:
            return
        days = {day for each in differing for day in range(each.start // DAY, (each.end - 1) // DAY + 1)}
        for day in days & self._days.keys():
            self._rebuild_room(self._days[day], place, day * DAY, schedule)

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
        for room in self.catalogue.rooms_in(free & border):
            if not self.schedule(room.id).is_free(start, end):
                free &= ~(1 << self.catalogue.position[room.id])
        return free

    def _free_throughout(self, start: int, end: int, wanted: int) -> int:
        """`free_rooms` without day masks: a year of them costs seconds to build."""
        return sum(
            1 << self.catalogue.position[room.id]
            for room in self.catalogue.rooms_in(wanted)
            if self.schedule(room.id).is_free(start, end)
        )

    def matching(self, start: int, end: int, query: RoomQuery) -> list[Room]:
        """Rooms that match a query and are free for the whole slot, smallest capacity first."""
        return list(self.catalogue.rooms_in(self.free_rooms(start, end, query)))

    def _busy_in(self, first: int, last: int) -> int:
        """The mask of rooms busy at any time in the quarters `first` to `last` (exclusive)."""
        busy = 0
        while first < last:
            day, offset = divmod(first * QUARTER, DAY)
            quarters = self._day(day)
            begin = offset // QUARTER
            stop = min(begin + last - first, len(quarters))
            for mask in quarters[begin:stop]:
                busy |= mask
            first += stop - begin
        return busy

    def _day(self, day: int) -> list[int]:
        if (quarters := self._days.get(day)) is None:
            quarters = self._build_day(day * DAY)
            self._days.put(day, quarters)
        return quarters

    def _build_day(self, midnight: int) -> list[int]:
        rows = [bytearray(len(self.catalogue.order)) for _ in range(DAY // QUARTER)]
        for place, room in enumerate(self.catalogue.order):
            if (schedule := self._schedules.get(room.id)) is not None:
                for quarter in _quarters_busy(schedule, midnight):
                    rows[quarter][place] = 1
        return [int(bytes(quarter)[::-1].hex()[1::2] or "0", 2) for quarter in rows]

    @staticmethod
    def _rebuild_room(quarters: list[int], place: int, midnight: int, schedule: RoomSchedule) -> None:
        bit = 1 << place
        busy = set(_quarters_busy(schedule, midnight))
        for quarter, mask in enumerate(quarters):
            if quarter in busy:
                quarters[quarter] = mask | bit
            elif mask & bit:
                quarters[quarter] = mask & ~bit


def _quarters_busy(schedule: RoomSchedule, midnight: int) -> Iterator[int]:
    """The quarters of the UTC day from `midnight` in which a room is busy at any time."""
    starts, ends = schedule.runs
    place = bisect_right(ends, midnight)
    while place < len(starts) and starts[place] < midnight + DAY:
        first = max(starts[place] - midnight, 0) // QUARTER
        last = -(-min(ends[place] - midnight, DAY) // QUARTER)
        yield from range(first, last)
        place += 1
