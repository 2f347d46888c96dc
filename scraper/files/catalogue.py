"""Buildings and rooms as files say them: JSON in the shape of our own answers, or CSV."""

import re
from collections.abc import Iterator, Mapping

from core.model.entities import Building, BuildingId, Equipment, Room, RoomId
from scraper.files.formats import JsonText, Unreadable, csv_records, parse_json
from scraper.files.records import Reading, Record, Refusal, Refused, read_unique, shown

LARGEST_CAPACITY = 100_000
_GRID_ROOM = re.compile(r"([A-Z]-[A-Z][0-9]{1,2})-.+")
_FLAGGED_EQUIPMENT = {
    Equipment.PRINTER: ("printers", "printer"),
    Equipment.COFFEE: ("coffee",),
    Equipment.WATER: ("water_fountain", "waterfountain", "water"),
}


def read_buildings(text: str) -> Reading[Building]:
    """`{"buildings": [{id, name, lat, long, aliases}]}`, or the list alone."""
    try:
        document = parse_json(text)
        records = list(_objects(_inside(document, "buildings"), "buildings"))
    except Unreadable as error:
        return Reading((), (Refusal("", str(error)),))
    return read_unique(records, _building, lambda building: building.id).refusing(document.repeated)


def read_rooms_json(text: str) -> Reading[Room]:
    """`{"rooms": {id: {...}}}`, or the mapping alone, or a list of rooms."""
    try:
        document = parse_json(text)
        records = list(_objects(_inside(document, "rooms"), "rooms"))
    except Unreadable as error:
        return Reading((), (Refusal("", str(error)),))
    return read_unique(records, _room, lambda room: room.id).refusing(document.repeated)


def read_rooms_csv(text: str) -> Reading[Room]:
    """One room a line; columns are named like the fields in JSON, lists have `|` between the items."""
    try:
        return read_unique(list(csv_records(text)), _room, lambda room: room.id)
    except Unreadable as error:
        return Reading((), (Refusal("", str(error)),))


def building_of(room_id: str) -> BuildingId:
    """The building a room's id speaks of: `K-J17` for `K-J17-G01`, `RO` for `RO-PIZZA`."""
    grid = _GRID_ROOM.fullmatch(room_id)
    building = grid.group(1) if grid else room_id.rpartition("-")[0]
    if not building:
        raise Refused("building_id is missing and the id names none")
    return BuildingId(building)


def _inside(document: JsonText, name: str) -> object:
    """What lies beneath `name` at the top, or the whole document when nothing does."""
    root = document.root
    return root[name] if isinstance(root, Mapping) and name in root else root


def _objects(found: object, name: str) -> Iterator[Record]:
    if isinstance(found, Mapping):
        yield from (_keyed(name, str(key), value) for key, value in found.items())
    elif isinstance(found, list):
        yield from (_record(f"{name}[{index}]", value) for index, value in enumerate(found))
    else:
        raise Unreadable(f"{name} must be a list or an object")


def _keyed(name: str, key: str, value: object) -> Record:
    record = _record(f"{name}.{shown(key)[1:-1]}", value)
    inner = record.get("id", "room_id")
    if inner is not None and inner != key:
        return Record(record.where, {}, f"the key says {shown(key)}, the id {shown(inner)}")
    return Record(record.where, {"id": key, **record.fields}, record.broken)


def _record(where: str, value: object) -> Record:
    if isinstance(value, Mapping):
        return Record(where, value)
    return Record(where, {}, f"must be an object, not {shown(value)}")


def _building(record: Record) -> Building:
    identifier = record.identifier("id", "building_id")
    return Building(
        BuildingId(identifier),
        record.text("name", default=identifier),
        record.number("lat", "latitude", limit=90),
        record.number("long", "longitude", "lon", limit=180),
        record.texts("aliases"),
    )


def _room(record: Record) -> Room:
    identifier = record.identifier("id", "room_id")
    building = record.text("building_id", "buildingId", "buildingid") or building_of(identifier)
    return Room(
        RoomId(identifier),
        BuildingId(building),
        record.text("name", "room_name", default=identifier),
        record.count("capacity", most=LARGEST_CAPACITY),
        record.text("abbr"),
        record.text("usage"),
        record.text("school", default=" "),
        record.texts("aliases"),
        _equipment(record),
        record.flag("individual_access", default=True),
        record.flag("bookable", default=True),
    )


def _equipment(record: Record) -> frozenset[Equipment]:
    listed = {_known_equipment(name) for name in record.texts("equipment")}
    flagged = {kind for kind, names in _FLAGGED_EQUIPMENT.items() if record.flag(*names, default=False)}
    return frozenset(listed | flagged)


def _known_equipment(name: str) -> Equipment:
    try:
        return Equipment(name.lower())
    except ValueError as error:
        known = ", ".join(Equipment)
        raise Refused(f"equipment {shown(name)} is not one of {known}") from error
