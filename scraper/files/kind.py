"""Detects what a file holds by its headings or keys."""

from collections.abc import Mapping
from enum import StrEnum

from scraper.common.text import to_one_line
from scraper.files.fields import (
    BUILDING_FIELDS,
    CLOSURE_FIELDS,
    ENTRY_FIELDS,
    PERSON_FIELDS,
    ROOM_FIELDS,
    SOCIETY_FIELDS,
)
from scraper.files.formats import UnreadableFile
from scraper.files.records import quote_value


class FileKind(StrEnum):
    BUILDINGS = "buildings"
    ROOMS = "rooms"
    TIMETABLE = "timetable"
    PEOPLE = "people"
    SOCIETIES = "societies"
    CLOSURES = "closures"


_FIELDS: Mapping[FileKind, Mapping[str, tuple[str, ...]]] = {
    FileKind.BUILDINGS: BUILDING_FIELDS,
    FileKind.ROOMS: ROOM_FIELDS,
    FileKind.TIMETABLE: ENTRY_FIELDS,
    FileKind.PEOPLE: PERSON_FIELDS,
    FileKind.SOCIETIES: SOCIETY_FIELDS,
    FileKind.CLOSURES: CLOSURE_FIELDS,
}


def kind_of_headings(names: frozenset[str]) -> FileKind | None:
    """What a table with these fields holds; None if they do not tell."""
    if {"reason", "yearly", "every_year"} & names and {"start", "date", "from"} & names:
        return FileKind.CLOSURES
    if {"start", "end"} <= names:
        return FileKind.TIMETABLE
    if {"presidents", "president", "members"} & names and names & {*SOCIETY_FIELDS["id"]}:
        return FileKind.SOCIETIES
    if names & {*PERSON_FIELDS["username"], *PERSON_FIELDS["email"]}:
        return FileKind.PEOPLE
    has_place = bool({"lat", "latitude"} & names)
    if has_place and not {"room_id", "capacity"} & names and not {"id", "building_id"} <= names:
        return FileKind.BUILDINGS
    return FileKind.ROOMS if {"id", "room_id"} & names else None


def is_heading(names: frozenset[str]) -> bool:
    return kind_of_headings(names) is not None


def describe_headings(names: frozenset[str]) -> str:
    """Why no kind is recognised, and which headings there are."""
    found = ", ".join(quote_value(each)[1:-1] for each in sorted(names - {""})[:10])
    known = "; ".join(f"of {kind} {_first_names(_FIELDS[kind])}" for kind in FileKind)
    return (
        "no line has an id column (rooms) or start and end (a timetable)."
        f" It says: {to_one_line(found) or 'nothing'}. Headings are: {known}."
        " For an example write: roomie import --template rooms"
    )


def _first_names(fields: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(names[0] for names in fields.values())


def kind_of_json(root: object) -> FileKind:
    """What a JSON document holds; `UnreadableFile` if nothing we know."""
    if isinstance(root, Mapping):
        for kind in FileKind:
            if kind is not FileKind.TIMETABLE and kind.value in root:
                return kind
    some = _first_member(root)
    if isinstance(some, Mapping):
        return FileKind.TIMETABLE if "bookings" in some else _kind_of_member(frozenset(map(str, some)))
    raise UnreadableFile(f"the JSON holds nothing that can be imported: {', '.join(FileKind)}")


def _kind_of_member(names: frozenset[str]) -> FileKind:
    kind = kind_of_headings(names)
    if kind in {FileKind.PEOPLE, FileKind.SOCIETIES, FileKind.CLOSURES}:
        return kind
    return FileKind.BUILDINGS if {"lat", "latitude"} & names else FileKind.ROOMS


def _first_member(root: object) -> object:
    members = root.values() if isinstance(root, Mapping) else root if isinstance(root, list) else ()
    return next(iter(members), None)
