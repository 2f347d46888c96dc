"""Detects the kind of a file by its content."""

from collections.abc import Mapping
from enum import Enum

from scraper.common.text import to_one_line
from scraper.files.fields import BUILDING_FIELDS, ENTRY_FIELDS, ROOM_FIELDS
from scraper.files.formats import UnreadableFile, parse_json, read_csv_headings
from scraper.files.records import quote_value


class FileKind(Enum):
    BUILDINGS = "buildings"
    BUILDINGS_CSV = "buildings (CSV)"
    ROOMS_JSON = "rooms (JSON)"
    ROOMS_CSV = "rooms (CSV)"
    TIMETABLE_JSON = "timetable (JSON)"
    TIMETABLE_CSV = "timetable (CSV)"


def detect_file_kind(text: str) -> FileKind:
    """Raises `UnreadableFile` when it is neither JSON nor CSV of a known kind."""
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return _detect_json_kind(parse_json(text).root)
    headings = read_csv_headings(text)
    if {"start", "end"} <= headings:
        return FileKind.TIMETABLE_CSV
    has_place = bool({"lat", "latitude"} & headings)
    if has_place and not {"room_id", "capacity"} & headings and not {"id", "building_id"} <= headings:
        return FileKind.BUILDINGS_CSV
    if {"id", "room_id"} & headings:
        return FileKind.ROOMS_CSV
    raise UnreadableFile(_describe_headings(text))


def _describe_headings(text: str) -> str:
    found = ", ".join(quote_value(each)[1:-1] for each in sorted(read_csv_headings(text) - {""})[:10])
    return (
        "the first line has neither an id column (rooms) nor start and end (a timetable)."
        f" It says: {to_one_line(found) or 'nothing'}."
        f" Headings of rooms are {_first_names(ROOM_FIELDS)}; of buildings {_first_names(BUILDING_FIELDS)};"
        f" of timetables {_first_names(ENTRY_FIELDS)}"
    )


def _first_names(fields: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(names[0] for names in fields.values())


def _detect_json_kind(root: object) -> FileKind:
    if isinstance(root, Mapping):
        if "buildings" in root:
            return FileKind.BUILDINGS
        if "rooms" in root:
            return FileKind.ROOMS_JSON
    some = _first_member(root)
    if isinstance(some, Mapping):
        if "bookings" in some:
            return FileKind.TIMETABLE_JSON
        return FileKind.BUILDINGS if {"lat", "latitude"} & some.keys() else FileKind.ROOMS_JSON
    raise UnreadableFile("the JSON holds neither buildings nor rooms nor a timetable")


def _first_member(root: object) -> object:
    members = root.values() if isinstance(root, Mapping) else root if isinstance(root, list) else ()
    return next(iter(members), None)
