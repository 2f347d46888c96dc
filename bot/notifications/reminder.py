"""Before a booking begins: that it does, and what can be done about it."""

from bot.chat.command import Call
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Moment, Reply, Stretch, Style
from bot.notifications.template import Kind
from core.model.entities import Booking
from core.model.outbox import Message
from core.services.reminders import REMINDER, Reminder


async def compose(call: Call, message: Message) -> Reply | None:
    """Nothing for a booking that was given up or begins at another time now: that has its own reminders."""
    picture = call.desk.picture
    booking = picture.bookings.get(message.booking_id) if message.booking_id else None
    if booking is None or booking.interval.start != Reminder.read(message.payload).start:
        return None
    room = picture.catalogue.rooms.get(booking.room_id)
    text: tuple[Inline, ...] = (
        "Your booking begins ",
        Moment(booking.interval.start, Style.RELATIVE),
        ": ",
        Bold(room_name(room) if room else booking.room_id),
        ", ",
        Stretch(booking.interval),
        "." if not booking.title else f" ({booking.title}).",
    )
    return Reply(text, actions=_buttons(booking), footer=(f"Booking {short_id(booking)}",))


def _buttons(booking: Booking) -> tuple[Button, ...]:
    buttons = [
        Button("extend", "30 min more", f"{booking.id}~30"),
        Button("cancel", "Cancel", booking.id, ButtonStyle.DANGER, confirm="Give this booking up?"),
    ]
    if booking.checked_in_at is None:
        buttons.insert(0, Button("here", "I'm here", booking.id, ButtonStyle.PRIMARY))
    return tuple(buttons)


KIND = Kind(REMINDER, compose)
