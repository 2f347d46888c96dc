"""Scrapes a source, compares the result with its last good run and converts it to values of the core."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from core.model import BookingType, Building, Room, RoomId, TimetableSlot
from core.services.timetable_import import TimetableSnapshot
from scraper.common.entries import EntryCollection, EntryGroup
from scraper.common.errors import ParsingFailed
from scraper.common.worker_process import Parser, ParsingProcess
from scraper.comparison import BaselineTimetable, RunComparison, compare
from scraper.model import ProgressCallback, ScrapeResult, SourceSettings
from scraper.registry import scrape

_MAX_LISTED_ROOMS = 5
_GROUPS_PER_BATCH = 200
"""Groups of entries sent to the other process in one batch: a few milliseconds of pickling."""


class LastGoodRun:
    """The current run of a source, collected slice by slice in compact form."""

    def __init__(self, source: str, rooms: Iterable[RoomId] = ()) -> None:
        self._source = source
        self._rooms = frozenset(rooms)
        self._times: dict[tuple[RoomId, str, BookingType], array[int]] = {}

    def add_slots(self, slots: Iterable[TimetableSlot]) -> None:
        for room_id, start, end, name, booking_type in slots:
            self._times.setdefault((room_id, name, booking_type), array("q")).extend((start, end))

    @property
    def timetable(self) -> BaselineTimetable | None:
        """None when there is nothing to compare with."""
        if not self._times:
            return None
        return BaselineTimetable(
            EntryCollection((EntryGroup(*key, each) for key, each in self._times.items()), self._source),
            self._rooms,
        )


async def scrape_and_compare(
    settings: SourceSettings,
    *,
    now: datetime,
    previous_fingerprints: Mapping[str, str],
    rooms: Collection[Room],
    buildings: Collection[Building] = (),
    last_good: LastGoodRun,
    progress: ProgressCallback,
) -> TimetableSnapshot:
    """Scrapes a source and compares it with the last good run. Raises `SourceFailed`."""
    found = await scrape(
        settings,
        now=now,
        previous_fingerprints=previous_fingerprints,
        rooms=rooms,
        buildings=buildings,
        progress=progress,
    )
    async with ParsingProcess() as apart:
        return await compare_with_last_good(
            found, last_good.timetable, {each.id for each in rooms}, now, apart
        )


async def compare_with_last_good(
    result: ScrapeResult,
    last_good: BaselineTimetable | None,
    known_rooms: Collection[RoomId],
    now: datetime,
    worker: Parser,
) -> TimetableSnapshot:
    """Compares in another process: the hundred thousand entries of a campus take a second."""
    before = last_good.entries if last_good is not None else EntryCollection()
    await _send_entries("before", before, worker)
    await _send_entries("found", result.entries, worker)
    counts = (len(before.groups), len(result.entries.groups))
    rooms = last_good.rooms if last_good is not None else None
    report, changed = await worker(
        _compare_received, counts, rooms, replace(result, entries=EntryCollection()), now
    )
    entries = result.merged_with(before)
    strange = {group.room_id for group in entries.groups} - {
        *known_rooms,
        *(each.id for each in result.rooms),
    }
    unknown = (
        f"{len(strange)} rooms are unknown and left out: {', '.join(sorted(strange)[:_MAX_LISTED_ROOMS])}"
    )
    return TimetableSnapshot(
        slots=(TimetableSlot(*row) for row in entries.rows()),
        changed=changed - strange,
        buildings=result.buildings,
        rooms=result.rooms,
        fingerprints=result.fingerprints,
        summary=report.summary,
        anomalies=tuple(each.message for each in report.anomalies),
        problems=(*report.problems, *([unknown] if strange else [])),
        unknown_places=result.unknown_places,
    )


async def _send_entries(side: str, entries: EntryCollection, worker: Parser) -> None:
    """Sends entries in batches; the first one clears those sent before."""
    await worker(_cache_side, side, (), is_first=True)
    for piece in _batches(entries.groups):
        await worker(_cache_side, side, piece)


def _batches(groups: Iterable[EntryGroup]) -> Iterator[tuple[EntryGroup, ...]]:
    waiting = iter(groups)
    while piece := tuple(islice(waiting, _GROUPS_PER_BATCH)):
        yield piece


# In the other process

_received: dict[str, list[EntryGroup]] = {}
"""Entries received so far, by side ("before" or "found")."""


def _cache_side(side: str, groups: Iterable[EntryGroup], *, is_first: bool = False) -> None:
    if is_first:
        _received[side] = []
    _received.setdefault(side, []).extend(groups)


def _compare_received(
    counts: tuple[int, int], rooms: frozenset[RoomId] | None, result: ScrapeResult, now: datetime
) -> tuple[RunComparison, frozenset[RoomId]]:
    """The comparison, and the rooms whose entries differ. `rooms` is None when there was no run before."""
    before, entries = (EntryCollection(_received.pop(side, ())) for side in ("before", "found"))
    if (len(before.groups), len(entries.groups)) != counts:
        raise ParsingFailed("The process that compares timetables ended while it received one.")
    whole = replace(result, entries=entries)
    last_good = BaselineTimetable(before, rooms) if rooms is not None else None
    return compare(last_good, whole, now), _changed_rooms(whole, before)


def _changed_rooms(result: ScrapeResult, before: EntryCollection) -> frozenset[RoomId]:
    """The rooms whose entries differ; those carried over cannot."""
    carried = result.carried_over
    old, new = (
        _group_by_room(each.filter_rooms(lambda room: room not in carried))
        for each in (before, result.entries)
    )
    return frozenset(room for room in old.keys() | new.keys() if old.get(room) != new.get(room))


def _group_by_room(entries: EntryCollection) -> Mapping[RoomId, set[tuple[int, int, str, str]]]:
    rooms: dict[RoomId, set[tuple[int, int, str, str]]] = defaultdict(set)
    for row in entries.rows():
        rooms[row.room_id].add((row.start, row.end, row.name, row.booking_type))
    return rooms
