"""A class was published over somebody's booking: what it is, and where they could go instead."""

from dataclasses import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Reply, TimeRange, Tone
from bot.conversation.alternatives import UnavailableSlot, alternative_items
from bot.notifications.template import NotificationType
from core.catalogue import RoomQuery
from core.model.outbox import OutboxMessage
from core.services.conflicts import CONFLICT, find_conflict


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """Nothing for a booking that was given up or moved away meanwhile, or a class that has gone again."""
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    taken_by = find_conflict(read_model, booking, message.payload) if booking is not None else None
    room = read_model.catalogue.rooms.get(booking.room_id) if booking is not None else None
    if booking is None or taken_by is None or room is None:
        return None
    wish = RoomQuery(room=room.id, capacity=0)
    wanted = UnavailableSlot(wish, booking.interval, booking.society_id)
    offers = await alternative_items(context, wanted, moving=booking)
    what_then = " You can move it:" if offers else " There is nothing near to move it to."
    text = (
        f"{taken_by.name} has been put into ",
        Bold(room_name(room)),
        " over your booking ",
        TimeRange(booking.interval),
        f". The booking stands, but the class will be there.{what_then}",
    )
    cancel = Button("cancel", "Cancel it", booking.id, ButtonStyle.DANGER, confirm="Give this booking up?")
    return replace(
        Reply(text, tone=Tone.REFUSED, items=offers),
        actions=(cancel,),
        footer=(f"Booking {short_id(booking)}",),
    )


CONFLICT_TYPE = NotificationType(CONFLICT, compose)
