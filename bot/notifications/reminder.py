"""Reminder before a booking starts, with buttons to check in, extend or cancel."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import check_in_button, own_title, room_name, short_id
from bot.chat.reply import Bold, Button, Inline, Reply, TimeRange, Timestamp, TimestampStyle
from bot.conversation.alternatives import owner_buttons, remaining_quota
from bot.notifications.template import NotificationType
from core.model import Booking, OutboxMessage
from core.services.reminders import REMINDER, Reminder


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once the booking was cancelled or moved; a moved booking has its own reminders."""
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None or booking.interval.start != Reminder.read(message.payload).start:
        return None
    room = read_model.catalogue.rooms.get(booking.room_id)
    title = own_title(booking)
    text: tuple[Inline, ...] = (
        "Your booking starts ",
        Timestamp(booking.interval.start, TimestampStyle.RELATIVE),
        ": ",
        Bold(room_name(room) if room else booking.room_id),
        ", ",
        TimeRange(booking.interval),
        f" ({title})." if title else ".",
    )
    return Reply(text, actions=await _buttons(context, booking), footer=(f"Booking {short_id(booking)}",))


async def _buttons(context: CommandContext, booking: Booking) -> tuple[Button, ...]:
    """The owner's buttons, and *I'm here* before the booking starts as well."""
    buttons = owner_buttons(context, booking, await remaining_quota(context))
    is_offered = booking.checked_in_at is not None or any(each.action == Action.CHECK_IN for each in buttons)
    return buttons if is_offered or not buttons else (check_in_button(booking), *buttons)


REMINDER_TYPE = NotificationType(REMINDER, compose)
