"""Cache of rendered room statuses, by campus day.

A day is built once: for each room the instants at which its status changes and, for each interval between
them, a fragment of JSON. A response is one lookup per room and a join; a booking rebuilds one room's day.
"""

import asyncio
from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from itertools import compress, count, islice

import orjson
from msgspec import Struct

from bot.web.framework.room_timelines import DayTimelines
from bot.web.framework.status_layout import StatusLayout, StatusSnapshot
from core.availability import QUARTER, Availability, RoomSchedule, Status
from core.bounded_cache import BoundedCache
from core.catalogue import Catalogue, flags_of
from core.localtime import local_instant
from core.model import Room

_MAX_DAYS = 32
_MAX_QUARTERS = 4_000
"""Quarters of an hour, some forty days, whose day is known."""
_ROOMS_PER_BATCH = 1_000
_MAX_ROOMS_AT_ONCE = 5_000
"""Some 5 ms for each step of a response."""
_MIN_SELECTIONS, _MAX_SELECTIONS = 16, 1_000
_MAX_SELECTED = 8_000_000
"""Parts of all selections; a byte each."""
_MAX_PARTS = 300_000
"""Parts of all snapshots of statuses; some 100 bytes each."""
_numbers = count()


class CampusDays:
    """Start and end of a zone's calendar days in seconds; days of 23 and 25 hours included."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._by_quarter: BoundedCache[int, tuple[int, int]] = BoundedCache(_MAX_QUARTERS)

    def around(self, instant: int) -> tuple[int, int]:
        found = self._by_quarter.get(instant // QUARTER)
        if found is None or not found[0] <= instant < found[1]:
            day = datetime.fromtimestamp(instant, self._zone).date()
            found = self._midnight(day), self._midnight(day + timedelta(days=1))
            self._by_quarter.put(instant // QUARTER, found)
        return found

    def _midnight(self, day: date) -> int:
        return int(local_instant(day, 0, self._zone).timestamp())


_FREE, _BUSY = (b':{"status":"%b"' % each.value.encode() for each in (Status.FREE, Status.BUSY))


class DayCache:
    """One campus day of all rooms, in the order of responses, at a version of the availability."""

    def __init__(
        self, cache: "StatusCache", timelines: DayTimelines, numbers: Iterable[int], version: int
    ) -> None:
        self.version = version
        self.day = timelines.day
        self._timelines = timelines
        self.numbers = array("I", numbers)
        """The number of each room's timeline."""
        self._cache = cache
        self._number = next(_numbers)
        self._edges = sorted(timelines.edges() | set(self.day))

    def catch_up(self) -> "DayCache":
        """Looks up anew the rooms that changed since the day's version; returns the day."""
        availability = self._cache.availability
        if self.version != availability.version:
            for room_id in availability.changed_since(self.version):
                if (place := self._cache.campus.places.get(room_id)) is not None:
                    self._update(place, availability.schedule(room_id))
            self.version = availability.version
        return self

    def _update(self, place: int, schedule: RoomSchedule) -> None:
        before = self.numbers[place]
        self.numbers[place] = number = self._timelines.number_of(schedule)
        if number == before:
            return  # it changed on another day
        for edge in self._timelines.timelines[number].edges:
            if self._edges[bisect_left(self._edges, edge)] != edge:
                insort(self._edges, edge)
        self._cache.snapshots.clear()

    def snapshot(self, instant: int) -> StatusSnapshot:
        """The statuses at an instant."""
        since = self._edges[bisect_right(self._edges, instant) - 1]
        key = self._number, since
        if (snapshot := self._cache.snapshots.get(key)) is None:
            statuses, free_until = self._timelines.at(since)
            snapshot = StatusSnapshot(
                self._cache.campus.layout,
                [statuses[number] for number in self.numbers],
                [free_until[number] for number in self.numbers],
            )
            self._cache.snapshots.put(key, snapshot)
        return snapshot

    def constant_interval(self, instant: int, seconds: int) -> tuple[int, int]:
        """The interval around an instant in which no status changes.

        With `seconds`, rooms must stay free that long: they also drop out that long before they are taken.
        """
        edges = self._edges
        place = bisect_right(edges, instant)
        since, until = edges[place - 1], edges[min(place, len(edges) - 1)]
        if seconds:
            lead = seconds - 1
            place = bisect_right(edges, instant + lead)
            since = max(since, edges[place - 1] - lead) if place else since
            until = min(until, edges[place] - lead) if place < len(edges) else until
        return since, until


class StatusFilter(Struct, frozen=True):
    """Selects rooms by a bit mask of the catalogue and the seconds for which they must stay free."""

    mask: int
    seconds: int = 0


