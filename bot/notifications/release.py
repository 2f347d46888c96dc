"""Messages about check-in: that a booking is going to be released, and that it was."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, check_in_button, format_minutes, room_name
from bot.chat.reply import Bold, Button, Inline, Reply, Text, TimeRange, Timestamp, TimestampStyle
from bot.conversation.own_bookings import attendee, is_own
from bot.notifications.template import NotificationType
from core.model import OutboxMessage
from core.policy.check_in import WARNING
from core.services.ownership import guest_of
from core.services.releasing import RELEASE_WARNING, RELEASED, ReleasedBooking, Warned


async def _compose_warning(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once somebody has checked in, and for people who are no longer on the booking."""
    booking = context.read_model.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None or booking.checked_in_at is not None or booking.release is None:
        return None
    if Warned.read(message.payload) != Warned(booking.release.number, booking.interval.start):
        return None
    requester = attendee(context)
    is_guest = guest_of(booking, requester.person_id, requester.identities) is not None
    if booking.interval.end <= context.services.clock.now() or not (is_guest or is_own(context, booking)):
        return None
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    release_at = max(booking.release.release_at, context.services.clock.now() + WARNING)
    still_coming = Button(Action.STILL_COMING, "Still coming", booking.id)
    return Reply(
        (
            "Are you there? Nobody has checked in to ",
            *booking_text(booking, room),
            ". It will be released ",
            Timestamp(release_at, TimestampStyle.RELATIVE),
            ".",
        ),
        actions=(check_in_button(booking), *(() if booking.release.is_postponed else (still_coming,))),
    )


async def _compose_released(context: CommandContext, message: OutboxMessage) -> Reply | None:
    released = ReleasedBooking.read(message.payload)
    room = context.read_model.catalogue.rooms.get(released.room_id)
    text: tuple[Inline, ...] = (
        "Nobody checked in to ",
        Bold(room_name(room) if room else released.room_id),
        ", ",
        TimeRange(released.interval),
        ", so it was released from ",
        Timestamp(released.free_from, TimestampStyle.TIME),
        " on.",
    )
    if released.refund:
        text = (*text, f" {format_minutes(released.refund)} came back to your quota.")
    return Reply((*text, *_consequence(context, released)))


def _consequence(context: CommandContext, released: ReleasedBooking) -> Text:
    limit = context.services.rules.no_show_limit
    if released.same_day_until is not None:
        until = Timestamp(released.same_day_until, TimestampStyle.DATETIME)
        return (
            f" That's no-show number {released.no_shows} in four weeks: until ",
            until,
            " you can book for the same day only.",
        )
    if released.no_shows == limit and limit:
        number = f" That's no-show number {released.no_shows} in four weeks."
        return (f"{number} After one more you can book for the same day only, for a week.",)
    return ()


RELEASE_WARNING_TYPE = NotificationType(RELEASE_WARNING, _compose_warning, respects_quiet_hours=False)
"""The warning is of no use later, and who has booked this time can be expected to be awake."""
RELEASED_TYPE = NotificationType(RELEASED, _compose_released)
