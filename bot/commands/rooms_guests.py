"""`/rooms guests`: shows who is coming to a booking, and takes people off it."""

from functools import partial

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import guests_button
from bot.chat.reply import Reply
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.guest_list import guest_list
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    attended_bookings,
    attendee,
    choose_booking,
    find_booking,
    is_own,
)
from core.errors import NotYourBooking
from core.model import BookingId
from core.services.ownership import guest_of


async def handle(context: CommandContext) -> Reply:
    try:
        booking = find_booking(context, context.argument("booking"), attended_bookings(context))
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, guests_button)
    return guest_list(context, booking)


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_show, context))


async def _show(context: CommandContext) -> Reply:
    booking = await context.services.bookings.get(BookingId(context.value))
    requester = attendee(context)
    is_guest = guest_of(booking, requester.person_id, requester.identities) is not None
    if not is_guest and not is_own(context, booking):
        raise NotYourBooking
    return guest_list(context, booking)


COMMAND = Command(
    name="rooms guests",
    summary="See who's coming to a booking",
    usage="/rooms guests [BOOKING]",
    handle=handle,
    parameters=(CommandParameter("booking", ParameterType.BOOKING, "The booking, if you have several"),),
    actions=(ButtonAction(Action.GUESTS, handle_button),),
)
