"""That a booking was made, for somebody who made it where no chat answers."""

from bot.chat.command import Call
from bot.chat.formatting import booking_buttons, room_name, short_id
from bot.chat.reply import Bold, Reply, Stretch, Tone
from bot.notifications.template import Kind
from core.model.outbox import Message
from core.services.reminders import CONFIRMATION


async def compose(call: Call, message: Message) -> Reply | None:
    picture = call.desk.picture
    booking = picture.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None:
        return None
    room = picture.catalogue.rooms.get(booking.room_id)
    return Reply(
        (
            "Booked ",
            Bold(room_name(room) if room else booking.room_id),
            " for ",
            Stretch(booking.interval),
            ".",
        ),
        tone=Tone.DONE,
        actions=booking_buttons(booking, call.desk.clock.now()),
        footer=(f"Booking {short_id(booking)}",),
    )


KIND = Kind(CONFIRMATION, compose)
