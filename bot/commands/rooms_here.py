"""`/rooms here`: checks in to a booking; *Still coming* postpones its release."""

from datetime import timedelta

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import check_in_button, leave_button, room_name
from bot.chat.reply import Bold, Reply, Subject, Text, Timestamp, TimestampStyle, Tone
from bot.conversation.alternatives import owner_actions, remaining_quota
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    attended_bookings,
    attendee,
    choose_booking,
    find_booking,
    invited_bookings,
    is_own,
    which_of,
)
from core.errors import NotAuthenticated
from core.model import BookingId


async def handle(context: CommandContext) -> Reply:
    try:
        booking = find_booking(context, context.argument("booking"), attended_bookings(context))
    except AmbiguousBooking as ambiguous:
        begun = context.services.clock.now() + timedelta(minutes=context.services.rules.check_in_opens_before)
        opened = [each for each in ambiguous.bookings if each.interval.start <= begun]
        if len(opened) > 1:
            return choose_booking(context, which_of(opened), check_in_button)
        if not ambiguous.bookings:
            raise
        booking = opened[0] if opened else ambiguous.bookings[0]
    return await _check_in(context, booking.id)


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, lambda: _check_in(context, BookingId(context.value)))


async def handle_still_coming(context: CommandContext) -> Reply:
    return await renew_if_gone(context, lambda: _postpone(context, BookingId(context.value)))


async def _postpone(context: CommandContext, booking_id: BookingId) -> Reply:
    notice = await context.services.releases.still_coming(booking_id, attendee(context))
    booking = context.read_model.bookings[booking_id]
    room = context.read_model.catalogue.room(booking.room_id)
    until = Timestamp(notice.release_at, TimestampStyle.TIME)
    text: Text = ("All right. ", Bold(room_name(room)), " stays yours.")
    if notice.release_at < booking.interval.end:
        kept = (Bold(room_name(room)), " is kept for you until ", until)
        text = ("All right. ", *kept, ". Check in when you're there.")
    return Reply(text, tone=Tone.DONE, actions=(check_in_button(booking),), replaces=True)


async def _check_in(context: CommandContext, booking_id: BookingId) -> Reply:
    requester = attendee(context)
    if requester.person_id is None and not invited_bookings(context):
        raise NotAuthenticated("Please log in first, so that Roomie knows who you are.")
    booking = await context.services.bookings.check_in(booking_id, requester.person_id, requester.identities)
    room = context.read_model.catalogue.room(booking.room_id)
    until = Timestamp(booking.interval.end, TimestampStyle.TIME)
    return Reply(
        ("You're checked in. ", Bold(room_name(room)), " is yours until ", until, "."),
        tone=Tone.DONE,
        actions=owner_actions(context, booking, await remaining_quota(context))
        if is_own(context, booking)
        else (leave_button(booking),),
        replaces=True,
        subject=Subject(booking_id=booking.id),
    )


COMMAND = Command(
    name="rooms here",
    summary="Check in to your booking",
    usage="/rooms here [ID]",
    handle=handle,
    parameters=(CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),),
    actions=(
        ButtonAction(Action.CHECK_IN, handle_button),
        ButtonAction(Action.STILL_COMING, handle_still_coming),
    ),
    aliases=("here", "rooms check-in"),
    is_mutating=True,
)
