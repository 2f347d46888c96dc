"""`/rooms cancel`: giving a booking up."""

from bot.chat.command import Action, Call, Command, Parameter, Takes
from bot.chat.formatting import minutes, room_name
from bot.chat.reply import Bold, Inline, Reply, Stretch, Tone
from bot.conversation.own_bookings import described
from core.model.entities import BookingId
from core.policy.quota import has_quota


async def answer(call: Call) -> Reply:
    await call.desk.fresh()
    return await _cancel(call, described(call, call.words).id)


async def press(call: Call) -> Reply:
    await call.desk.fresh()
    return await _cancel(call, BookingId(call.value))


async def _cancel(call: Call, booking_id: BookingId) -> Reply:
    cancelled = await call.desk.bookings.cancel(booking_id, call.person.id)
    booking = cancelled.booking
    room = call.desk.picture.catalogue.room(booking.room_id)
    said: list[Inline] = ["Cancelled: ", Bold(room_name(room)), " ", Stretch(booking.interval), "."]
    left = f"{minutes(cancelled.quota_left)} are left this week."
    if cancelled.refund:
        said.append(f" {minutes(cancelled.refund)} came back; {left}")
    elif booking.society_id is None and has_quota(call.person):
        said.append(f" Its minutes do not come back; {left}")
    return Reply(tuple(said), tone=Tone.DONE, replaces=True)


COMMAND = Command(
    name="rooms cancel",
    summary="Give a booking up",
    usage="/rooms cancel [ID]",
    answer=answer,
    takes=(Parameter("booking", Takes.BOOKING, "Which booking, as /rooms mine shows it"),),
    actions=(Action("cancel", press),),
    also=("cancel",),
    changes_things=True,
)
