"""Reads the schedules of several rooms for the read model, in two statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from core.interval import Interval
from core.model import Booking, Busy, RoomId, busy_for
from core.read_model import RoomUpdate
from core.schedule_reading import complete_schedule, without_end
from storage.unit_of_work import SqlUnitOfWork


def read_rooms(
    unit: SqlUnitOfWork, rooms: Collection[RoomId], window: Interval
) -> Mapping[RoomId, RoomUpdate]:
    """Busy intervals and active bookings of each room within the window, also of free ones."""
    if not rooms:
        return {}
    bookings: dict[RoomId, list[Booking]] = defaultdict(list)
    busy: dict[RoomId, list[Busy]] = defaultdict(list)
    for room_id, entry in unit.timetable.busy_in_rooms(rooms, window):
        busy[room_id].append(entry)
    for booking in unit.bookings.in_rooms(rooms, without_end(window)):
        busy[booking.room_id].append(busy_for(booking))
        bookings[booking.room_id].append(booking)
    return {
        room_id: RoomUpdate(
            complete_schedule(unit, room_id, busy.get(room_id, ()), window), tuple(bookings.get(room_id, ()))
        )
        for room_id in rooms
    }
