"""Parses buildings and rooms from files: JSON in the format of our own API, or CSV."""

import re
from collections.abc import Iterator, Mapping

from core.model import Building, BuildingId, Equipment, OpeningHours, Room, RoomId
from core.policy.opening_hours import read_opening_hours
from scraper.files.fields import BUILDING_FIELDS, ROOM_FIELDS, with_unknown_fields
from scraper.files.formats import JsonDocument, UnreadableFile, parse_json, read_csv_records
from scraper.files.records import (
    InvalidRecord,
    ParsedFile,
    Record,
    RejectedRecord,
    parse_unique_records,
    quote_value,
)

MAX_CAPACITY = 100_000
_GRID_ROOM_PATTERN = re.compile(r"([A-Z]-[A-Z][0-9]{1,2})-.+")
_EQUIPMENT_FLAGS = {
    Equipment.PRINTER: ("printers", "printer"),
    Equipment.COFFEE: ("coffee",),
    Equipment.WATER: ("water_fountain", "waterfountain", "water"),
}


def read_buildings(text: str) -> ParsedFile[Building]:
    """`{"buildings": [{id, name, lat, long, aliases}]}`, or the list alone."""
    try:
        document = parse_json(text)
        records = list(_to_records(_value_under(document, "buildings"), "buildings"))
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))
    return _parse_buildings(records).with_rejected(document.duplicate_keys)


def read_buildings_csv(text: str) -> ParsedFile[Building]:
    """One building a line; columns are named like the fields in JSON."""
    try:
        return _parse_buildings(list(read_csv_records(text)))
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))


def _parse_buildings(records: list[Record]) -> ParsedFile[Building]:
    parsed = parse_unique_records(records, _to_building, lambda building: building.id)
    return with_unknown_fields(parsed, records, BUILDING_FIELDS)


def _parse_rooms(records: list[Record]) -> ParsedFile[Room]:
    parsed = parse_unique_records(records, _to_room, lambda room: room.id)
    return with_unknown_fields(parsed, records, ROOM_FIELDS)


def read_rooms_json(text: str) -> ParsedFile[Room]:
    """`{"rooms": {id: {...}}}`, or the mapping alone, or a list of rooms."""
    try:
        document = parse_json(text)
        records = list(_to_records(_value_under(document, "rooms"), "rooms"))
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))
    return _parse_rooms(records).with_rejected(document.duplicate_keys)


def read_rooms_csv(text: str) -> ParsedFile[Room]:
    """One room a line; columns are named like the fields in JSON, lists have `|` between the items."""
    try:
        return _parse_rooms(list(read_csv_records(text)))
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))


def building_from_room_id(room_id: str) -> BuildingId:
    """The building in a room's id: `K-J17` for `K-J17-G01`, `RO` for `RO-PIZZA`."""
    grid = _GRID_ROOM_PATTERN.fullmatch(room_id)
    building = grid.group(1) if grid else room_id.rpartition("-")[0]
    if not building:
        raise InvalidRecord("building_id is missing and the id names none")
    return BuildingId(building)


def _value_under(document: JsonDocument, name: str) -> object:
    """The value of the top-level key `name`, or the whole document when there is none."""
    root = document.root
    return root[name] if isinstance(root, Mapping) and name in root else root


def _to_records(members: object, name: str) -> Iterator[Record]:
    if isinstance(members, Mapping):
        yield from (_to_keyed_record(name, str(key), value) for key, value in members.items())
    elif isinstance(members, list):
        yield from (_to_record(f"{name}[{index}]", value) for index, value in enumerate(members))
    else:
        raise UnreadableFile(f"{name} must be a list or an object")


def _to_keyed_record(name: str, key: str, value: object) -> Record:
    record = _to_record(f"{name}.{quote_value(key)[1:-1]}", value)
    inner = record.get("id", "room_id")
    if inner is not None and inner != key:
        return Record(record.location, {}, f"the key says {quote_value(key)}, the id {quote_value(inner)}")
    return Record(record.location, {"id": key, **record.fields}, record.problem)


def _to_record(where: str, value: object) -> Record:
    if isinstance(value, Mapping):
        return Record(where, value)
    return Record(where, {}, f"must be an object, not {quote_value(value)}")


def _to_building(record: Record) -> Building:
    identifier = record.identifier("id", "building_id")
    return Building(
        BuildingId(identifier),
        record.text("name", "building_name", default=identifier),
        record.number("lat", "latitude", limit=90),
        record.number("long", "longitude", "lon", "lng", limit=180),
        record.texts("aliases"),
    )


def _to_room(record: Record) -> Room:
    identifier = record.identifier("id", "room_id")
    building = record.text("building_id", "buildingId", "buildingid", "building") or building_from_room_id(
        identifier
    )
    return Room(
        RoomId(identifier),
        BuildingId(building),
        record.text("name", "room_name", default=identifier),
        record.count("capacity", maximum=MAX_CAPACITY),
        record.text("abbr"),
        record.text("usage"),
        record.text("school", default=" "),
        record.texts("aliases"),
        _to_equipment(record),
        record.flag("individual_access", default=True),
        record.flag("bookable", default=True),
        _to_hours(record, "weekday_hours"),
        _to_hours(record, "weekend_hours"),
    )


def _to_hours(record: Record, name: str) -> OpeningHours | None:
    text = record.text(name)
    try:
        return read_opening_hours(text) if text else None
    except ValueError as error:
        example = "write 08:00-21:00, 18:00-02:00 or 00:00-24:00"
        raise InvalidRecord(f"{name} {quote_value(text)} are not opening hours; {example}") from error


def _to_equipment(record: Record) -> frozenset[Equipment]:
    listed = {_parse_equipment(name) for name in record.texts("equipment")}
    flagged = {kind for kind, names in _EQUIPMENT_FLAGS.items() if record.flag(*names, default=False)}
    return frozenset(listed | flagged)


def _parse_equipment(name: str) -> Equipment:
    try:
        return Equipment(name.lower())
    except ValueError as error:
        known = ", ".join(Equipment)
        raise InvalidRecord(f"equipment {quote_value(name)} is not one of {known}") from error
