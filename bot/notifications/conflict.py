"""A class was published over somebody's booking: what it is, and where they could go instead."""

from dataclasses import replace

from bot.chat.command import Call
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Reply, Stretch, Tone
from bot.conversation.alternatives import Wanted, instead
from bot.notifications.template import Kind
from core.catalogue import RoomWish
from core.model.outbox import Message
from core.services.conflicts import CLASH, clash_of


async def compose(call: Call, message: Message) -> Reply | None:
    """Nothing for a booking that was given up or moved away meanwhile, or a class that has gone again."""
    picture = call.desk.picture
    booking = picture.bookings.get(message.booking_id) if message.booking_id else None
    taken_by = clash_of(picture, booking, message.payload) if booking is not None else None
    room = picture.catalogue.rooms.get(booking.room_id) if booking is not None else None
    if booking is None or taken_by is None or room is None:
        return None
    wish = RoomWish(room=room.id, capacity=0)
    wanted = Wanted(wish, booking.interval, booking.society_id)
    offers = await instead(call, wanted, moving=booking)
    what_then = " You can move it:" if offers else " There is nothing near to move it to."
    text = (
        f"{taken_by.name} has been put into ",
        Bold(room_name(room)),
        " over your booking ",
        Stretch(booking.interval),
        f". The booking stands, but the class will be there.{what_then}",
    )
    cancel = Button("cancel", "Cancel it", booking.id, ButtonStyle.DANGER, confirm="Give this booking up?")
    return replace(
        Reply(text, tone=Tone.REFUSED, items=offers),
        actions=(cancel,),
        footer=(f"Booking {short_id(booking)}",),
    )


KIND = Kind(CLASH, compose)
