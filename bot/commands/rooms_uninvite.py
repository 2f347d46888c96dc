"""`/rooms uninvite`: takes a guest off a booking."""

from functools import partial

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, ButtonStyle, Reply, Tone
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.guest_list import REMOVE_GUEST, guest_list, guest_name
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, find_booking
from bot.conversation.people_arguments import people_in
from core.errors import Invalid
from core.model import Booking, BookingId

_EXAMPLE = "/rooms uninvite @rema"


async def handle(context: CommandContext) -> Reply:
    argument = people_in(context, _EXAMPLE)
    if len(argument.people) != 1:
        raise Invalid("One person at a time, please: who isn't coming?")
    key = argument.people[0].key
    try:
        booking = find_booking(context, argument.rest)
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, partial(_button, key=key))
    return await _remove(context, booking.id, key)


def _button(booking: Booking, *, key: str) -> Button | None:
    """None for bookings on which the person is not."""
    is_on_it = any(each.key == key for each in booking.guests)
    return Button(REMOVE_GUEST, "Take off", f"{booking.id}~{key}", ButtonStyle.DANGER) if is_on_it else None


async def handle_button(context: CommandContext) -> Reply:
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
    return Reply(reply.text, tone=tone, actions=reply.actions, footer=reply.footer, replaces=True)


COMMAND = Command(
    name="rooms uninvite",
    summary="Take somebody off your booking",
    usage="/rooms uninvite @user [BOOKING]",
    handle=handle,
    parameters=(
        CommandParameter("user", ParameterType.PERSON, "The person to take off", required=True),
        CommandParameter("booking", ParameterType.BOOKING, "Your booking, if you have several"),
    ),
    actions=(ButtonAction(REMOVE_GUEST, handle_button),),
    is_mutating=True,
)
