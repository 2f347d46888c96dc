"""Message to the holder of a booking in a closure, with alternatives."""

from bot.chat.command import CommandContext
from bot.chat.formatting import cancel_button, room_name, short_id
from bot.chat.reply import Bold, Reply, TimeRange, Tone
from bot.conversation.alternatives import UnavailableSlot, alternative_items
from bot.notifications.template import NotificationType
from core.catalogue import RoomQuery
from core.model import ClosureId, OutboxMessage, closure_source
from core.services.closures import CLOSED
from core.services.conflicts import find_conflict


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once the booking was cancelled or moved, or the room is open again."""
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    room = read_model.catalogue.rooms.get(booking.room_id) if booking is not None else None
    if booking is None or room is None or not message.payload.isdecimal():
        return None
    closed = find_conflict(read_model, booking, closure_source(ClosureId(int(message.payload))))
    if closed is None:
        return None
    wanted = UnavailableSlot(RoomQuery(room=room.id), booking.interval, booking.society_id)
    offers = await alternative_items(context, wanted, moving=booking)
    why = "" if closed.name == "Closed" else f" ({closed.name})"
    next_step = " Move it to:" if offers else " Nothing similar is free around then."
    text = (
        Bold(room_name(room)),
        f" will be closed{why} during your booking, ",
        TimeRange(booking.interval),
        f". Please move or cancel it; until then it stays yours, but you can't use the room.{next_step}",
    )
    return Reply(
        text,
        tone=Tone.REFUSED,
        items=offers,
        actions=(cancel_button(booking, "Cancel booking"),),
        footer=(f"Booking {short_id(booking)}",),
    )


CLOSURE_TYPE = NotificationType(CLOSED, compose)
