"""Invitation to a booking, and what its guests hear of it later."""

from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, guests_button, leave_button, room_name
from bot.chat.reply import Bold, Inline, Reply, TimeRange
from bot.conversation.calendar_buttons import calendar_buttons
from bot.conversation.guest_list import owner_name
from bot.conversation.own_bookings import attendee
from bot.notifications.template import NotificationType
from core.model import Booking, OutboxMessage
from core.services.guest_messages import GUEST_NOTICE, INVITATION, GuestEvent, GuestNotice
from core.services.ownership import guest_of


async def compose_invitation(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None for people who are not on the booking any more."""
    booking = _invited_to(context, message)
    if booking is None:
        return None
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return Reply(
        (owner_name(context, booking), " invited you to ", *booking_text(booking, room), "."),
        actions=(guests_button(booking), leave_button(booking), *calendar_buttons(context, booking)),
        footer=("You don't need to answer. It costs you no quota.",),
    )


def _invited_to(context: CommandContext, message: OutboxMessage) -> Booking | None:
    booking = context.read_model.bookings.get(message.booking_id) if message.booking_id else None
    requester = attendee(context)
    if booking is None or guest_of(booking, requester.person_id, requester.identities) is None:
        return None
    return booking


async def compose_notice(context: CommandContext, message: OutboxMessage) -> Reply | None:
    notice = GuestNotice.read(message.payload)
    room = context.read_model.catalogue.rooms.get(notice.room_id)
    before: tuple[Inline, ...] = (
        Bold(room_name(room) if room else notice.room_id),
        ", ",
        TimeRange(notice.interval),
    )
    match notice.event:
        case GuestEvent.CANCELLED:
            return Reply(("A booking you were invited to was cancelled: ", *before, "."))
        case GuestEvent.REMOVED:
            booking = _invited_to(context, message)
            return None if booking else Reply(("You're no longer on the booking of ", *before, "."))
    return _moved(context, message, before)


def _moved(context: CommandContext, message: OutboxMessage, before: tuple[Inline, ...]) -> Reply | None:
    booking = _invited_to(context, message)
    if booking is None:
        return None
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return Reply(
        ("A booking you're invited to has moved from ", *before, " to ", *booking_text(booking, room), "."),
        actions=(guests_button(booking), leave_button(booking), *calendar_buttons(context, booking)),
    )


INVITATION_TYPE = NotificationType(INVITATION, compose_invitation)
GUEST_NOTICE_TYPE = NotificationType(GUEST_NOTICE, compose_notice)
