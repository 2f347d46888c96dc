"""Confirmation of a booking that was made in a channel, in a form or over HTTP: something to come back to."""

from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, short_id
from bot.chat.reply import Reply, Tone
from bot.conversation.alternatives import owner_buttons, remaining_quota
from bot.notifications.template import NotificationType
from core.model import OutboxMessage
from core.services.reminders import CONFIRMATION


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None:
        return None
    room = read_model.catalogue.rooms.get(booking.room_id)
    return Reply(
        ("You're booked: ", *booking_text(booking, room), "."),
        tone=Tone.DONE,
        actions=owner_buttons(context, booking, await remaining_quota(context)),
        footer=(f"Booking {short_id(booking)} · /settings confirmations off stops these messages.",),
    )


CONFIRMATION_TYPE = NotificationType(CONFIRMATION, compose)
