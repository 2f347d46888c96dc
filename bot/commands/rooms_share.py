"""Showing a booking of one's own to everybody in the channel."""

from dataclasses import replace

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import room_name
from bot.chat.reply import Audience, Bold, Inline, Mention, Reply, TimeRange
from bot.conversation.own_bookings import find_booking
from core.errors import NotYourBooking
from core.model.entities import BookingId


async def handle_button(context: CommandContext) -> Reply:
    read_model = context.read_model
    booking = await context.services.bookings.get(BookingId(context.value))
    if booking.booked_by != context.person.id:
        raise NotYourBooking
    room = read_model.catalogue.room(booking.room_id)
    said: list[Inline] = [Mention(context.person.name, context.request.requester.identity), " has booked "]
    said += [Bold(room_name(room)), " for ", TimeRange(booking.interval)]
    said.append(f": {booking.title}." if booking.title else ".")
    return Reply(tuple(said), audience=Audience.CHANNEL)


async def handle(context: CommandContext) -> Reply:
    """Typed, with the start of a booking's id."""
    return await handle_button(replace(context, value=find_booking(context, context.text).id))


COMMAND = Command(
    name="rooms share",
    summary="Show a booking to the channel",
    usage="/rooms share [ID]",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "Which booking, as /rooms mine shows it"),
    ),
    actions=(ButtonAction("share", handle_button),),
)
