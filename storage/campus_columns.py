"""Mapping between rows and values of buildings and rooms."""

from core.model import Building, Equipment, OpeningHours, Room
from storage.mapping import Row, instant, join_lines, split_lines

ALL_BUILDINGS = "SELECT id, name, latitude, longitude, aliases, retired_at FROM building"
ALL_ROOMS = """SELECT id, building_id, name, capacity, abbr, usage, school, aliases, equipment,
    individual_access, bookable, weekday_opens, weekday_closes, weekend_opens, weekend_closes,
    granularity, check_in, retired_at FROM room"""
"""For the bare drivers, before SQLAlchemy is imported. Columns by name: newer schemas may have more."""


def to_building(row: Row) -> Building:
    retired_at = None if row[5] is None else instant(row[5])
    return Building(row[0], row[1], row[2], row[3], tuple(split_lines(row[4])), retired_at)


def building_values(building: Building) -> dict[str, object]:
    """A row without `retired_at`, which only `RoomRepository.retire` changes: imports bring nothing back."""
    return {
        "id": building.id,
        "name": building.name,
        "latitude": building.latitude,
        "longitude": building.longitude,
        "aliases": join_lines(building.aliases),
    }


def to_room(row: Row) -> Room:
    return Room(
        id=row[0],
        building_id=row[1],
        name=row[2],
        capacity=row[3],
        abbr=row[4],
        usage=row[5],
        school=row[6],
        aliases=tuple(split_lines(row[7])),
        equipment=frozenset(map(Equipment, split_lines(row[8]))),
        individual_access=bool(row[9]),
        bookable=bool(row[10]),
        weekday_hours=None if row[11] is None else OpeningHours(row[11], row[12]),
        weekend_hours=None if row[13] is None else OpeningHours(row[13], row[14]),
        granularity=row[15],
        check_in=bool(row[16]),
        retired_at=None if row[17] is None else instant(row[17]),
    )


def room_values(room: Room) -> dict[str, object]:
    """Likewise."""
    weekday, weekend = room.weekday_hours, room.weekend_hours
    return {
        "id": room.id,
        "building_id": room.building_id,
        "name": room.name,
        "capacity": room.capacity,
        "abbr": room.abbr,
        "usage": room.usage,
        "school": room.school,
        "aliases": join_lines(room.aliases),
        "equipment": join_lines(sorted(room.equipment)),
        "individual_access": room.individual_access,
        "bookable": room.bookable,
        "weekday_opens": weekday and weekday.opens,
        "weekday_closes": weekday and weekday.closes,
        "weekend_opens": weekend and weekend.opens,
        "weekend_closes": weekend and weekend.closes,
        "granularity": room.granularity,
        "check_in": room.check_in,
    }
