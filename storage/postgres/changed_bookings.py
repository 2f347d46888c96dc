"""Reads of rooms only the bookings that other processes wrote since the last read."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ARRAY, Connection, Text, any_, literal, select, text

from core.interval import Interval
from core.model import Booking, BookingId, BookingState, RoomId
from core.room_bookings import RoomBookings
from core.schedule_reading import without_end
from storage.mapping import to_booking
from storage.repositories.bookings import SqlBookingRepository
from storage.tables import MAX_BOOKING_LENGTH, booking
from storage.windows import overlaps

_NUMBERS = 2**32
"""A row names the transaction that wrote it modulo this."""
_WRITTEN_SINCE = text("age(booking.xmin) <= age(CAST(CAST(:since AS text) AS xid))")
"""Also true of some rows that were written two billion transactions ago, which does no harm."""
_STATE = list(booking.c).index(booking.c.state)


def read_changed_bookings(
    connection: Connection, window: Interval, since: int, rooms: Collection[RoomId]
) -> dict[RoomId, RoomBookings]:
    """Reads what transactions from the number `since` on wrote, and all holds.

    No transaction deletes a booking that its window contains.
    """
    if not rooms:
        return {}
    ahead = without_end(window)
    changed: dict[RoomId, list[Booking]] = {room_id: [] for room_id in rooms}
    ended: dict[RoomId, list[BookingId]] = {room_id: [] for room_id in rooms}
    in_rooms = booking.c.room_id == any_(literal(list(rooms), ARRAY(Text)))
    written = select(booking).where(in_rooms, *overlaps(booking, ahead, MAX_BOOKING_LENGTH), _WRITTEN_SINCE)
    for row in connection.execute(written, {"since": str(since % _NUMBERS)}):
        if row[_STATE] == BookingState.ACTIVE.value:
            changed[row.room_id].append(to_booking(row))
        else:
            ended[row.room_id].append(row.id)
    holds: defaultdict[RoomId, list[Booking]] = defaultdict(list)
    for hold in SqlBookingRepository(connection, set()).holds(ahead, rooms):
        holds[hold.room_id].append(hold)
    return {room_id: RoomBookings(changed[room_id], holds[room_id], ended[room_id]) for room_id in rooms}
