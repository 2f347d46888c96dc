"""Confirmation of a booking that was made in a channel, in a form or over HTTP: something to come back to."""

from bot.chat.command import CommandContext
from bot.chat.formatting import booking_buttons, room_name, short_id
from bot.chat.reply import Bold, Reply, TimeRange, Tone
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
        (
            "You're booked: ",
            Bold(room_name(room) if room else booking.room_id),
            ", ",
            TimeRange(booking.interval),
            ".",
        ),
        tone=Tone.DONE,
        actions=booking_buttons(booking, context.services.clock.now()),
        footer=(f"Booking {short_id(booking)} · /settings confirmations off stops these messages.",),
    )


CONFIRMATION_TYPE = NotificationType(CONFIRMATION, compose)
