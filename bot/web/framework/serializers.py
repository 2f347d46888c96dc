"""Serializes values of the core as JSON; the only place with the legacy field names of the two APIs."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson

from core.catalogue import Catalogue
from core.directory import Account, Directory
from core.errors import (
    InvalidTimes,
    OutsideHours,
    QuotaSpent,
    RoomClosed,
    RoomieError,
    SeriesHoursSpent,
    SlotTaken,
    TooFarAhead,
    TooManyDates,
    UnsupportedRule,
)
from core.model import Booking, Building, Busy, Equipment, RatingSummary, Room, Stars, busy_for

_UTILITY_LISTS = ("microphone", "accessibility", "audiovisual", "infotechnology", "writingMedia", "service")
_UTILITIES = {
    Equipment.PRINTER: ("infotechnology", "Printer"),
    Equipment.COMPUTER: ("infotechnology", "Computer"),
    Equipment.PROJECTOR: ("audiovisual", "Projector"),
    Equipment.WHITEBOARD: ("writingMedia", "Whiteboard"),
    Equipment.WHEELCHAIR: ("accessibility", "Wheelchair access"),
    Equipment.COFFEE: ("service", "Coffee machine"),
    Equipment.WATER: ("service", "Water fountain"),
}
_PUBLISHED = "Timetable"
"""The `username` of timetable entries."""


@lru_cache(maxsize=1 << 16)
def iso(instant: int) -> str:
    """Formats seconds since 1970 as both APIs do."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def buildings_body(catalogue: Catalogue) -> bytes:
    """Buildings by name, as the original sorts them."""
    buildings = sorted(catalogue.buildings.values(), key=lambda each: (each.name.casefold(), each.id))
    return orjson.dumps({"buildings": [_building(each) for each in buildings]})


def _building(building: Building) -> dict[str, object]:
    return {
        "name": building.name,
        "id": building.id,
        "lat": round(building.latitude, 6),
        "long": round(building.longitude, 6),
        "aliases": building.aliases,
    }


def rooms_body(catalogue: Catalogue) -> bytes:
    """Rooms by id. Clients link to a building's id, a dash and a number, so that is a key, too."""
    rooms: dict[str, dict[str, object]] = {room.id: _room(room) for room in catalogue.order}
    linked = {key: _room(room) | {"id": key} for key, room in catalogue.by_building_and_number.items()}
    return orjson.dumps({"rooms": dict(sorted({**rooms, **linked}.items()))})


def _room(room: Room) -> dict[str, object]:
    return {
        "id": room.id,
        "name": room.name,
        "abbr": room.abbr,
        "usage": room.usage,
        "capacity": room.capacity,
        "school": room.school,
        "aliases": room.aliases,
    }


def room_bookings_body(room_id: str, name: str, rendered: bytes) -> bytes:
    """A room, by the id of the request, and its busy intervals, as `render_busy` makes them."""
    known = orjson.dumps({"id": room_id, "name": name})
    return b'{"bookings":[%b],%b' % (rendered, known[1:])


def render_busy(busy: Busy) -> bytes:
    return orjson.dumps(
        {"name": busy.name, "bookingType": busy.booking_type, "start": iso(busy.start), "end": iso(busy.end)}
    )


def utilities_body(room: Room) -> bytes:
    lists: dict[str, list[str]] = {name: [] for name in _UTILITY_LISTS}
    for equipment in sorted(room.equipment):
        name, words = _UTILITIES[equipment]
        lists[name].append(words)
    return orjson.dumps({"id": room.id, "name": room.name, "floor": None, "seating": None} | lists)


def building_rating(building_id: str, overall: float) -> dict[str, object]:
    return {"buildingId": building_id, "overallRating": overall}


def room_means(room_id: str, summary: RatingSummary | None) -> dict[str, object]:
    means = Stars(0, 0, 0, 0) if summary is None else Stars(*(round(each, 1) for each in summary.means))
    averages = means._asdict()
    return {"roomId": room_id, "overallRating": averages.pop("overall"), "averageRating": averages}


def room_list_body(catalogue: Catalogue) -> bytes:
    rooms = sorted((room for room in catalogue.order if room.bookable), key=lambda room: room.id)
    return orjson.dumps([_list_entry(room) for room in rooms])


def _list_entry(room: Room) -> dict[str, object]:
    return {
        "room_id": room.id,
        "room_name": room_name(room),
        "capacity": room.capacity,
        "individual_access": room.individual_access,
        "printers": Equipment.PRINTER in room.equipment,
        "coffee": Equipment.COFFEE in room.equipment,
        "water_fountain": Equipment.WATER in room.equipment,
    }


def room_name(room: Room) -> str:
    """The room's number; its abbreviation if the id contains no number."""
    return room.number if room.number != room.id else room.abbr or room.id


