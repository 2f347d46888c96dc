"""Idempotent import of buildings, rooms and timetables from files."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias, TypeVar

from msgspec.structs import replace

from core.interval import Interval
from core.model import MAX_ENTRY_LENGTH, Building, BuildingId, Room, RoomId, TimetableEntry
from core.ports import UnitOfWork
from core.services.import_comparison import ImportComparison, ImportSummary, note_import

IMPORTED = "import"
"""Source name of entries imported from files."""
_ENTRIES_PER_WRITE = 20_000

K = TypeVar("K", Building, Room)
Slot: TypeAlias = tuple[RoomId, Interval]
TimetableComparison: TypeAlias = "ImportComparison[Slot, list[TimetableEntry]]"

Given: TypeAlias = Mapping[str, frozenset[str]]
"""The fields that a file gives of each value, by id; a field that it does not give keeps its value."""


def compare_buildings(
    unit: UnitOfWork, buildings: Sequence[Building], given: Given | None = None
) -> ImportComparison[BuildingId, Building]:
    known = {each.id: each for each in unit.rooms.buildings()}
    wanted = {each.id: _keep_fields(known.get(each.id), each, given) for each in buildings}
    return ImportComparison(known, wanted)


def import_buildings(
    unit: UnitOfWork, buildings: Sequence[Building], now: datetime, given: Given | None = None
) -> ImportSummary:
    comparison = compare_buildings(unit, buildings, given)
    unit.rooms.put_buildings(comparison.changes.values())
    note_import(unit, "import buildings", comparison.summary, now)
    return comparison.summary


def compare_rooms(
    unit: UnitOfWork, rooms: Sequence[Room], given: Given | None = None
) -> ImportComparison[RoomId, Room]:
    """Its `extra` are the buildings to make, named by their ids."""
    known = {each.id: each for each in unit.rooms.rooms()}
    wanted = {each.id: _keep_fields(known.get(each.id), each, given) for each in rooms}
    described = {each.id for each in unit.rooms.buildings()}
    missing = sorted({each.building_id for each in wanted.values()} - described)
    return ImportComparison(known, wanted, extra=tuple(missing))


def import_rooms(
    unit: UnitOfWork, rooms: Sequence[Room], now: datetime, given: Given | None = None
) -> ImportSummary:
    """Imports rooms, creating missing buildings named by their ids."""
    comparison = compare_rooms(unit, rooms, given)
    unit.rooms.put_buildings(Building(BuildingId(each), each) for each in comparison.extra)
    unit.rooms.put_rooms(comparison.changes.values())
    note_import(unit, "import rooms", comparison.summary, now)
    return comparison.summary


def _keep_fields(before: K | None, imported: K, given: Given | None) -> K:
    """What a file brings, with the fields that it does not give as they were."""
    if before is None or given is None:
        return imported
    return replace(before, **{name: getattr(imported, name) for name in given[imported.id]})


def compare_timetable(
    unit: UnitOfWork, entries: Iterable[TimetableEntry], source: str = IMPORTED, *, keeps_others: bool = False
) -> TimetableComparison:
    """Compares the entries of rooms that differ from this source's; equal rooms are only counted.

    With `keeps_others` the entries are added to those that are there.
    """
    wanted = _by_room(_split_long(entries), source)
    known = _by_room((each for each in unit.timetable.of_source(source) if each.room_id in wanted), source)
    before: dict[Slot, list[TimetableEntry]] = {}
    after: dict[Slot, list[TimetableEntry]] = {}
    removed: list[Slot] = []
    unchanged = 0
    for room_id, new in sorted(wanted.items()):
        old = known.get(room_id, [])
        both = _distinct([*old, *new]) if keeps_others else new
        if old == both:
            unchanged += sum(1 for _ in groupby(new, key=_interval))
            continue
        slots, old_slots = _by_slot(both), _by_slot(old)
        if keeps_others:
            slots = {slot: slots[slot] for slot in _by_slot(new)}
        else:
            removed += (each for each in old_slots if each not in slots)
        before |= old_slots
        after |= slots
    return ImportComparison(before, after, tuple(removed), unchanged)


def import_timetable(
    unit: UnitOfWork,
    entries: Iterable[TimetableEntry],
    now: datetime,
    source: str = IMPORTED,
    *,
    keeps_others: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportSummary:
    """Replaces this source's entries of the rooms that appear; other rooms are untouched.

    With `keeps_others` the entries are added to those that are there.
    """
    comparison = compare_timetable(unit, entries, source, keeps_others=keeps_others)
    new = [each for group in comparison.wanted.values() for each in group]
    if keeps_others:
        there = {each for group in comparison.known.values() for each in group}
        new = [each for each in new if each not in there]
    else:
        unit.timetable.clear(source, sorted({room_id for room_id, _ in comparison.known}))
    for start in range(0, len(new), _ENTRIES_PER_WRITE):
        progress(start, len(new))
        unit.timetable.add(source, new[start : start + _ENTRIES_PER_WRITE], int(now.timestamp()))
    summary = comparison.summary
    note_import(unit, "import timetable", summary, now)
    return summary


def unknown_rooms(unit: UnitOfWork, entries: Iterable[TimetableEntry]) -> set[RoomId]:
    """Room ids of entries that are not in the catalogue."""
    return {each.room_id for each in entries} - {each.id for each in unit.rooms.rooms()}


def _by_room(entries: Iterable[TimetableEntry], source: str) -> dict[RoomId, list[TimetableEntry]]:
    """Each room's entries by time, none twice."""
    rooms: dict[RoomId, list[TimetableEntry]] = defaultdict(list)
    for each in entries:
        rooms[each.room_id].append(each if each.source == source else replace(each, source=source))
    return {room_id: _distinct(found) for room_id, found in rooms.items()}


def _distinct(entries: Iterable[TimetableEntry]) -> list[TimetableEntry]:
    return list(dict.fromkeys(sorted(entries, key=_order)))


def _order(entry: TimetableEntry) -> tuple[datetime, datetime, str, str]:
    return entry.interval.start, entry.interval.end, entry.name, entry.booking_type


def _interval(entry: TimetableEntry) -> Interval:
    return entry.interval


def _by_slot(entries: Iterable[TimetableEntry]) -> dict[Slot, list[TimetableEntry]]:
    """Groups a room's entries by time; several may share it (joint classes)."""
    return {(group[0].room_id, interval): group for interval, group in _groups(entries)}


def _groups(entries: Iterable[TimetableEntry]) -> Iterable[tuple[Interval, list[TimetableEntry]]]:
    return ((interval, list(group)) for interval, group in groupby(entries, key=_interval))


def _split_long(entries: Iterable[TimetableEntry]) -> Iterable[TimetableEntry]:
    """Splits long entries: their maximum length bounds searches for overlaps."""
    for entry in entries:
        if entry.interval.duration <= MAX_ENTRY_LENGTH:
            yield entry
        else:
            yield from (replace(entry, interval=part) for part in entry.interval.split(MAX_ENTRY_LENGTH))
