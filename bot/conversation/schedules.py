"""What takes rooms on a campus day: from memory, or from storage for days that memory does not hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.chat.command import CommandContext
from bot.chat.formatting import busy_reason
from core.availability import RoomSchedule
from core.interval import Interval
from core.model.entities import Busy, Room, RoomId, busy_for
from core.ports.storage import UnitOfWork


def campus_day(instant: datetime, context: CommandContext) -> Interval:
    """From midnight to midnight on the campus's wall clock."""
    local = instant.astimezone(context.services.rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Interval(midnight, midnight + timedelta(days=1))


async def schedules(
    context: CommandContext, rooms: Sequence[Room], day: Interval
) -> Mapping[RoomId, RoomSchedule]:
    """What takes each of these rooms on a day."""
    read_model = context.read_model
    if read_model.covers(day):
        return {room.id: read_model.availability.schedule(room.id) for room in rooms}
    return await context.services.storage.read(
        lambda unit: {room.id: _kept(unit, room, day) for room in rooms}
    )


def _kept(unit: UnitOfWork, room: Room, day: Interval) -> RoomSchedule:
    bookings = unit.bookings.in_room(room.id, day)
    return RoomSchedule([*unit.timetable.busy_in_room(room.id, day), *map(busy_for, bookings)])


def busy_text(context: CommandContext, busy: Busy) -> str:
    """What takes a room and who says so; the asker's own bookings are called theirs."""
    booking = context.read_model.bookings.get(busy.booking_id) if busy.booking_id else None
    if booking is not None and context.account is not None and booking.booked_by == context.account.person.id:
        return "your booking" if busy.name == "Booked" else f"{busy.name}, your booking"
    return busy_reason(busy)
