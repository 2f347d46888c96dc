"""`/rooms move`: having a booking at another time, in another room, or both."""

from dataclasses import replace

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import format_minutes, room_name, short_id
from bot.chat.reply import Bold, Code, Inline, Reply, TimeRange, Tone
from bot.conversation.alternatives import move_button, owner_buttons
from bot.conversation.booking import RECOVERABLE, refusal_reply
from bot.conversation.button_values import MoveValue, SlotValue, resolve_id
from bot.conversation.own_bookings import resolve_booking, upcoming_bookings
from bot.conversation.search import clarification, parse_text
from bot.language import ParsedTime, ParseResult, TimeKind
from core.errors import UnknownBooking
from core.interval import Interval
from core.model.entities import Booking, Room
from core.policy.quota import has_quota
from core.services.bookings import snap_to_grid
from core.services.move_booking import MoveResult


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    booking, words = resolve_booking(context, context.text)
    reading = parse_text(replace(context, text=words))
    if (confused := clarification(reading)) is not None:
        return confused
    when = reading.when
    if reading.room is None and (when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}):
        return _where_to(context, booking)
    room = read_model.catalogue.room(reading.room or booking.room_id)
    said = _slot(booking, when)
    slot = snap_to_grid(said, room, context.services.rules)
    if slot != said or reading.unparsed or reading.alternatives:
        return _offer(reading, booking, room, slot)
    return await _move(context, booking, room, slot)


async def handle_button(context: CommandContext) -> Reply:
    """A Move button: where to was shown when it was pressed."""
    read_model = context.read_model
    code = MoveValue.read(context.value)
    booking = next((each for each in upcoming_bookings(context) if each.id.startswith(code.booking_id)), None)
    if booking is None or not code.booking_id:
        raise UnknownBooking
    room = read_model.catalogue.room(resolve_id(code.room_id, read_model.catalogue.rooms))
    return await _move(context, booking, room, code.slot)


def _where_to(context: CommandContext, booking: Booking) -> Reply:
    room = next(iter(context.read_model.catalogue.rooms), booking.room_id)
    begin = f"/rooms move {short_id(booking)}"
    said = ("Where or when to? For example: ", Code(f"{begin} fri 3pm"), ", or ", Code(f"{begin} {room}"))
    return Reply(said, tone=Tone.UNCLEAR)


def _slot(booking: Booking, when: ParsedTime | None) -> Interval:
    """As long as before where no end was said, and at the same time where only a room was."""
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        return booking.interval
    if when.end is None:
        return Interval.of_length(when.start, booking.interval.duration)
    return Interval(when.start, when.end)


def _offer(reading: ParseResult, booking: Booking, room: Room, slot: Interval) -> Reply:
    """The echo; the press on it moves."""
    said: list[Inline] = ["Move to ", Bold(room_name(room)), " ", TimeRange(slot), "?"]
    if reading.unparsed:
        said.append(f" I could not place: {', '.join(reading.unparsed)}.")
    return Reply(tuple(said), actions=(move_button(booking, room, slot, "Move it"),))


async def _move(context: CommandContext, booking: Booking, room: Room, slot: Interval) -> Reply:
    try:
        moved = await context.services.bookings.move(booking, context.person.id, slot, room.id)
    except RECOVERABLE as refusal:
        return await refusal_reply(context, SlotValue(room.id, slot, booking.society_id), refusal, booking)
    return _moved(context, moved)


def _moved(context: CommandContext, moved: MoveResult) -> Reply:
    after = moved.booking
    room = context.read_model.catalogue.room(after.room_id)
    said: list[Inline] = ["Moved to ", Bold(room_name(room)), " ", TimeRange(after.interval), "."]
    if after.society_id is None and has_quota(context.person):
        said.append(f" {format_minutes(moved.quota_left)} are left this week.")
    return Reply(
        tuple(said),
        tone=Tone.DONE,
        actions=owner_buttons(context, after, moved.quota_left),
        footer=(f"Booking {short_id(after)}",),
    )


COMMAND = Command(
    name="rooms move",
    summary="Have a booking at another time or in another room",
    usage="/rooms move [ID] WHEN|ROOM",
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "Which booking, as /rooms mine shows it"),
        CommandParameter("room", ParameterType.ROOM, "The room to move to"),
        CommandParameter("when", ParameterType.WHEN, "The time to move to"),
    ),
    actions=(ButtonAction("move", handle_button),),
    aliases=("move",),
    examples=("/rooms move 21cf0a17 friday 3pm", "/rooms move 21cf0a17 K-J17-G03"),
    is_mutating=True,
)
