"""What takes rooms on a campus day: from memory, or from storage for days that memory does not hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.chat.command import Call
from bot.chat.formatting import because
from core.availability import RoomSchedule
from core.interval import Interval
from core.model.entities import Busy, Room, RoomId, busy_with
from core.ports.storage import Unit


def campus_day(instant: datetime, call: Call) -> Interval:
    """From midnight to midnight on the campus's wall clock."""
    local = instant.astimezone(call.desk.rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Interval(midnight, midnight + timedelta(days=1))


async def schedules(call: Call, rooms: Sequence[Room], day: Interval) -> Mapping[RoomId, RoomSchedule]:
    """What takes each of these rooms on a day."""
    picture = call.desk.picture
    if picture.covers(day):
        return {room.id: picture.availability.schedule(room.id) for room in rooms}
    return await call.desk.storage.read(lambda unit: {room.id: _kept(unit, room, day) for room in rooms})


def _kept(unit: Unit, room: Room, day: Interval) -> RoomSchedule:
    bookings = unit.bookings.in_room(room.id, day)
    return RoomSchedule([*unit.timetable.busy_in_room(room.id, day), *map(busy_with, bookings)])


def reason(call: Call, busy: Busy) -> str:
    """What takes a room and who says so; the asker's own bookings are called theirs."""
    booking = call.desk.picture.bookings.get(busy.booking_id) if busy.booking_id else None
    if booking is not None and call.known is not None and booking.booked_by == call.known.person.id:
        return "your booking" if busy.name == "Booked" else f"{busy.name}, your booking"
    return because(busy)
