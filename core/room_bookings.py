"""Bookings and holds of rooms, read without their timetables."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from core.booking_index import BookingIndex
from core.interval import Interval
from core.model import Booking, BookingId, RoomId
from core.ports import UnitOfWork
from core.schedule_reading import without_end


class RoomBookings(NamedTuple):
    """A room's active bookings and holds from a window's start on.

    If `ended` is not None, `bookings` are those that changed, and `ended` those that are active no longer.
    """

    bookings: Sequence[Booking] = ()
    holds: Sequence[Booking] = ()
    ended: Collection[BookingId] | None = None


BookingReader: TypeAlias = Callable[[Collection[RoomId]], Mapping[RoomId, RoomBookings]]


def read_bookings(
    unit: UnitOfWork, window: Interval, rooms: Collection[RoomId]
) -> dict[RoomId, RoomBookings]:
    """Reads, for each of `rooms`, all that decisions change."""
    if not rooms:
        return {}
    bookings: dict[RoomId, list[Booking]] = {room_id: [] for room_id in rooms}
    holds: dict[RoomId, list[Booking]] = {room_id: [] for room_id in rooms}
    for booking in unit.bookings.active(without_end(window), rooms):
        bookings[booking.room_id].append(booking)
    for hold in unit.bookings.holds(without_end(window), rooms):
        holds[hold.room_id].append(hold)
    return {room_id: RoomBookings(bookings[room_id], holds[room_id]) for room_id in rooms}


def known_of(booked: RoomBookings, room_id: RoomId, index: BookingIndex) -> Sequence[Booking]:
    """What is known of the bookings that were read, which may have been in other rooms.

    Also what the room still holds of bookings that a later commit of our own moved on.
    """
    if booked.ended is None:
        return index.in_room(room_id)
    read = chain(booked.ended, (each.id for each in booked.bookings))
    return [
        *(index.bookings[each] for each in read if each in index.bookings),
        *(each for each in index.in_room(room_id) if index.bookings.get(each.id) is not each),
    ]
