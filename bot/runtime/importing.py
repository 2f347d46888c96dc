"""Imports buildings, rooms and timetables from files, all or nothing for each file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.services import Services
from core.model import Building, Room, TimetableEntry
from core.ports import UnitOfWork
from core.services.import_facts import (
    ImportSummary,
    import_buildings,
    import_rooms,
    import_timetable,
    unknown_rooms,
)

if TYPE_CHECKING:
    from scraper.files.records import RejectedRecord


@dataclass(frozen=True, slots=True)
class ImportFile:
    """The values of one file, all of one `kind`, and a message for each record that was rejected."""

    kind: str
    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: tuple[TimetableEntry, ...] = ()
    rejections: tuple[str, ...] = ()


def read_import_file(path: Path, zone: ZoneInfo) -> ImportFile:
    """Reads a CSV or JSON file, whose kind is detected from its content."""
    from scraper.files.catalogue import read_buildings, read_rooms_csv, read_rooms_json
    from scraper.files.formats import UnreadableFile, decode
    from scraper.files.kind import FileKind, detect_file_kind
    from scraper.files.records import RejectedRecord
    from scraper.files.timetable import read_timetable_csv, read_timetable_json

    try:
        text = decode(path.read_bytes())
        kind = detect_file_kind(text)
    except (OSError, UnreadableFile) as error:
        return ImportFile(
            "", rejections=(str(RejectedRecord(path.name, getattr(error, "strerror", "") or str(error))),)
        )
    match kind:
        case FileKind.BUILDINGS:
            buildings = read_buildings(text)
            return ImportFile(
                "buildings", buildings=buildings.values, rejections=_describe_rejections(buildings.rejected)
            )
        case FileKind.ROOMS_JSON | FileKind.ROOMS_CSV:
            rooms = read_rooms_json(text) if kind is FileKind.ROOMS_JSON else read_rooms_csv(text)
            return ImportFile("rooms", rooms=rooms.values, rejections=_describe_rejections(rooms.rejected))
        case _:
            read = read_timetable_json if kind is FileKind.TIMETABLE_JSON else read_timetable_csv
            entries = read(text, zone)
            return ImportFile(
                "timetable entries", entries=entries.values, rejections=_describe_rejections(entries.rejected)
            )


def _describe_rejections(rejected: "Sequence[RejectedRecord]") -> tuple[str, ...]:
    return tuple(str(each) for each in rejected)


async def import_file(services: Services, file: ImportFile) -> tuple[ImportSummary, tuple[str, ...]]:
    """Writes the file's values in one transaction; with rejections, writes nothing and returns them."""
    if file.rejections:
        return ImportSummary(), file.rejections
    now = services.clock.now()

    def write(unit: UnitOfWork) -> tuple[ImportSummary, tuple[str, ...]]:
        if file.buildings:
            return import_buildings(unit, file.buildings, now), ()
        if file.rooms:
            return import_rooms(unit, file.rooms, now), ()
        if unknown := unknown_rooms(unit, file.entries):
            reasons = (f"{room_id}: there is no such room; import the rooms first" for room_id in unknown)
            return ImportSummary(), tuple(sorted(reasons))
        return import_timetable(unit, file.entries, now), ()

    return await services.storage.write(write)
