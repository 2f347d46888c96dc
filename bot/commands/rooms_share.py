"""`/rooms share`: shows one of the requester's bookings to the channel."""

from functools import partial

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import own_title, room_name
from bot.chat.reply import Audience, Bold, Button, Inline, Mention, Reply, TimeRange
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, find_booking
from core.errors import Invalid, NotYourBooking
from core.model import BookingId


async def handle_button(context: CommandContext) -> Reply:
    return await renew_if_gone(context, partial(_share, context))


async def _share(context: CommandContext) -> Reply:
    read_model = context.read_model
    booking = await context.services.bookings.get(BookingId(context.value))
    if booking.booked_by != context.person.id:
        raise NotYourBooking
    _check_channel(context)
    room = read_model.catalogue.room(booking.room_id)
    text: list[Inline] = [Mention(context.person.name, context.request.requester.identity), " booked "]
    text += [Bold(room_name(room)), " for ", TimeRange(booking.interval)]
    title = own_title(booking)
    text.append(f": {title}." if title else ".")
    return Reply(tuple(text), audience=Audience.CHANNEL)


async def handle(context: CommandContext) -> Reply:
    """Typed, with the booking's id."""
    _check_channel(context)
    try:
        booking = find_booking(context, context.argument("booking"))
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, lambda each: Button(Action.SHARE, "Share", each.id))
    return await handle_button(replace(context, value=booking.id))


def _check_channel(context: CommandContext) -> None:
    if not context.request.can_share:
        raise Invalid("There's no channel here to share it with. Use /rooms share in the channel it's for.")


COMMAND = Command(
    name="rooms share",
    summary="Share a booking with the channel",
    usage="/rooms share [ID]",
    handle=handle,
    parameters=(CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),),
    actions=(ButtonAction(Action.SHARE, handle_button),),
)
