"""`/rooms guests`: shows who is coming to a booking, and takes people off it."""

import re
from functools import partial

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import guests_button
from bot.chat.reply import Button, ButtonStyle, Reply, Tone
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.guest_list import REMOVE_GUEST, guest_list, guest_name
from bot.conversation.own_bookings import (
    AmbiguousBooking,
    attended_bookings,
    attendee,
    choose_booking,
    find_booking,
    is_own,
)
from bot.conversation.people_arguments import people_in
from core.errors import Invalid, NotYourBooking
from core.model import Booking, BookingId
from core.services.ownership import guest_of

_REMOVE = re.compile(r"(?:remove|uninvite|take off)\s+", re.IGNORECASE)
_EXAMPLE = "/rooms guests remove @rema"


async def handle(context: CommandContext) -> Reply:
    if context.options.get("remove"):
        options = {"user": context.options["remove"], "booking": context.options.get("booking", "")}
        return await _remove_somebody(replace(context, options=options))
    if match := _REMOVE.match(context.text):
        return await _remove_somebody(replace(context, text=context.text[match.end() :]))
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


async def _remove_somebody(context: CommandContext) -> Reply:
    argument = people_in(context, _EXAMPLE)
    if len(argument.people) != 1:
        raise Invalid("One person at a time, please: who isn't coming?")
    key = argument.people[0].key
    try:
        booking = find_booking(context, argument.rest)
    except AmbiguousBooking as ambiguous:
        if not any(_remove_button(each, key=key) for each in ambiguous.bookings):
            raise Invalid(
                "They aren't on any of those bookings. See who's coming with /rooms guests."
            ) from None
        return choose_booking(context, ambiguous, partial(_remove_button, key=key))
    return await _remove(context, booking.id, key)


def _remove_button(booking: Booking, *, key: str) -> Button | None:
    """None for bookings on which the person is not."""
    is_on_it = any(each.key == key for each in booking.guests)
    return Button(REMOVE_GUEST, "Take off", f"{booking.id}~{key}", ButtonStyle.DANGER) if is_on_it else None


async def handle_remove(context: CommandContext) -> Reply:
    """A booking, and whom to take off it: also the chosen option of the menu beside who is coming."""
    booking_id, _, key = context.value.partition("~")
    return await renew_if_gone(context, partial(_remove, context, BookingId(booking_id), key))


async def _remove(context: CommandContext, booking_id: BookingId, key: str) -> Reply:
    booking, guest = await context.services.sharing.remove(booking_id, context.person.id, key)
    if guest is None:
        reply = guest_list(context, booking, ("They aren't on this booking.",))
    else:
        reply = guest_list(context, booking, (guest_name(context, guest), " is no longer on this booking."))
    tone = Tone.INFO if guest is None else Tone.DONE
    return replace(reply, tone=tone, replaces=True)


COMMAND = Command(
    name="rooms guests",
    summary="See who's coming to a booking, or take somebody off it",
    usage="/rooms guests [BOOKING] | remove @user [BOOKING]",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "The booking, if you have several"),
        CommandParameter("remove", ParameterType.PERSON, "A person to take off your booking"),
    ),
    actions=(ButtonAction(Action.GUESTS, handle_button), ButtonAction(REMOVE_GUEST, handle_remove)),
    examples=("/rooms guests", "/rooms guests remove @rema"),
    is_mutating=True,
)