class CampusLayout:
    """What responses show of a catalogue: the rooms by building, their keys and their names."""

    def __init__(self, catalogue: Catalogue) -> None:
        groups = catalogue.by_building
        self.catalogue = catalogue
        self.rooms: list[Room] = [room for rooms in groups.values() for room in rooms]
        self.places = {room.id: place for place, room in enumerate(self.rooms)}
        self.buildings = [
            (_json(building_id), [_json(room.number) for room in rooms])
            for building_id, rooms in groups.items()
        ]
        self.names = [(_json(room.id), b',"name":%b}' % _json(room.name)) for room in self.rooms]
        self.positions = [catalogue.position[room.id] for room in self.rooms]
        self.layout = StatusLayout(self.buildings)

    def flags(self, mask: int) -> Iterable[int]:
        """1 for each room of a mask of the catalogue, 0 for others, in the order of responses."""
        flags = flags_of(mask).ljust(len(self.positions), b"\0")
        return [flags[position] for position in self.positions]


def _json(text: str) -> bytes:
    """A copy: what orjson returns was made in a kilobyte of memory, the rest of which stays unused."""
    return b"%b" % orjson.dumps(text)


class StatusCache:
    """The days of one availability that were requested."""

    def __init__(self, availability: Availability, campus: CampusLayout | None = None) -> None:
        self.availability = availability
        self.campus = campus or CampusLayout(availability.catalogue)
        self._selections: BoundedCache[int, int] = BoundedCache(
            max(_MIN_SELECTIONS, min(_MAX_SELECTIONS, _MAX_SELECTED // self.campus.layout.size))
        )
        self.snapshots: BoundedCache[tuple[int, int], StatusSnapshot] = BoundedCache(
            max(2, _MAX_PARTS // self.campus.layout.size)
        )
        """By day and instant: a day that was evicted and is built again has a number of its own."""
        self._days: BoundedCache[int, DayCache] = BoundedCache(_MAX_DAYS)
        self._build_lock = asyncio.Lock()

    def day(self, day: tuple[int, int]) -> DayCache:
        """The current state of a day; builds it unless `build` did."""
        if day[0] not in self._days:
            timelines = DayTimelines(day)
            numbers = self._lines(timelines, 0, None)
            self._days.put(day[0], DayCache(self, timelines, numbers, self.availability.version))
        return self._days[day[0]].catch_up()

    async def build(self, day: tuple[int, int], batch_size: int = _ROOMS_PER_BATCH) -> None:
        """Builds a day in batches of rooms, so that other requests are answered in between."""
        if day[0] in self._days:
            return
        await asyncio.sleep(0)
        async with self._build_lock:
            if day[0] in self._days:
                return
            version, timelines = self.availability.version, DayTimelines(day)
            numbers = list(self._lines(timelines, 0, batch_size))
            while len(numbers) < len(self.campus.rooms):
                await asyncio.sleep(0)
                numbers += self._lines(timelines, len(numbers), len(numbers) + batch_size)
            self._days.put(day[0], DayCache(self, timelines, numbers, version))

    def _lines(self, timelines: DayTimelines, first: int, last: int | None) -> Iterator[int]:
        """The numbers of some rooms' timelines."""
        for room in self.campus.rooms[first:last]:
            yield timelines.number_of(self.availability.schedule(room.id))

    async def pause(self) -> None:
        """Lets other requests be answered between two steps of a long response."""
        if len(self.campus.rooms) > _MAX_ROOMS_AT_ONCE:
            await asyncio.sleep(0)

    def choose(self, day: DayCache, instant: int, status_filter: StatusFilter) -> tuple[StatusSnapshot, int]:
        """The statuses at an instant, and the parts mask of the rooms that a filter selects of them."""
        snapshot, rooms = day.snapshot(instant), self._selection(status_filter.mask)
        if status_filter.seconds:
            rooms &= snapshot.free_rooms(instant + status_filter.seconds)
        return snapshot, rooms

    def _selection(self, mask: int) -> int:
        """The parts mask of a catalogue mask. Cached: many requests have the same filters."""
        if (rooms := self._selections.get(mask)) is None:
            rooms = self.campus.layout.rooms(self.campus.flags(mask))
            self._selections.put(mask, rooms)
        return rooms

    def nested_body(self, snapshot: StatusSnapshot, rooms: int) -> bytes:
        """Renders the nested shape, which has the number of free rooms of each building."""
        chosen, statuses = iter(self.campus.layout.chosen(rooms)), iter(snapshot.statuses)
        buildings = []
        for building, keys in self.campus.buildings:
            found = list(compress(zip(keys, statuses, strict=False), islice(chosen, len(keys))))
            free = sum(status.startswith(_FREE) for _, status in found)
            joined = b",".join([key + status for key, status in found])
            buildings.append(b'%b:{"numAvailable":%d,"roomStatuses":{%b}}' % (building, free, joined))
        return b"{%b}" % b",".join(buildings)

    def search_body(self, snapshot: StatusSnapshot, rooms: int) -> bytes:
        """Renders the rooms that are free or will be soon, by id and with their names."""
        chosen = compress(
            zip(self.campus.names, snapshot.statuses, strict=True), self.campus.layout.chosen(rooms)
        )
        return b"{%b}" % b",".join(
            [
                b"%b%b%b" % (room_id, status[:-1], name)
                for (room_id, name), status in chosen
                if not status.startswith(_BUSY)
            ]
        )
