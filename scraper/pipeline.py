"""Reading a source and judging what it brought beside its last good run, in the words of the core."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from core.model.entities import BookingType, Room, RoomId
from core.model.timetable_run import Slot
from core.services.timetable_import import Published
from scraper.common.entries import Entries, Group
from scraper.common.errors import ParsingFailed
from scraper.common.worker_process import Parser, ParsingProcess
from scraper.comparison import Report, Timetable, compare
from scraper.model import Harvest, Progress, SourceSettings
from scraper.registry import harvest

_SHOWN = 5
_GROUPS_AT_ONCE = 200
"""How many groups of entries go to another process in one piece: less than a blink's work for this one."""


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
    async with ParsingProcess() as apart:
        return await judged(found, last_good.timetable, {each.id for each in rooms}, now, apart)


async def judged(
    found: Harvest, last_good: Timetable | None, known: Collection[RoomId], now: datetime, apart: Parser
) -> Published:
    """Compared in another process: a campus's hundred thousand entries take a second there."""
    before = last_good.entries if last_good is not None else Entries()
    await _send("before", before, apart)
    await _send("found", found.entries, apart)
    counts = (len(before.groups), len(found.entries.groups))
    rooms = last_good.rooms if last_good is not None else None
    report, changed = await apart(_judge, counts, rooms, replace(found, entries=Entries()), now)
    entries = found.completed_by(before)
    strange = {group.room_id for group in entries.groups} - {*known, *(each.id for each in found.rooms)}
    unknown = f"{len(strange)} rooms are unknown and left out: {', '.join(sorted(strange)[:_SHOWN])}"
    return Published(
        slots=(Slot(*row) for row in entries.rows()),
        changed=changed - strange,
        buildings=found.buildings,
        rooms=found.rooms,
        fingerprints=found.fingerprints,
        summary=report.summary,
        doubts=tuple(each.message for each in report.suspicions),
        problems=(*report.problems, *([unknown] if strange else [])),
    )


async def _send(side: str, entries: Entries, apart: Parser) -> None:
    """In pieces; the first clears what was there."""
    await apart(_keep, side, (), is_first=True)
    for piece in _pieces(entries.groups):
        await apart(_keep, side, piece)


def _pieces(groups: Iterable[Group]) -> Iterator[tuple[Group, ...]]:
    waiting = iter(groups)
    while piece := tuple(islice(waiting, _GROUPS_AT_ONCE)):
        yield piece


# In the other process

_kept: dict[str, list[Group]] = {}
"""What was sent so far, by side."""


def _keep(side: str, groups: Iterable[Group], *, is_first: bool = False) -> None:
    if is_first:
        _kept[side] = []
    _kept.setdefault(side, []).extend(groups)


def _judge(
    counts: tuple[int, int], rooms: frozenset[RoomId] | None, found: Harvest, now: datetime
) -> tuple[Report, frozenset[RoomId]]:
    """The report, and the rooms whose entries differ. `rooms` is None when there was no run before."""
    before, entries = (Entries(_kept.pop(side, ())) for side in ("before", "found"))
    if (len(before.groups), len(entries.groups)) != counts:
        raise ParsingFailed("The process that judges timetables ended while it was told of one.")
    whole = replace(found, entries=entries)
    last_good = Timetable(before, rooms) if rooms is not None else None
    return compare(last_good, whole, now), _changed(whole, before)


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
