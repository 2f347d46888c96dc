"""`/rooms move`: moves a booking to another time, another room, or both, and changes its title."""

import re
from functools import partial

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import room_name, short_id
from bot.chat.reply import Bold, Button, Code, Inline, Reply, Subject, TimeRange, Tone
from bot.conversation.alternatives import move_button
from bot.conversation.booking import RECOVERABLE, move_confirmation, refusal_reply, valid_title
from bot.conversation.booking_list import renew_if_gone
from bot.conversation.button_values import MoveValue, SlotValue, resolve_id
from bot.conversation.own_bookings import AmbiguousBooking, choose_booking, resolve_request, upcoming_bookings
from bot.conversation.questions import clarification, word_hint
from bot.conversation.search import reading_notes
from bot.conversation.series_change import ask_scope_of_change, make_change, series_day
from bot.conversation.series_views import read_day
from bot.conversation.typed_options import parse_request
from bot.language import ParseResult, TimeKind
from core.errors import UnknownBooking
from core.interval import Interval
from core.model import Booking, BookingId, Room
from core.policy.recurrence import occurrence_slot
from core.services.bookings import snap_to_grid
from core.services.series import SeriesChange, SeriesScope

_UNTIL = re.compile(r"\s*(?:until|till|to end(?: on)?|ends?(?: on)?)\s+(?P<day>\D.*|\d.*\D.*)", re.IGNORECASE)
_OTHERS_STAY = " The other dates of the series stay as they are."


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    try:
        booking, text = resolve_request(context)
    except AmbiguousBooking as ambiguous:
        return choose_booking(context, ambiguous, partial(_choice_button, context))
    reading = parse_request(replace(context, text=text))
    if booking.series_id is not None and (change := _new_end(context, booking, text)) is not None:
        return await make_change(context, change)
    if (question := clarification(context, reading)) is not None:
        return question
    when = reading.when
    title = None if reading.title is None else valid_title(reading.title)
    if title is not None and reading.room is None and when is None and not reading.unparsed:
        return await _rename(context, booking, title)
    if reading.room is None and (when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}):
        return _ask_for_target(context, booking)
    room = read_model.catalogue.room(reading.room or booking.room_id)
    wanted = _slot(context, booking, reading)
    slot = snap_to_grid(wanted, room, context.services.rules)
    if booking.series_id is not None and not reading.unparsed and not reading.alternatives:
        return await _move_in_series(context, booking, room, slot, title)
    if slot != wanted or reading.unparsed or reading.alternatives:
        return _offer(reading, booking, room, slot)
    return await _move(context, booking, room, slot, title)


def _new_end(context: CommandContext, booking: Booking, text: str) -> SeriesChange | None:
    """A new last day (`until 1 may`) of the whole series; None for anything else."""
    until = _UNTIL.fullmatch(context.argument("when") if context.options else text)
    if booking.series_id is None or until is None:
        return None
    change = SeriesChange(booking.series_id, context.person.id, SeriesScope.ALL)
    return replace(change, until=read_day(context, until["day"]))


async def _rename(context: CommandContext, booking: Booking, title: str) -> Reply:
    """Gives a booking another title; of a series it asks for which dates."""
    if booking.series_id is None:
        bookings = context.services.bookings
        renamed = await bookings.move(booking, context.person.id, booking.interval, title=title)
        return move_confirmation(context, renamed, "Renamed: ")
    change = SeriesChange(
        booking.series_id, context.person.id, SeriesScope.ALL, series_day(booking), title=title
    )
    return await ask_scope_of_change(context, change, (f"Change the title to “{title}”?",))


async def _move_in_series(
    context: CommandContext, booking: Booking, room: Room, slot: Interval, title: str | None
) -> Reply:
    """Asks which dates move; to another day moves only one, since a series keeps its days."""
    zone = context.services.rules.zone
    local, before = slot.start.astimezone(zone), booking.interval.start.astimezone(zone)
    if booking.series_id is None or local.date() != before.date():
        moved = await _move(context, booking, room, slot, title)
        return moved if moved.is_refusal else replace(moved, text=(*moved.text, _OTHERS_STAY))
    is_same_time = slot == booking.interval
    change = SeriesChange(
        booking.series_id,
        context.person.id,
        SeriesScope.ALL,
        series_day(booking),
        starts_at=None if is_same_time else local.hour * 60 + local.minute,
        length=None if is_same_time else slot.minutes,
        room_id=None if room.id == booking.room_id else room.id,
        title=title,
    )
    return await ask_scope_of_change(
        context, change, ("Move to ", Bold(room_name(room)), ", ", TimeRange(slot), "?")
    )