def day_body(
    bookings: Iterable[Booking],
    entries: Iterable[Busy],
    directory: Directory,
    day: tuple[int, int],
    zone: tzinfo,
) -> bytes:
    """The bookings and timetable entries of a room's day (seconds), by start and cut to the day.

    The rows carry no date: without the cut clients would show the hours of entries over midnight as free.
    """
    booked = [
        (
            int(each.interval.start.timestamp()),
            _booking(each, directory, zone) | _cut(busy_for(each), day, zone),
        )
        for each in bookings
    ]
    published = [(each.start, _timetable_entry(each) | _cut(each, day, zone)) for each in entries]
    return orjson.dumps([row for _, row in sorted([*booked, *published], key=itemgetter(0))])


def _cut(busy: Busy, day: tuple[int, int], zone: tzinfo) -> dict[str, str]:
    """The hours of an entry on a day; one that reaches the end of the day ends at 23:59:59."""
    begins, ends = day
    return {
        "start": wall_time(max(busy.start, begins), zone),
        "end": wall_time(busy.end, zone) if busy.end < ends else "23:59:59",
    }


def _booking(booking: Booking, directory: Directory, zone: tzinfo) -> dict[str, str]:
    return {
        "username": holder(booking, directory),
        "notes": notes_of(booking, directory),
        "start": wall_time(int(booking.interval.start.timestamp()), zone),
        "end": wall_time(int(booking.interval.end.timestamp()), zone),
    }


def _timetable_entry(entry: Busy) -> dict[str, str]:
    return {"username": _PUBLISHED, "notes": entry.name}


def holder(booking: Booking, directory: Directory) -> str:
    """The name of the person who made a booking, or of the society whose token did."""
    if booking.booked_by is None and booking.society_id is not None:
        society = directory.societies.get(booking.society_id)
        return society.name if society else booking.society_id
    return directory.name(booking.booked_by)


def notes_of(booking: Booking, directory: Directory) -> str:
    """A person's notes, or `<event> -<society>`."""
    if booking.society_id is None:
        return booking.notes or booking.title
    society = directory.societies.get(booking.society_id)
    return f"{booking.title} -{society.name if society else booking.society_id}"


def own_bookings_body(
    bookings: Iterable[Booking], directory: Directory, catalogue: Catalogue, zone: tzinfo
) -> bytes:
    return orjson.dumps([_own(each, directory, catalogue, zone) for each in bookings])


def _own(booking: Booking, directory: Directory, catalogue: Catalogue, zone: tzinfo) -> dict[str, str]:
    room = catalogue.rooms.get(booking.room_id)
    row = _booking(booking, directory, zone) | {
        "booking_id": booking.id,
        "date": booking.interval.start.astimezone(zone).date().isoformat(),
        "room_id": booking.room_id,
        "room_name": room_name(room) if room else booking.room_id,
    }
    return row if booking.series_id is None else row | {"series_id": booking.series_id}


@lru_cache(maxsize=1 << 15)
def wall_time(instant: int, zone: tzinfo) -> str:
    """Formats an instant as campus wall time."""
    return datetime.fromtimestamp(instant, zone).strftime("%H:%M:%S")


def render_json(content: object) -> bytes:
    return orjson.dumps(content)


def account(account: Account, quota_left: int) -> dict[str, object]:
    """The account in `user.info/`, and in `user.login/` beside the token."""
    person = account.person
    return {
        "groups": sorted(person.groups),
        "email": person.email,
        "societies": [[each.society.name, each.society.id] for each in account.memberships],
        "quota_left": quota_left,
    }


def facts_of(error: RoomieError) -> Mapping[str, Any]:
    """Further fields of an error, beside its sentence and code."""
    match error:
        case SlotTaken():
            return {"taken_by": [taken_by(each) for each in error.holders]}
        case RoomClosed():
            closed = {"start": _iso_instant(error.closed.start), "end": _iso_instant(error.closed.end)}
            return {"reason": error.reason, "closed": closed, "opens_at": _iso_instant(error.opens_at)}
        case QuotaSpent():
            reset = int(error.resets_in.total_seconds())
            return {"cost": error.cost, "quota_left": error.left, "resets_in": reset}
        case TooFarAhead():
            return {"days": error.days}
        case OutsideHours():
            return {"opens": _clock(error.opens), "closes": _clock(error.closes)}
        case InvalidTimes() if error.granularity:
            return {"granularity": error.granularity}
        case _:
            return _facts_of_series(error)


def _facts_of_series(error: RoomieError) -> Mapping[str, Any]:
    match error:
        case TooManyDates():
            return {"max_dates": error.max_dates}
        case UnsupportedRule():
            return {"part": error.part}
        case SeriesHoursSpent():
            return {"minutes": error.minutes, "max_minutes": error.max_minutes}
        case _:
            return {}


def _iso_instant(instant: datetime) -> str:
    return iso(int(instant.timestamp()))


def taken_by(busy: Busy) -> dict[str, str]:
    return {"name": busy.name, "start": iso(busy.start), "end": iso(busy.end)}


def _clock(minutes: int) -> str:
    """The time of day; closing times may lie after midnight."""
    minutes -= 24 * 60 if minutes > 24 * 60 else 0
    return f"{minutes // 60:02}:{minutes % 60:02}"
