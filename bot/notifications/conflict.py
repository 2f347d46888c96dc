"""Warning that a published class overlaps a booking, with alternatives."""

from dataclasses import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import cancel_button, own_title, room_name, short_id
from bot.chat.reply import Bold, Reply, TimeRange, Tone
from bot.conversation.alternatives import UnavailableSlot, alternative_items
from bot.notifications.template import NotificationType
from core.catalogue import RoomQuery
from core.model import OutboxMessage
from core.services.conflicts import CONFLICT, find_conflict


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once the booking was cancelled or moved, or the class is gone."""
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    overlapping = find_conflict(read_model, booking, message.payload) if booking is not None else None
    room = read_model.catalogue.rooms.get(booking.room_id) if booking is not None else None
    if booking is None or overlapping is None or room is None:
        return None
    query = RoomQuery(room=room.id, capacity=0)
    wanted = UnavailableSlot(query, booking.interval, booking.society_id)
    offers = await alternative_items(context, wanted, moving=booking)
    title = own_title(booking)
    next_step = " Move it to:" if offers else " Nothing similar is free around then."
    text = (
        f"{overlapping.name} now takes place in ",
        Bold(room_name(room)),
        " during your booking, ",
        *((f"“{title}”, ",) if title else ()),
        TimeRange(booking.interval),
        f". Your booking still stands, but the room will be in use.{next_step}",
    )
    return replace(
        Reply(text, tone=Tone.REFUSED, items=offers),
        actions=(cancel_button(booking, "Cancel booking"),),
        footer=(f"Booking {short_id(booking)}",),
    )


CONFLICT_TYPE = NotificationType(CONFLICT, compose)
