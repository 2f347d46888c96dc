"""`/rooms cancel`: cancels a booking."""

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import booking_text, cancel_button, format_minutes, quota_left_text
from bot.chat.reply import Inline, Reply, Tone
from bot.conversation.booking import kept_booking
from bot.conversation.booking_list import renew_if_gone, with_other_bookings
from bot.conversation.cancelling import ask_before_cancel
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, find_booking
from core.model import BookingId
from core.policy.quota import has_quota


async def handle(context: CommandContext) -> Reply:
    try:
        booking = find_booking(context, context.argument("booking"))
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, cancel_button)
    return await ask_before_cancel(context, booking)


async def handle_ask(context: CommandContext) -> Reply:
    """Asks before the booking of the pressed button is cancelled."""

    async def ask() -> Reply:
        return await ask_before_cancel(context, await context.services.bookings.get(BookingId(context.value)))

    return await renew_if_gone(context, ask)


async def handle_button(context: CommandContext) -> Reply:
    """Cancels the booking of the pressed button, after the question."""
    return await renew_if_gone(context, lambda: _cancel(context, BookingId(context.value)))


async def handle_keep(context: CommandContext) -> Reply:
    return await renew_if_gone(context, lambda: kept_booking(context, BookingId(context.value)))


async def _cancel(context: CommandContext, booking_id: BookingId) -> Reply:
    cancelled = await context.services.bookings.cancel(booking_id, context.person.id)
    booking = cancelled.booking
    room = context.read_model.catalogue.room(booking.room_id)
    text: list[Inline] = ["Cancelled: ", *booking_text(booking, room), "."]
    if cancelled.refund:
        text.append(
            f" You get {format_minutes(cancelled.refund)} back. {quota_left_text(cancelled.quota_left)}"
        )
    elif booking.society_id is None and has_quota(context.person):
        text.append(f" Its minutes can't be refunded. {quota_left_text(cancelled.quota_left)}")
    return await with_other_bookings(context, Reply(tuple(text), tone=Tone.DONE, replaces=True))


COMMAND = Command(
    name="rooms cancel",
    summary="Cancel a booking",
    usage="/rooms cancel [ID]",
    handle=handle,
    parameters=(CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),),
    actions=(
        ButtonAction(Action.ASK_CANCEL, handle_ask),
        ButtonAction(Action.CANCEL, handle_button),
        ButtonAction(Action.KEEP, handle_keep),
    ),
    aliases=("cancel",),
    is_mutating=True,
)
