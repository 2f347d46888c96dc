"""Idempotent import of buildings, rooms and timetables from files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, TypeVar

from core.interval import Interval
from core.model import MAX_ENTRY_LENGTH, AuditEntry, Building, BuildingId, Room, RoomId, TimetableEntry
from core.ports import UnitOfWork

IMPORTED = "import"
"""Source name of entries imported from files."""

T = TypeVar("T")
K = TypeVar("K", Building, Room)
_Slot: TypeAlias = tuple[RoomId, Interval]


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """Numbers of records by what the import did with them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


Given: TypeAlias = Mapping[str, frozenset[str]]
"""The fields that a file gives of each value, by id; a field that it does not give keeps its value."""


def import_buildings(
    unit: UnitOfWork, buildings: Sequence[Building], now: datetime, given: Given | None = None
) -> ImportSummary:
    known = {each.id: each for each in unit.rooms.buildings()}
    buildings = [_keep_fields(known.get(each.id), each, given) for each in buildings]
    summary = _compare(known, {each.id: each for each in buildings})
    unit.rooms.put_buildings(each for each in buildings if known.get(each.id) != each)
    _note(unit, "import buildings", summary, now)
    return summary


def import_rooms(
    unit: UnitOfWork, rooms: Sequence[Room], now: datetime, given: Given | None = None
) -> ImportSummary:
    """Imports rooms, creating missing buildings named by their ids."""
    known = {each.id: each for each in unit.rooms.rooms()}
    rooms = [_keep_fields(known.get(each.id), each, given) for each in rooms]
    described = {each.id for each in unit.rooms.buildings()}
    missing = sorted({each.building_id for each in rooms} - described)
    unit.rooms.put_buildings(Building(BuildingId(each), each) for each in missing)
    summary = _compare(known, {each.id: each for each in rooms})
    unit.rooms.put_rooms(each for each in rooms if known.get(each.id) != each)
    _note(unit, "import rooms", summary, now)
    return summary


def _keep_fields(before: K | None, imported: K, given: Given | None) -> K:
    """What a file brings, with the fields that it does not give as they were."""
    if before is None or given is None:
        return imported
    return replace(before, **{name: getattr(imported, name) for name in given[imported.id]})


def import_timetable(
    unit: UnitOfWork,
    entries: Sequence[TimetableEntry],
    now: datetime,
    source: str = IMPORTED,
    *,
    keeps_others: bool = False,
) -> ImportSummary:
    """Replaces this source's entries of the rooms that appear; other rooms are untouched.

    With `keeps_others` the entries are added to those that are there.
    """
    wanted = _by_slot(_split_long(entries), source)
    rooms = {room_id for room_id, _ in wanted}
    known = _by_slot((each for each in unit.timetable.of_source(source) if each.room_id in rooms), source)
    if keeps_others:
        both = [each for group in (*known.values(), *wanted.values()) for each in group]
        summary = _compare(
            known, {key: group for key, group in _by_slot(both, source).items() if key in wanted}
        )
        wanted = _by_slot(both, source)
    else:
        summary = _compare(known, wanted, removed=len(known.keys() - wanted.keys()))
    differing = {
        room_id
        for room_id, slot in known.keys() | wanted.keys()
        if known.get((room_id, slot)) != wanted.get((room_id, slot))
    }
    unit.timetable.clear(source, sorted(differing))
    new = [each for key, group in sorted(wanted.items()) if key[0] in differing for each in group]
    unit.timetable.add(source, new, int(now.timestamp()))
    _note(unit, "import timetable", summary, now)
    return summary


def unknown_rooms(unit: UnitOfWork, entries: Iterable[TimetableEntry]) -> set[RoomId]:
    """Room ids of entries that are not in the catalogue."""
    return {each.room_id for each in entries} - {each.id for each in unit.rooms.rooms()}


def _by_slot(entries: Iterable[TimetableEntry], source: str) -> dict[_Slot, list[TimetableEntry]]:
    """Groups entries by room and time; several may share both (joint classes)."""
    groups: dict[_Slot, list[TimetableEntry]] = defaultdict(list)
    for each in sorted(entries, key=lambda each: (each.interval, each.name, each.booking_type)):
        entry = replace(each, source=source)
        if entry not in groups[each.room_id, each.interval]:
            groups[each.room_id, each.interval].append(entry)
    return dict(groups)


def _split_long(entries: Iterable[TimetableEntry]) -> Iterable[TimetableEntry]:
    """Splits long entries: their maximum length bounds searches for overlaps."""
    for entry in entries:
        for part in entry.interval.split(MAX_ENTRY_LENGTH):
            yield replace(entry, interval=part)


def _compare(known: Mapping[T, object], imported: Mapping[T, object], removed: int = 0) -> ImportSummary:
    added = sum(key not in known for key in imported)
    unchanged = sum(known.get(key) == value for key, value in imported.items())
    return ImportSummary(added, len(imported) - added - unchanged, unchanged, removed)


def _note(unit: UnitOfWork, action: str, summary: ImportSummary, now: datetime) -> None:
    if summary.added or summary.changed or summary.removed:
        details = {"added": summary.added, "changed": summary.changed, "removed": summary.removed}
        unit.audit(AuditEntry(now, "administrator", action, "campus", details))
