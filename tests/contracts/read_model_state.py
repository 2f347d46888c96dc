"""The state of a read model as comparable values."""

from typing import Any

from core.catalogue import RoomQuery
from core.read_model import ReadModel
from tests.builders import a_slot


def state_of(read_model: ReadModel) -> dict[str, Any]:
    """All entities of a read model."""
    catalogue, availability, directory = read_model.catalogue, read_model.availability, read_model.directory
    slot = a_slot("11:00", 60)
    start, end = int(slot.start.timestamp()), int(slot.end.timestamp())
    return {
        "window": read_model.window,
        "buildings": catalogue.buildings,
        "rooms": catalogue.rooms,
        "busy": {room: availability.schedule(room).busy for room in catalogue.rooms},
        "runs": {room: availability.schedule(room).runs for room in catalogue.rooms},
        "free at eleven": [room.id for room in availability.matching(start, end, RoomQuery())],
        "bookings": read_model.bookings,
        "in room": {room: read_model.in_room(room) for room in catalogue.rooms},
        "of person": {person: read_model.of_person(person) for person in directory.people},
        "of society": {society: read_model.of_society(society) for society in directory.societies},
        "people": directory.people,
        "societies": (directory.societies, directory.terms),
    }
