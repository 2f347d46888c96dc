"""Bookings and holds of rooms, read without their timetables."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from core.interval import Interval
from core.model import Booking, RoomId
from core.ports import UnitOfWork
from core.schedule_reading import without_end


class RoomBookings(NamedTuple):
    """A room's active bookings and holds from a window's start on."""

    bookings: Sequence[Booking] = ()
    holds: Sequence[Booking] = ()


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
