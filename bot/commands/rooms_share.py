"""Showing a booking of one's own to everybody in the channel."""

from dataclasses import replace

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import room_name
from bot.chat.reply import Audience, Bold, Inline, Mention, Reply, Stretch
from bot.conversation.own_bookings import described
from core.errors import NotYourBooking
from core.model.entities import BookingId


async def press(call: Call) -> Reply:
    picture = await call.desk.fresh()
    booking = await call.desk.bookings.get(BookingId(call.value))
    if booking.booked_by != call.person.id:
        raise NotYourBooking
    room = picture.catalogue.room(booking.room_id)
    said: list[Inline] = [Mention(call.person.name, call.asked.by.identity), " has booked "]
    said += [Bold(room_name(room)), " for ", Stretch(booking.interval)]
    said.append(f": {booking.title}." if booking.title else ".")
    return Reply(tuple(said), audience=Audience.CHANNEL)


async def answer(call: Call) -> Reply:
    """Typed, with the start of a booking's id."""
    await call.desk.fresh()
    return await press(replace(call, value=described(call, call.words).id))


COMMAND = Command(
    name="rooms share",
    summary="Show a booking to the channel",
    usage="/rooms share [ID]",
    answer=answer,
    takes=(Parameter("booking", Takes.BOOKING, "Which booking, as /rooms mine shows it"),),
    actions=(Action("share", press),),
)