def _choice_button(context: CommandContext, booking: Booking) -> Button:
    """The button that moves this one of several bookings to where the text says, or asks where to."""
    reading = parse_request(context)
    when = reading.when
    if reading.room is None and (when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}):
        return Button(Action.MOVE, "Move…", booking.id)
    room = context.read_model.catalogue.room(reading.room or booking.room_id)
    slot = snap_to_grid(_slot(context, booking, reading), room, context.services.rules)
    return move_button(booking, room, slot, "Move this one")


async def handle_button(context: CommandContext) -> Reply:
    """Moves a booking to the slot of the pressed button."""
    return await renew_if_gone(context, partial(_press, context))


async def _press(context: CommandContext) -> Reply:
    read_model = context.read_model
    if "~" not in context.value:
        return _ask_for_target(context, await context.services.bookings.get(BookingId(context.value)))
    value = MoveValue.read(context.value)
    booking = next(
        (each for each in upcoming_bookings(context) if each.id.startswith(value.booking_id)), None
    )
    if booking is None or not value.booking_id:
        raise UnknownBooking
    room = read_model.catalogue.room(resolve_id(value.room_id, read_model.catalogue.rooms))
    return await _move(context, booking, room, value.slot)


def _ask_for_target(context: CommandContext, booking: Booking) -> Reply:
    room = next(iter(context.read_model.catalogue.rooms), booking.room_id)
    begin = f"/rooms move {short_id(booking)}"
    text = (
        "Where or when would you like to move it? For example: ",
        Code(f"{begin} fri 3pm"),
        ", or ",
        Code(f"{begin} {room}"),
        f".{word_hint(context, 'friday 3pm', room)}",
    )
    return Reply(text, tone=Tone.UNCLEAR, subject=Subject(request=f"rooms move {booking.id} {{}}"))


def _slot(context: CommandContext, booking: Booking, reading: ParseResult) -> Interval:
    """The new time: as long as before without an end, at the same time when only a room is given.

    A date of a series stays on its day where only a time of day is given.
    """
    when = reading.when
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        return booking.interval
    start, zone = when.start.astimezone(context.services.rules.zone), context.services.rules.zone
    if booking.series_id is not None and "day" in reading.assumptions:
        day, minutes = booking.interval.start.astimezone(zone).date(), start.hour * 60 + start.minute
        start = occurrence_slot(day, minutes, booking.interval.minutes, zone).start
    if when.end is None:
        return Interval.of_length(start, booking.interval.duration)
    return Interval.of_length(start, when.end - when.start)


def _offer(reading: ParseResult, booking: Booking, room: Room, slot: Interval) -> Reply:
    """Asks for a confirmation; its button moves."""
    text: list[Inline] = [
        "Move to ",
        Bold(room_name(room)),
        ", ",
        TimeRange(slot),
        "?",
        *reading_notes(reading),
    ]
    return Reply(tuple(text), actions=(move_button(booking, room, slot, "Move it"),))


async def _move(
    context: CommandContext, booking: Booking, room: Room, slot: Interval, title: str | None = None
) -> Reply:
    try:
        moved = await context.services.bookings.move(booking, context.person.id, slot, room.id, title)
    except RECOVERABLE as refusal:
        return await refusal_reply(context, SlotValue(room.id, slot, booking.society_id), refusal, booking)
    return move_confirmation(context, moved, "Moved to ")


COMMAND = Command(
    name="rooms move",
    summary="Move a booking, or change its title",
    usage='/rooms move [ID] WHEN|ROOM|"TITLE"',
    handle=handle,
    parameters=(
        CommandParameter("booking", ParameterType.BOOKING, "The booking's id (see /rooms mine)"),
        CommandParameter("room", ParameterType.ROOM, "The room to move to"),
        CommandParameter("when", ParameterType.WHEN, "The time to move to"),
        CommandParameter("title", ParameterType.TEXT, "A new title"),
    ),
    actions=(ButtonAction(Action.MOVE, handle_button),),
    aliases=("move",),
    examples=("/rooms move 21cf0a17 friday 3pm", "/rooms move 21cf0a17 Wren G03"),
    is_mutating=True,
)
