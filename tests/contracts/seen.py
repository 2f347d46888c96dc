"""What a picture shows, as values that can be compared."""

from typing import Any

from core.catalogue import RoomWish
from core.read_model import Picture
from tests.builders import a_slot


def seen_in(picture: Picture) -> dict[str, Any]:
    """Everything answers are made from."""
    catalogue, availability, directory = picture.catalogue, picture.availability, picture.directory
    slot = a_slot("11:00", 60)
    start, end = int(slot.start.timestamp()), int(slot.end.timestamp())
    return {
        "window": picture.window,
        "buildings": catalogue.buildings,
        "rooms": catalogue.rooms,
        "busy": {room: availability.schedule(room).busy for room in catalogue.rooms},
        "runs": {room: availability.schedule(room).runs for room in catalogue.rooms},
        "free at eleven": [room.id for room in availability.found(start, end, RoomWish())],
        "bookings": picture.bookings,
        "in room": {room: picture.in_room(room) for room in catalogue.rooms},
        "of person": {person: picture.of_person(person) for person in directory.people},
        "of society": {society: picture.of_society(society) for society in directory.societies},
        "people": directory.people,
        "societies": (directory.societies, directory.terms),
    }
