"""Reading a source and judging what it brought beside its last good run, in the words of the core."""

import asyncio
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from core.model import BookingType, Room, RoomId
from core.services.published import Published
from core.timetable_run import Slot
from scraper.entries import Entries, Group
from scraper.harvest import Harvest, Progress, SourceSettings
from scraper.report import Timetable, compare
from scraper.source import harvest

_SHOWN = 5


class LastGood:
    """The current run of a source, collected slice by slice in little room."""

    def __init__(self, source: str, rooms: Iterable[RoomId] = ()) -> None:
        self._source = source
        self._rooms = frozenset(rooms)
        self._times: dict[tuple[RoomId, str, BookingType], array[int]] = {}

    def add(self, slots: Iterable[Slot]) -> None:
        for room_id, start, end, name, booking_type in slots:
            self._times.setdefault((room_id, name, booking_type), array("q")).extend((start, end))

    @property
    def timetable(self) -> Timetable | None:
        """None when there is nothing to compare with."""
        if not self._times:
            return None
        return Timetable(
            Entries((Group(*key, each) for key, each in self._times.items()), self._source), self._rooms
        )


async def read(
    settings: SourceSettings,
    *,
    now: datetime,
    previous: Mapping[str, str],
    rooms: Collection[Room],
    last_good: LastGood,
    progress: Progress,
) -> Published:
    """What a source publishes now. `SourceFailed` when it is not to be read."""
    found = await harvest(settings, now=now, previous=previous, rooms=rooms, progress=progress)
    known = {each.id for each in rooms}
    return await asyncio.to_thread(judged, found, last_good.timetable, known, now)


def judged(
    found: Harvest, last_good: Timetable | None, known: Collection[RoomId], now: datetime
) -> Published:
    """With a campus's hundred thousand entries this takes about a second: call it off the event loop."""
    report = compare(last_good, found, now)
    before = last_good.entries if last_good is not None else Entries()
    entries = found.completed_by(before)
    strange = {group.room_id for group in entries.groups} - {*known, *(each.id for each in found.rooms)}
    unknown = f"{len(strange)} rooms are unknown and left out: {', '.join(sorted(strange)[:_SHOWN])}"
    return Published(
        slots=(Slot(*row) for row in entries.rows()),
        changed=_changed(found, before) - strange,
        buildings=found.buildings,
        rooms=found.rooms,
        fingerprints=found.fingerprints,
        summary=report.summary,
        doubts=tuple(each.message for each in report.suspicions),
        problems=(*report.problems, *([unknown] if strange else [])),
    )


def _changed(found: Harvest, before: Entries) -> frozenset[RoomId]:
    """The rooms whose entries differ; those carried over cannot."""
    carried = found.carried
    old, new = (_by_room(each.of_rooms(lambda room: room not in carried)) for each in (before, found.entries))
    return frozenset(room for room in old.keys() | new.keys() if old.get(room) != new.get(room))


def _by_room(entries: Entries) -> Mapping[RoomId, set[tuple[int, int, str, str]]]:
    rooms: dict[RoomId, set[tuple[int, int, str, str]]] = defaultdict(set)
    for row in entries.rows():
        rooms[row.room_id].add((row.start, row.end, row.name, row.booking_type))
    return rooms
