"""Imports buildings, rooms and timetables from files, all or nothing for each file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.services import Services
from core.model import Building, BuildingId, Room, TimetableEntry
from core.ports import UnitOfWork
from core.services.import_facts import (
    ImportSummary,
    import_buildings,
    import_rooms,
    import_timetable,
    unknown_rooms,
)

if TYPE_CHECKING:
    from scraper.files.records import ParsedFile


@dataclass(frozen=True, slots=True)
class ImportFile:
    """The values of one file, all of one `kind`, and a message for each record that was rejected.

    `given` are the fields that it gives of each building or room, by id.
    """

    kind: str
    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: tuple[TimetableEntry, ...] = ()
    rejections: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_import_file(path: Path, zone: ZoneInfo) -> ImportFile:
    """Reads a CSV or JSON file, whose kind is detected from its content."""
    from scraper.files.catalogue import read_buildings, read_buildings_csv, read_rooms_csv, read_rooms_json
    from scraper.files.fields import BUILDING_FIELDS, ROOM_FIELDS
    from scraper.files.formats import UnreadableFile, decode
    from scraper.files.kind import FileKind, detect_file_kind
    from scraper.files.timetable import read_timetable_csv, read_timetable_json

    try:
        text = decode(path.read_bytes())
        kind = detect_file_kind(text)
    except (OSError, UnreadableFile) as error:
        return ImportFile("", rejections=(getattr(error, "strerror", "") or str(error),))
    match kind:
        case FileKind.BUILDINGS | FileKind.BUILDINGS_CSV:
            buildings = read_buildings(text) if kind is FileKind.BUILDINGS else read_buildings_csv(text)
            file = ImportFile(
                "buildings",
                buildings=buildings.values,
                given=_given_fields((each.id for each in buildings.values), buildings.given, BUILDING_FIELDS),
            )
            return _with_messages(file, buildings)
        case FileKind.ROOMS_JSON | FileKind.ROOMS_CSV:
            rooms = read_rooms_json(text) if kind is FileKind.ROOMS_JSON else read_rooms_csv(text)
            file = ImportFile(
                "rooms",
                rooms=rooms.values,
                given=_given_fields((each.id for each in rooms.values), rooms.given, ROOM_FIELDS),
            )
            return _with_messages(file, rooms)
        case _:
            read = read_timetable_json if kind is FileKind.TIMETABLE_JSON else read_timetable_csv
            entries = read(text, zone)
            return _with_messages(ImportFile("timetable entries", entries=entries.values), entries)


def _given_fields(
    ids: Iterable[str], given: Iterable[frozenset[str]], fields: Mapping[str, tuple[str, ...]]
) -> dict[str, frozenset[str]]:
    return {
        identifier: frozenset(name for name, names in fields.items() if not present.isdisjoint(names))
        for identifier, present in zip(ids, given, strict=True)
    }


def _with_messages(
    file: ImportFile, parsed: "ParsedFile[Building] | ParsedFile[Room] | ParsedFile[TimetableEntry]"
) -> ImportFile:
    return replace(file, rejections=tuple(map(str, parsed.rejected)), remarks=parsed.remarks)


async def import_file(
    services: Services, file: ImportFile, *, keeps_others: bool = False
) -> tuple[ImportSummary, tuple[str, ...]]:
    """Writes the file's values in one transaction; with rejections, writes nothing and returns them.

    `keeps_others` adds the entries of a timetable to those of earlier files instead of replacing these.
    """
    if file.rejections:
        return ImportSummary(), file.rejections
    now = services.clock.now()

    def write(unit: UnitOfWork) -> tuple[ImportSummary, tuple[str, ...]]:
        if file.buildings:
            return import_buildings(unit, file.buildings, now, file.given), ()
        if file.rooms:
            rooms, reasons = _place_rooms(unit, file)
            return (ImportSummary(), reasons) if reasons else (import_rooms(unit, rooms, now, file.given), ())
        if unknown := unknown_rooms(unit, file.entries):
            strange = (f"{room_id}: there is no such room; import the rooms first" for room_id in unknown)
            return ImportSummary(), tuple(sorted(strange))
        return import_timetable(unit, file.entries, now, keeps_others=keeps_others), ()

    return await services.storage.write(write)


def _place_rooms(unit: UnitOfWork, file: ImportFile) -> tuple[list[Room], tuple[str, ...]]:
    """The rooms, each in a building named by its id or its name, and reasons why some are in none.

    On a campus without any building the rooms' own are made, so that a list of rooms is enough to begin.
    """
    buildings = {each.id: each for each in unit.rooms.buildings()}
    by_name = {each.name.casefold(): each.id for each in buildings.values()}
    known = {each.id for each in unit.rooms.rooms()}
    rooms, reasons = [], []
    for room in file.rooms:
        building = room.building_id
        if building not in buildings:
            building = by_name.get(building.casefold(), building)
        is_new = room.id not in known or "building_id" in file.given[room.id]
        if BuildingId(room.id) in buildings and room.id not in known:
            reasons.append(f"{room.id} is a building; is this a list of buildings? It lacks lat and long")
        elif buildings and building not in buildings and is_new:
            reasons.append(f"{room.id}: there is no building {building}; {_advise(building, buildings)}")
        rooms.append(replace(room, building_id=building))
    return rooms, tuple(reasons)


def _advise(building: str, buildings: Mapping[BuildingId, Building]) -> str:
    close = get_close_matches(building, buildings, n=1)
    return f"did you mean {close[0]}?" if close else "import the buildings first"
