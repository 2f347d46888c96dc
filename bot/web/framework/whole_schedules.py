"""Cache of rooms' schedules of all time, past and future, which the read model does not hold."""

import asyncio
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

from bot.web.framework.database_read import DatabaseRead
from bot.web.framework.serializers import render_busy
from bot.web.framework.sized_cache import SizedCache
from core.availability import Availability, RoomSchedule
from core.clock import Clock
from core.model import BuildingId, Busy, Room, RoomId, busy_for
from core.ports import UnitOfWork
from core.read_model import ReadModel, RoomUpdate, read_rooms
from core.schedule_reading import ALL_TIME

_MAX_ENTRIES = 400_000
"""Some 150 bytes each."""
_MAX_ROOMS = 10_000
_ROOMS_PER_READ = 16
"""Of one building: most of the time goes into the number of statements."""


class RenderedSchedule:
    """A room's busy intervals by start, as one list of JSON objects of which a window is a slice."""

    __slots__ = ("_ends", "_is_in_order", "_latest_ends", "_offsets", "_rendered", "_starts", "size")

    def __init__(self, busy: Iterable[Busy]) -> None:
        ordered = sorted(busy)
        rendered = [render_busy(each) for each in ordered]
        self._rendered = b",".join(rendered)
        self._offsets = array("q", accumulate((len(each) + 1 for each in rendered), initial=0))
        self._starts = array("q", [each.start for each in ordered])
        self._ends = array("q", [each.end for each in ordered])
        self._latest_ends = array("q", accumulate(self._ends, max))
        self._is_in_order = self._latest_ends == self._ends
        self.size = len(ordered)

    def overlapping(self, start: int, end: int) -> bytes:
        """Those that overlap `[start, end)`, in seconds since 1970."""
        last = bisect_left(self._starts, end)
        first = bisect_right(self._latest_ends, start, 0, last)
        if self._is_in_order or start < self._starts[0]:
            return self._slice(first, last)
        places = [place for place in range(first, last) if self._ends[place] > start]
        return b",".join([self._slice(place, place + 1) for place in places])

    def _slice(self, first: int, last: int) -> bytes:
        return self._rendered[self._offsets[first] : max(self._offsets[last] - 1, 0)]


class _State(NamedTuple):
    """The objects that the read model replaces when anything changes in a room; equal only if identical."""

    availability: Availability
    schedule: RoomSchedule


class _Entry(NamedTuple):
    state: _State
    whole: RenderedSchedule


class _Entries(SizedCache[RoomId, _Entry]):
    def size_of(self, value: _Entry) -> int:
        return value.whole.size


class WholeSchedules:
    """Schedules of all time, read for several rooms of a building at once and again after a room changed.

    The read model replaces a room's schedule whenever anything changes in the room, within its window or not,
    and when a hold expires.
    """

    def __init__(self, read_model: ReadModel, read: DatabaseRead, clock: Clock) -> None:
        self._read_model = read_model
        self._read = read
        self._clock = clock
        self._entries = _Entries(_MAX_ENTRIES, _MAX_ROOMS)
        self._locks: defaultdict[BuildingId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, room: Room) -> RenderedSchedule:
        """The room's whole schedule. Raises `Unavailable` if too many reads wait already."""
        whole = self.known(room.id)
        if whole is None:
            async with self._locks[room.building_id]:
                whole = self.known(room.id) or await self._read_with_others(room)
        return whole

    def known(self, room_id: RoomId) -> RenderedSchedule | None:
        """The room's whole schedule if it is up to date."""
        entry = self._entries.get(room_id)
        return entry.whole if entry is not None and entry.state == self._state(room_id) else None

    def _state(self, room_id: RoomId) -> _State:
        availability = self._read_model.availability
        return _State(availability, availability.schedule(room_id))

    async def _read_with_others(self, room: Room) -> RenderedSchedule:
        building = self._read_model.catalogue.by_building.get(room.building_id, ())
        others = [each.id for each in building if each.id != room.id and self.known(each.id) is None]
        states = {room_id: self._state(room_id) for room_id in (room.id, *others[: _ROOMS_PER_READ - 1])}
        now = self._clock.now()
        found = await self._read(lambda unit: _read(unit, states, now))
        for room_id, whole in found.items():
            self._entries.put(room_id, _Entry(states[room_id], whole))
        return found[room.id]


def _read(unit: UnitOfWork, rooms: Iterable[RoomId], now: datetime) -> Mapping[RoomId, RenderedSchedule]:
    found = read_rooms(unit, ALL_TIME, list(rooms))
    return {room_id: RenderedSchedule(_busy(room, now)) for room_id, room in found.items()}


def _busy(room: RoomUpdate, now: datetime) -> list[Busy]:
    live = (each for each in room.holds if each.held_until is not None and each.held_until > now)
    return [*room.schedule.busy, *map(busy_for, live)]
