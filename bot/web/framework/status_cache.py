"""Cache of rendered room statuses, by campus day.

A day is built once: for each room the instants at which its status changes and, for each interval between
them, a fragment of JSON. A response is one lookup per room and a join; a booking rebuilds one room's day.
"""

import asyncio
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import compress, count, islice

import orjson

from bot.web.framework.serializers import iso
from bot.web.framework.status_layout import NEVER, StatusLayout, StatusSnapshot
from core.availability import QUARTER, SOON, Availability, RoomSchedule, Status
from core.bounded_cache import BoundedCache
from core.catalogue import Catalogue
from core.localtime import local_instant
from core.model import Room

_MAX_DAYS = 32
_MAX_QUARTERS = 4_000
"""Quarters of an hour, some forty days, whose day is known."""
_MAX_TIMELINES = 400_000
"""Rooms times days; some 0.5 KB each."""
_ROOMS_PER_BATCH = 1_000
_MAX_SELECTIONS = 1_000
_MAX_PARTS = 600_000
"""Parts of all snapshots of statuses; some 100 bytes each."""
_ALWAYS = 1 << 62
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


@dataclass(slots=True)
class RoomTimeline:
    """One room's day: from `edges[i]` on its status is `statuses[i + 1]`, free until `free_until[i + 1]`."""

    schedule: RoomSchedule
    edges: list[int]
    statuses: list[bytes]
    free_until: list[int]


def build_timeline(schedule: RoomSchedule, day: tuple[int, int]) -> RoomTimeline:
    edges: list[int] = []
    statuses: list[bytes] = []
    free_until: list[int] = []
    for since, status, until in _intervals(schedule, *day):
        if statuses:
            edges.append(since)
        statuses.append(_render_status(status, until))
        free_until.append(NEVER if status is not Status.FREE else until or _ALWAYS)
    return RoomTimeline(schedule, edges, statuses, free_until)


def _intervals(schedule: RoomSchedule, begins: int, ends: int) -> Iterator[tuple[int, Status, int | None]]:
    """The statuses of a room's day in order: start, status, and the end that responses show."""
    starts, finishes = schedule.runs
    place = bisect_right(finishes, begins)
    at = begins
    while at < ends:
        start = starts[place] if place < len(starts) else ends
        if at < start:
            yield at, Status.FREE, start if start < ends else None
        if start >= ends:
            return
        finish = finishes[place]
        nearly = finish - SOON
        if max(at, start) < nearly:
            yield max(at, start), Status.BUSY, finish
        if max(at, start, nearly) < ends:
            yield max(at, start, nearly), Status.SOON, finish
        at, place = finish, place + 1


@lru_cache(maxsize=1 << 14)
def _render_status(status: Status, until: int | None) -> bytes:
    ends = iso(until) if until is not None else ""
    return f':{{"status":"{status.value}","endtime":"{ends}"}}'.encode()


_FREE, _BUSY = (b':{"status":"%b"' % each.value.encode() for each in (Status.FREE, Status.BUSY))


