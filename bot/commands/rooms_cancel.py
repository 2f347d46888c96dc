"""`/rooms cancel`: giving a booking up."""

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import format_minutes, room_name
from bot.chat.reply import Bold, Inline, Reply, TimeRange, Tone
from bot.conversation.own_bookings import find_booking
from core.model.entities import BookingId
from core.policy.quota import has_quota


async def handle(context: CommandContext) -> Reply:
    return await _cancel(context, find_booking(context, context.text).id)


async def handle_button(context: CommandContext) -> Reply:
    return await _cancel(context, BookingId(context.value))


async def _cancel(context: CommandContext, booking_id: BookingId) -> Reply:
    cancelled = await context.services.bookings.cancel(booking_id, context.person.id)
    booking = cancelled.booking
    room = context.read_model.catalogue.room(booking.room_id)
    said: list[Inline] = ["Cancelled: ", Bold(room_name(room)), " ", TimeRange(booking.interval), "."]
    left = f"{format_minutes(cancelled.quota_left)} are left this week."
    if cancelled.refund:
        said.append(f" {format_minutes(cancelled.refund)} came back; {left}")
    elif booking.society_id is None and has_quota(context.person):
        said.append(f" Its minutes do not come back; {left}")
    return Reply(tuple(said), tone=Tone.DONE, replaces=True)


COMMAND = Command(
    name="rooms cancel",
    summary="Give a booking up",
    usage="/rooms cancel [ID]",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "Which booking, as /rooms mine shows it"),
    ),
    actions=(ButtonAction("cancel", handle_button),),
    aliases=("cancel",),
    is_mutating=True,
)
