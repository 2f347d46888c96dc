"""`/rooms here`: saying "I'm here" for a booking."""

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Moment, Reply, Style, Tone
from bot.conversation.alternatives import own_buttons
from bot.conversation.own_bookings import described
from core.model.entities import BookingId


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    return await _check_in(call, described(call, call.words).id)


async def press(call: Call) -> Reply:
    await call.desk.fresh()
    return await _check_in(call, BookingId(call.value))


async def _check_in(call: Call, booking_id: BookingId) -> Reply:
    booking = await call.desk.bookings.check_in(booking_id, call.person.id)
    room = call.desk.picture.catalogue.room(booking.room_id)
    until = Moment(booking.interval.end, Style.TIME)
    return Reply(
        ("Welcome. ", Bold(room_name(room)), " is yours until ", until, "."),
        tone=Tone.DONE,
        actions=own_buttons(call, booking),
        replaces=True,
    )


COMMAND = Command(
    name="rooms here",
    summary="Say that you have come",
    usage="/rooms here [ID]",
    answer=answer,
    takes=(Parameter("booking", Takes.BOOKING, "Which booking, as /rooms mine shows it"),),
    actions=(Action("here", press),),
    also=("here",),
    changes_things=True,
)
