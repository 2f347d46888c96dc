"""`/rooms leave`: takes the requester off a booking to which they were invited."""

from functools import partial

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import booking_text, leave_button
from bot.chat.reply import Reply, Tone
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    attendee,
    choose_booking,
    find_booking,
    invited_bookings,
)
from core.errors import Conflict, NotYourBooking
from core.model import BookingId


async def handle(context: CommandContext) -> Reply:
    bookings = invited_bookings(context)
    if not bookings:
        raise Conflict("You aren't invited to any booking, so there's nothing to leave.")
    try:
        booking = find_booking(context, context.argument("booking"), bookings)
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, leave_button)
    return await _leave(context, booking.id)


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_leave, context, BookingId(context.value)))


async def _leave(context: CommandContext, booking_id: BookingId) -> Reply:
    try:
        booking, _ = await context.services.sharing.leave(booking_id, attendee(context))
    except NotYourBooking as error:
        raise Conflict("You aren't on that booking any more.") from error
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return Reply(("You've left ", *booking_text(booking, room), "."), tone=Tone.DONE, replaces=True)


COMMAND = Command(
    name="rooms leave",
    summary="Leave a booking you were invited to",
    usage="/rooms leave [BOOKING]",
    handle=handle,
    parameters=(CommandParameter("booking", ParameterType.BOOKING, "The booking, if you're on several"),),
    actions=(ButtonAction(Action.LEAVE, handle_button),),
    is_mutating=True,
)
