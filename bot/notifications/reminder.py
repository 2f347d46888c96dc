"""Before a booking begins: that it does, and what can be done about it."""

from bot.chat.command import CommandContext
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, TimeRange, Timestamp, TimestampStyle
from bot.notifications.template import NotificationType
from core.model.entities import Booking
from core.model.outbox import OutboxMessage
from core.services.reminders import REMINDER, Reminder


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """Nothing for a booking that was given up or begins at another time now: that has its own reminders."""
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None or booking.interval.start != Reminder.read(message.payload).start:
        return None
    room = read_model.catalogue.rooms.get(booking.room_id)
    text: tuple[Inline, ...] = (
        "Your booking begins ",
        Timestamp(booking.interval.start, TimestampStyle.RELATIVE),
        ": ",
        Bold(room_name(room) if room else booking.room_id),
        ", ",
        TimeRange(booking.interval),
        "." if not booking.title else f" ({booking.title}).",
    )
    return Reply(text, actions=_buttons(booking), footer=(f"Booking {short_id(booking)}",))


def _buttons(booking: Booking) -> tuple[Button, ...]:
    buttons = [
        Button("extend", "30 min more", f"{booking.id}~30"),
        Button("cancel", "Cancel", booking.id, ButtonStyle.DANGER, confirm="Give this booking up?"),
    ]
    if booking.checked_in_at is None:
        buttons.insert(0, Button("here", "I'm here", booking.id, ButtonStyle.PRIMARY))
    return tuple(buttons)


REMINDER_TYPE = NotificationType(REMINDER, compose)
