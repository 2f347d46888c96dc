"""Reminder before a booking starts, with buttons to check in, extend or cancel."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, check_in_button, leave_button, own_title, room_name, short_id
from bot.chat.reply import Bold, Button, Inline, Reply, Text, TimeRange, Timestamp, TimestampStyle
from bot.conversation.alternatives import owner_buttons, remaining_quota
from bot.conversation.calendar_buttons import calendar_buttons
from bot.conversation.guest_list import owner_name
from bot.conversation.own_bookings import attendee, is_own
from bot.notifications.template import NotificationType
from core.model import Booking, OutboxMessage
from core.services.ownership import guest_of
from core.services.reminders import REMINDER, Reminder


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once the booking was cancelled or moved; a moved booking has its own reminders."""
    read_model = context.read_model
    booking = read_model.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None or booking.interval.start != Reminder.read(message.payload).start:
        return None
    if not is_own(context, booking):
        return _for_guest(context, booking)
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


def _for_guest(context: CommandContext, booking: Booking) -> Reply | None:
    """None for people who are no longer on the booking."""
    requester = attendee(context)
    if guest_of(booking, requester.person_id, requester.identities) is None:
        return None
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    text: Text = (
        "A booking you're invited to starts ",
        Timestamp(booking.interval.start, TimestampStyle.RELATIVE),
        ": ",
        *booking_text(booking, room),
        ", booked by ",
        owner_name(context, booking),
        ".",
    )
    check_in = (check_in_button(booking),) if booking.checked_in_at is None else ()
    return Reply(text, actions=(*check_in, leave_button(booking), *calendar_buttons(context, booking)))


REMINDER_TYPE = NotificationType(REMINDER, compose)
