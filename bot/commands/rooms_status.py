"""`/rooms status`: shows whether a room, or each room of a building, is free."""

from datetime import UTC, datetime, timedelta
from functools import partial

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import room_details, room_name
from bot.chat.reply import (
    Bold,
    Button,
    Code,
    Inline,
    Reply,
    Subject,
    Table,
    Text,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.conversation.alternatives import eligibility, price_text
from bot.conversation.booking import resolve_slot
from bot.conversation.button_values import SearchValue, SlotValue
from bot.conversation.free_slots import free_slots, hours_text
from bot.conversation.near_rooms import DID_YOU_MEAN, nearest_buttons
from bot.conversation.pictures import building_picture
from bot.conversation.questions import clarification, word_hint
from bot.conversation.refusals import refusal_sentence
from bot.conversation.schedules import busy_text, campus_day, schedules
from bot.conversation.search import summary_of
from bot.conversation.typed_options import parse_request
from bot.conversation.wait_buttons import watch_buttons
from bot.language import ParseResult
from core.availability import RoomStatus, Status
from core.catalogue import RoomQuery
from core.errors import OutsideHours
from core.interval import Interval
from core.model import BuildingId, Room
from core.read_model import ReadModel
from core.services.bookings import snap_to_grid

_MAX_ROWS = 40
_MAX_BUTTONS = 6
_SOON = timedelta(minutes=30)
"""How much later than asked for a slot may begin that is offered."""


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    reading = parse_request(context)
    building = reading.building or reading.near
    if reading.room is None and building is None and reading.unparsed:
        return _ask_for_place(context, reading)
    if (question := clarification(context, reading, partial(_answer_button, context))) is not None:
        return question
    at = reading.when.start if reading.when is not None else context.services.clock.now()
    if reading.room is not None:
        return await _room_status(context, read_model, read_model.catalogue.room(reading.room), at)
    return (
        await _building_status(context, read_model, building, at)
        if building is not None
        else _ask_for_place(context, reading)
    )


def _answer_button(context: CommandContext, reading: ParseResult, label: str) -> Button | None:
    """The button for an answer to a question: it shows the room then."""
    if reading.room is None:
        return None
    at = reading.when.start if reading.when is not None else context.services.clock.now()
    return Button("status", label, str(SlotValue(reading.room, Interval.of_length(at, _SOON))))


async def handle_button(context: CommandContext) -> Reply:
    """Shows the room of the pressed button."""
    value = resolve_slot(context, SlotValue.read(context.value))
    room = context.read_model.catalogue.room(value.room_id)
    return await _room_status(context, context.read_model, room, value.slot.start)


def _ask_for_place(context: CommandContext, reading: ParseResult) -> Reply:
    text: list[Inline] = ["Which room or building? For example: "]
    buttons = nearest_buttons(context, reading, partial(_answer_button, context))
    if buttons:
        text.insert(0, DID_YOU_MEAN)
    if reading.unparsed:
        text.insert(0, f"I can't find a room or building called {', '.join(reading.unparsed)[:60]}. ")
    building = next(iter(context.read_model.catalogue.buildings.values()), None)
    example = building.name if building else "Wren"
    when = summary_of(context, ParseResult(text="", when=reading.when)) if reading.when is not None else ""
    return Reply(
        (*text, Code(f"/rooms status {example}"), f".{word_hint(context, example)}"),
        tone=Tone.UNCLEAR,
        actions=buttons,
        subject=Subject(request=f"rooms status {{}} {when}".strip()),
    )


async def _room_status(context: CommandContext, read_model: ReadModel, room: Room, at: datetime) -> Reply:
    day = campus_day(at, context)
    schedule = (await schedules(context, [room], day))[room.id]
    status = schedule.at(_seconds(at), _seconds(day.end))
    is_now = abs(at - context.services.clock.now()) < timedelta(minutes=1)
    when: tuple[Inline, ...] = (" is ",) if is_now else (" ", Timestamp(at), ": ")
    about = room_details(room, read_model.catalogue)
    offer = _book_button(context, room, at) if status.status is Status.FREE else None
    watch = watch_buttons(context, RoomQuery(room=room.id), Interval(at, day.end)) if at < day.end else ()
    return Reply(
        (Bold(room_name(room)), *when, *_status_text(context, status), ".", *_hours_note(context, room, at)),
        actions=(offer,) if offer is not None else watch if status.status is not Status.FREE else (),
        footer=(about, _price_note(context)) if offer is not None else (about,),
    )


async def _building_status(
    context: CommandContext, read_model: ReadModel, building_id: BuildingId, at: datetime
) -> Reply:
    building, day = read_model.catalogue.building(building_id), campus_day(at, context)
    rooms = read_model.catalogue.by_building[building_id]
    day_schedules = await schedules(context, rooms, day)
    statuses = [(room, day_schedules[room.id].at(_seconds(at), _seconds(day.end))) for room in rooms]
    free = sum(status.status is Status.FREE for _, status in statuses)
    rows = tuple(
        ((room.short_number,), (str(room.capacity or ""),), _status_text(context, status))
        for room, status in statuses[:_MAX_ROWS]
    )
    left_out, note = len(statuses) - len(rows), _price_note(context)
    buttons = [
        offer
        for room, status in statuses
        if status.status is Status.FREE
        and (offer := _book_button(context, room, at, names_room=True)) is not None
    ]
    return Reply(
        (
            *(Bold(building.name), " ", Timestamp(at), f": {free} of {len(rooms)} rooms are free."),
            *(_hours_note(context, rooms[0], at) if rooms and not buttons else ()),
        ),
        table=Table(("Room", "Seats", "Status"), rows) if rows else None,
        picture=await building_picture(context, building, day) if rooms else None,
        actions=_few(context, building_id, at, buttons),
        footer=(
            *((f"And {left_out} more. Name a room to see its status.",) if left_out > 0 else ()),
            *((note.removeprefix(" · "),) if buttons and note and not left_out else ()),
        ),
    )


def _hours_note(context: CommandContext, room: Room, at: datetime) -> Text:
    """When the room is open, where it is not open then."""
    step = timedelta(minutes=context.services.rules.slot_length_of(room))
    slot = snap_to_grid(Interval.of_length(at, step), room, context.services.rules)
    refusal = eligibility(context, None).refusal(room, Interval.of_length(slot.start, step))
    return (f" {refusal_sentence(refusal)}",) if isinstance(refusal, OutsideHours) else ()


def _book_button(
    context: CommandContext, room: Room, at: datetime, *, names_room: bool = False
) -> Button | None:
    """The button that books a free room from then on, or within the next hours; None where none can."""
    length = timedelta(minutes=context.services.default_minutes)
    start = snap_to_grid(Interval.of_length(at, length), room, context.services.rules).start
    window = Interval.of_length(start, length + _SOON)
    slot = next(free_slots(context, room, window, length, None), None)
    if slot is None:
        return None
    what = f"{room.short_number} " if names_room else ""
    return Button(Action.BOOK, f"Book {what}{hours_text(context, slot)}", str(SlotValue(room.id, slot)))


def _price_note(context: CommandContext) -> str:
    price = price_text(context, context.services.default_minutes, None)
    return f" · Booking one {price}." if price else ""


def _few(
    context: CommandContext, building_id: BuildingId, at: datetime, buttons: list[Button]
) -> tuple[Button, ...]:
    """The first rooms' buttons, and where there are more one that lists all free rooms of the building."""
    if len(buttons) <= _MAX_BUTTONS:
        return tuple(buttons)
    length = context.services.default_minutes
    slot = Interval.of_length(at, timedelta(minutes=length))
    search = SearchValue(slot, length, RoomQuery(building=building_id))
    every = Button(Action.SEARCH, "All free rooms", str(search))
    return (*buttons[: _MAX_BUTTONS - 1], every)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _status_text(context: CommandContext, status: RoomStatus) -> Text:
    if status.until is None:
        return ("free for the rest of the day",)
    until = Timestamp(datetime.fromtimestamp(status.until, UTC), TimestampStyle.TIME)
    why = f" ({busy_text(context, status.because)})" if status.because is not None else ""
    texts: dict[Status, tuple[Inline, ...]] = {
        Status.FREE: ("free until ", until, why),
        Status.SOON: ("busy, free soon at ", until, why),
        Status.BUSY: ("busy until ", until, why),
    }
    return texts[status.status]


COMMAND = Command(
    name="rooms status",
    summary="Check whether a room or building is free",
    usage="/rooms status ROOM|BUILDING [when]",
    handle=handle,
    parameters=(
        CommandParameter("where", ParameterType.PLACE, "A room or building", required=True),
        CommandParameter("when", ParameterType.WHEN, "Date and time, if not now"),
    ),
    actions=(ButtonAction("status", handle_button),),
    examples=("/rooms status Wren", "/rooms status Wren G02 tomorrow 3pm"),
)
