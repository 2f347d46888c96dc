"""Room schedules of a campus day, from the read model or, outside its range, from storage."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.chat.command import CommandContext
from bot.chat.formatting import busy_reason, own_title
from core.availability import RoomSchedule
from core.interval import Interval
from core.model import Busy, Room, RoomId
from core.read_model import read_rooms


def campus_day(instant: datetime, context: CommandContext) -> Interval:
    """From midnight to midnight in the campus's time zone."""
    local = instant.astimezone(context.services.rules.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return Interval(midnight, midnight + timedelta(days=1))


async def schedules(
    context: CommandContext, rooms: Sequence[Room], day: Interval
) -> Mapping[RoomId, RoomSchedule]:
    """The schedule of each room on a day."""
    read_model = context.read_model
    if read_model.covers(day):
        return {room.id: read_model.availability.schedule(room.id) for room in rooms}
    wanted = [room.id for room in rooms]
    found = await context.services.storage.read(lambda unit: read_rooms(unit, day, wanted))
    return {room_id: room.schedule for room_id, room in found.items()}


def busy_text(context: CommandContext, busy: Busy) -> str:
    """The entry that occupies a room, and its source; the requester's bookings are marked."""
    booking = context.read_model.bookings.get(busy.booking_id) if busy.booking_id else None
    if booking is not None and context.account is not None and booking.booked_by == context.account.person.id:
        title = own_title(booking)
        return f"{title}, your booking" if title else "your booking"
    return busy_reason(busy)
