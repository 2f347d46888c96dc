"""Asks before a booking is cancelled: the same question for a button, a command and plain words."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, format_minutes
from bot.chat.reply import Button, ButtonStyle, Reply, Subject
from bot.conversation.series_change import ask_scope_of_cancel, series_day
from bot.conversation.series_values import CANCEL, SeriesValue
from core.model import Booking
from core.policy.quota import has_quota


async def ask_before_cancel(context: CommandContext, booking: Booking) -> Reply:
    """Asks whether to cancel, and says what comes back; of a series, which dates.

    Raises what cancelling would raise.
    """
    preview = await context.services.bookings.preview_cancel(booking.id, context.person.id)
    if booking.series_id is not None:
        value = SeriesValue(booking.series_id, CANCEL, series_day(booking).toordinal())
        return await ask_scope_of_cancel(context, value)
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return Reply(
        ("Cancel ", *booking_text(booking, room), "?", _refund_words(context, booking, preview.refund)),
        actions=(
            Button(Action.CANCEL, "Yes, cancel it", booking.id, ButtonStyle.DANGER),
            Button(Action.KEEP, "Keep it", booking.id),
        ),
        replaces=True,
        subject=Subject(booking_id=booking.id),
    )


def _refund_words(context: CommandContext, booking: Booking, refund: int) -> str:
    if refund:
        return f" You get {format_minutes(refund)} back."
    if booking.society_id is None and has_quota(context.person):
        return " It's too late to get its minutes back."
    return ""