class DayCache:
    """One campus day of all rooms, in the order of responses, at a version of the availability."""

    def __init__(
        self, cache: "StatusCache", day: tuple[int, int], lines: Iterable[RoomTimeline], version: int
    ) -> None:
        self.day = day
        self.version = version
        self.lines = list(lines)
        self._cache = cache
        self._number = next(_numbers)
        self._edges = sorted({edge for line in self.lines for edge in line.edges} | set(day))

    def catch_up(self) -> "DayCache":
        """Rebuilds the rooms that changed since the day's version; returns the day."""
        availability = self._cache.availability
        if self.version != availability.version:
            for place, room in enumerate(self._cache.rooms):
                schedule = availability.schedule(room.id)
                if self.lines[place].schedule is not schedule:
                    self._rebuild(place, schedule)
            self.version = availability.version
        return self

    def _rebuild(self, place: int, schedule: RoomSchedule) -> None:
        before, line = self.lines[place], build_timeline(schedule, self.day)
        self.lines[place] = line
        if (line.edges, line.statuses) == (before.edges, before.statuses):
            return  # it changed on another day
        for edge in line.edges:
            if self._edges[bisect_left(self._edges, edge)] != edge:
                insort(self._edges, edge)
        self._cache.snapshots.clear()

    def snapshot(self, instant: int) -> StatusSnapshot:
        """The statuses at an instant."""
        since = self._edges[bisect_right(self._edges, instant) - 1]
        key = self._number, since
        if (snapshot := self._cache.snapshots.get(key)) is None:
            places = [bisect_right(line.edges, since) for line in self.lines]
            snapshot = StatusSnapshot(
                self._cache.layout,
                [line.statuses[place] for line, place in zip(self.lines, places, strict=True)],
                [line.free_until[place] for line, place in zip(self.lines, places, strict=True)],
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


@dataclass(frozen=True, slots=True)
class StatusFilter:
    """Selects rooms by a bit mask of the catalogue and the seconds for which they must stay free."""

    mask: int
    seconds: int = 0


class StatusCache:
    """The days of one availability that were requested."""

    def __init__(self, availability: Availability) -> None:
        self.availability = availability
        self.catalogue: Catalogue = availability.catalogue
        groups = self.catalogue.by_building
        self.rooms: list[Room] = [room for rooms in groups.values() for room in rooms]
        self._buildings = [
            (orjson.dumps(building_id), [orjson.dumps(room.number) for room in rooms])
            for building_id, rooms in groups.items()
        ]
        self._names = [
            (orjson.dumps(room.id), b',"name":%b}' % orjson.dumps(room.name)) for room in self.rooms
        ]
        self._positions = [self.catalogue.position[room.id] for room in self.rooms]
        self.layout = StatusLayout(self._buildings)
        self._selections: BoundedCache[int, int] = BoundedCache(_MAX_SELECTIONS)
        self.snapshots: BoundedCache[tuple[int, int], StatusSnapshot] = BoundedCache(
            max(2, _MAX_PARTS // self.layout.size)
        )
        """By day and instant: a day that was evicted and is built again has a number of its own."""
        max_days = max(2, min(_MAX_DAYS, _MAX_TIMELINES // max(len(self.rooms), 1)))
        self._days: BoundedCache[int, DayCache] = BoundedCache(max_days)
        self._build_lock = asyncio.Lock()

    def day(self, day: tuple[int, int]) -> DayCache:
        """The current state of a day; builds it unless `build` did."""
        if day[0] not in self._days:
            self._days.put(day[0], DayCache(self, day, self._lines(day, 0, None), self.availability.version))
        return self._days[day[0]].catch_up()

    async def build(self, day: tuple[int, int], batch_size: int = _ROOMS_PER_BATCH) -> None:
        """Builds a day in batches of rooms, so that other requests are answered in between."""
        if day[0] in self._days:
            return
        async with self._build_lock:
            if day[0] in self._days:
                return
            version, lines = self.availability.version, list(self._lines(day, 0, batch_size))
            while len(lines) < len(self.rooms):
                await asyncio.sleep(0)
                lines += self._lines(day, len(lines), len(lines) + batch_size)
            self._days.put(day[0], DayCache(self, day, lines, version))

    def _lines(self, day: tuple[int, int], first: int, last: int | None) -> Iterator[RoomTimeline]:
        for room in self.rooms[first:last]:
            yield build_timeline(self.availability.schedule(room.id), day)

    def choose(self, day: DayCache, instant: int, status_filter: StatusFilter) -> tuple[StatusSnapshot, int]:
        """The statuses at an instant, and the parts mask of the rooms that a filter selects of them."""
        snapshot, rooms = day.snapshot(instant), self._selection(status_filter.mask)
        if status_filter.seconds:
            rooms &= snapshot.free_rooms(instant + status_filter.seconds)
        return snapshot, rooms

    def _selection(self, mask: int) -> int:
        """The parts mask of a catalogue mask. Cached: many requests have the same filters."""
        if (rooms := self._selections.get(mask)) is None:
            rooms = self.layout.rooms(mask >> position & 1 for position in self._positions)
            self._selections.put(mask, rooms)
        return rooms

    def nested_body(self, snapshot: StatusSnapshot, rooms: int) -> bytes:
        """Renders the nested shape, which has the number of free rooms of each building."""
        chosen, statuses = iter(self.layout.chosen(rooms)), iter(snapshot.statuses)
        buildings = []
        for building, keys in self._buildings:
            found = list(compress(zip(keys, statuses, strict=False), islice(chosen, len(keys))))
            free = sum(status.startswith(_FREE) for _, status in found)
            joined = b",".join([key + status for key, status in found])
            buildings.append(b'%b:{"numAvailable":%d,"roomStatuses":{%b}}' % (building, free, joined))
        return b"{%b}" % b",".join(buildings)

    def search_body(self, snapshot: StatusSnapshot, rooms: int) -> bytes:
        """Renders the rooms that are free or will be soon, by id and with their names."""
        chosen = compress(zip(self._names, snapshot.statuses, strict=True), self.layout.chosen(rooms))
        return b"{%b}" % b",".join(
            [
                b"%b%b%b" % (room_id, status[:-1], name)
                for (room_id, name), status in chosen
                if not status.startswith(_BUSY)
            ]
        )
