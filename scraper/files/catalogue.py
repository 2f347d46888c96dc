"""Parses buildings and rooms from files: JSON in the format of our own API, or tables."""

import re

from core.model import Building, BuildingId, Equipment, OpeningHours, Room, RoomId
from core.policy.opening_hours import read_opening_hours
from scraper.files.documents import Document
from scraper.files.fields import BUILDING_FIELDS, ROOM_FIELDS, with_unknown_fields
from scraper.files.records import InvalidRecord, ParsedFile, Record, parse_unique_records, quote_value
from scraper.files.tables import fill_marks

MAX_CAPACITY = 100_000
_DAY = 24 * 60
"""Minutes."""
_GRID_ROOM_PATTERN = re.compile(r"([A-Z]-[A-Z][0-9]{1,2})-.+")
_EQUIPMENT_FLAGS = {
    Equipment.PRINTER: ("printers", "printer"),
    Equipment.COFFEE: ("coffee",),
    Equipment.WATER: ("water_fountain", "waterfountain", "water"),
}
_ACCESS_FLAGS = {"individual_access": ("individual_access",), "bookable": ("bookable",)}


def parse_buildings(document: Document) -> ParsedFile[Building]:
    """`{"buildings": [{id, name, lat, long, aliases}]}`, the list alone, or a table with these columns."""
    records = list(document.records("buildings"))
    parsed = parse_unique_records(records, _to_building, lambda building: building.id)
    return document.complete(with_unknown_fields(parsed, records, BUILDING_FIELDS))


def parse_rooms(document: Document) -> ParsedFile[Room]:
    """`{"rooms": {id: {...}}}`, the mapping alone, a list of rooms, or a table with these columns.

    In a table, lists have `|` between the items.
    """
    records = fill_marks(_ACCESS_FLAGS, list(document.records("rooms")))
    parsed = parse_unique_records(records, _to_room, lambda room: room.id)
    return document.complete(with_unknown_fields(parsed, records, ROOM_FIELDS))


def building_from_room_id(room_id: str) -> BuildingId:
    """The building in a room's id: `K-J17` for `K-J17-G01`, `RO` for `RO-PIZZA`."""
    grid = _GRID_ROOM_PATTERN.fullmatch(room_id)
    building = grid.group(1) if grid else room_id.rpartition("-")[0]
    if not building:
        raise InvalidRecord("building_id is missing and the id names none")
    return BuildingId(building)


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
        _to_granularity(record),
        record.flag("check_in", "checkin", default=False),
    )


def _to_granularity(record: Record) -> int | None:
    minutes = record.count("granularity", maximum=_DAY)
    if minutes and _DAY % minutes:
        raise record.invalid(
            f"granularity {minutes} does not divide a day; write minutes such as 15, 30 or 60",
            ["granularity"],
        )
    return minutes or None


def _to_hours(record: Record, name: str) -> OpeningHours | None:
    text = record.text(name)
    try:
        return read_opening_hours(text) if text else None
    except ValueError as error:
        example = "write 08:00-21:00, 18:00-02:00 or 00:00-24:00"
        raise record.invalid(
            f"{name} {quote_value(text)} are not opening hours; {example}", [name]
        ) from error


def _to_equipment(record: Record) -> frozenset[Equipment]:
    listed = {_parse_equipment(record, name) for name in record.words("equipment")}
    flagged = {kind for kind, names in _EQUIPMENT_FLAGS.items() if record.flag(*names, default=False)}
    return frozenset(listed | flagged)


def _parse_equipment(record: Record, name: str) -> Equipment:
    try:
        return Equipment(name.lower())
    except ValueError as error:
        known = ", ".join(Equipment)
        raise record.invalid(f"equipment {quote_value(name)} is not one of {known}", ["equipment"]) from error
