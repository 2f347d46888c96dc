"""`/rooms timetable`: shows a room's classes and bookings on a day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import room_name
from bot.chat.reply import (
    Bold,
    Button,
    Choice,
    Code,
    Inline,
    Option,
    Reply,
    Subject,
    Table,
    Text,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.conversation.alternatives import price_text
from bot.conversation.booking import resolve_slot
from bot.conversation.button_values import SlotValue
from bot.conversation.free_slots import MAX_OFFERED, free_slots, hours_text
from bot.conversation.near_rooms import DID_YOU_MEAN, nearest_buttons
from bot.conversation.pictures import room_picture
from bot.conversation.questions import clarification, word_hint
from bot.conversation.schedules import busy_text, schedules
from bot.conversation.search import parse_text, summary_of, truncate_to_minute
from bot.conversation.typed_options import parse_request
from bot.language import ParseResult, TimeKind
from bot.pictures.rows import dates_of, day_interval
from core.interval import Interval
from core.model import Building, Busy, Room

_MAX_DAYS = 7
_COLUMNS_OF_DAYS = ("Day", "From", "To", "What")
_MAX_OPTIONS = 25
"""Discord shows no more in a menu."""


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    reading = parse_request(context)
    if reading.room is None and reading.unparsed:
        return _ask_for_room(context, reading)
    if (question := clarification(context, reading, partial(_answer_button, context))) is not None:
        return question
    if reading.room is None:
        return _ask_for_room(context, reading)
    return await _show(context, read_model.catalogue.room(reading.room), _days(context, reading))


def _answer_button(context: CommandContext, reading: ParseResult, label: str) -> Button | None:
    """The button for an answer to a question: it shows the room's day."""
    if reading.room is None:
        return None
    return Button("timetable", label, str(SlotValue(reading.room, _days(context, reading))))


async def handle_choice(context: CommandContext) -> Reply:
    """The timetable of the room chosen from the menu, or of the pressed button's days."""
    value = resolve_slot(context, SlotValue.read(context.value))
    return await _show(context, context.read_model.catalogue.room(value.room_id), value.slot)


def _days(context: CommandContext, reading: ParseResult) -> Interval:
    """The day that is asked for, or days such as `this week`: seven at most."""
    when, rules = reading.when, context.services.rules
    start = when.start if when is not None else context.services.clock.now()
    dates = dates_of(Interval(start, start + timedelta(seconds=1)), rules)
    if when is not None and when.kind is TimeKind.DAY and when.end is not None:
        dates = dates_of(Interval(start, when.end), rules)[:_MAX_DAYS]
    return day_interval(dates[0], rules, len(dates))


async def _show(context: CommandContext, room: Room, days: Interval) -> Reply:
    rules = context.services.rules
    dates = dates_of(days, rules)[:_MAX_DAYS]
    days = day_interval(dates[0], rules, len(dates))
    schedule = (await schedules(context, [room], days))[room.id]
    busy = schedule.conflicts(int(days.start.timestamp()), int(days.end.timestamp()))
    if len(dates) > 1:
        reply = _timetable_of_days(context, room, dates, busy)
    else:
        reply = _timetable(context, room, days, busy)
        monday = dates[0] - timedelta(days=dates[0].weekday())
        week = str(SlotValue(room.id, day_interval(monday, rules, _MAX_DAYS)))
        reply = replace(reply, actions=(*reply.actions, Button("timetable", "See the week", week)))
    return replace(reply, picture=await room_picture(context, room, days))


def _timetable_of_days(
    context: CommandContext, room: Room, dates: Sequence[date], busy: tuple[Busy, ...]
) -> Reply:
    """What takes the room on some days, with a button for each of them."""
    rules = context.services.rules
    first, last = (day_interval(each, rules) for each in (dates[0], dates[-1]))
    half = timedelta(hours=12)
    span: Text = (
        Timestamp(first.start + half, TimestampStyle.DATE),
        " to ",
        Timestamp(last.start + half, TimestampStyle.DATE),
    )
    buttons = tuple(
        Button("timetable", f"{each:%a} {each.day}", str(SlotValue(room.id, day_interval(each, rules))))
        for each in dates
    )
    if not busy:
        return Reply((Bold(room_name(room)), " is free from ", *span, "."), actions=buttons)
    rows = tuple(_row_of_days(context, each) for each in busy)
    return Reply((Bold(room_name(room)), " ", *span), table=Table(_COLUMNS_OF_DAYS, rows), actions=buttons)


def _row_of_days(context: CommandContext, busy: Busy) -> tuple[Text, ...]:
    start, end = (datetime.fromtimestamp(each, UTC) for each in (busy.start, busy.end))
    zone = context.services.rules.zone
    is_one_day = start.astimezone(zone).date() == (end - timedelta(seconds=1)).astimezone(zone).date()
    return (
        (Timestamp(start, TimestampStyle.DATE),),
        (Timestamp(start, TimestampStyle.TIME),),
        (Timestamp(end, TimestampStyle.TIME if is_one_day else TimestampStyle.DATETIME),),
        (busy_text(context, busy),),
    )


def _ask_for_room(context: CommandContext, reading: ParseResult) -> Reply:
    """Asks which room, with a menu of those of a building."""
    catalogue, words = context.read_model.catalogue, ", ".join(reading.unparsed)
    when = summary_of(context, ParseResult(text="", when=reading.when)) if reading.when is not None else ""
    subject = Subject(request=f"rooms timetable {{}} {when}".strip())
    named = parse_text(replace(context, text=words, options={})).building if words else reading.building
    building = catalogue.buildings.get(named) if named is not None else None
    if building is not None and (menu := _room_menu(context, building, _days(context, reading))).options:
        return Reply((f"Which room in {building.name}?",), actions=(menu,), subject=subject)
    text: list[Inline] = ["Which room? For example: "]
    buttons = nearest_buttons(context, reading, partial(_answer_button, context))
    if buttons:
        text.insert(0, DID_YOU_MEAN)
    if words:
        text.insert(0, f"I can't find a room called {words[:60]}. ")
    example = next(iter(catalogue.rooms), "K-J17-G01")
    return Reply(
        (*text, Code(f"/rooms timetable {example} tomorrow"), f".{word_hint(context, example)}"),
        tone=Tone.UNCLEAR,
        actions=buttons,
        subject=subject,
    )


def _room_menu(context: CommandContext, building: Building, day: Interval) -> Choice:
    rooms = (each for each in context.read_model.catalogue.order if each.building_id == building.id)
    options = (Option(room_name(each), str(SlotValue(each.id, day))) for each in rooms)
    return Choice("timetable", "Room", tuple(islice(options, _MAX_OPTIONS)))


def _timetable(context: CommandContext, room: Room, day: Interval, busy: tuple[Busy, ...]) -> Reply:
    noon = Timestamp(day.start + timedelta(hours=12), TimestampStyle.DATE)
    buttons = _book_buttons(context, room, day)
    price = price_text(context, context.services.default_minutes, None)
    footer = (f"Booking one {price}.",) if buttons and price else ()
    if not busy:
        return Reply((Bold(room_name(room)), " is free all day ", noon, "."), actions=buttons, footer=footer)
    rows = tuple(
        ((_edge(each.start, day),), (_edge(each.end, day),), (busy_text(context, each),)) for each in busy
    )
    table = Table(("From", "To", "What"), rows)
    return Reply((Bold(room_name(room)), " ", noon), table=table, actions=buttons, footer=footer)


def _book_buttons(context: CommandContext, room: Room, day: Interval) -> tuple[Button, ...]:
    """Buttons for the day's first free slots of the default length that the requester could book."""
    now = truncate_to_minute(context.services.clock.now())
    length = timedelta(minutes=context.services.default_minutes)
    start = max(day.start, min(now, day.end - length))
    slots = islice(free_slots(context, room, Interval(start, day.end), length, None), MAX_OFFERED)
    return tuple(
        Button(Action.BOOK, f"Book {hours_text(context, slot)}", str(SlotValue(room.id, slot)))
        for slot in slots
    )


def _edge(seconds: int, day: Interval) -> Timestamp:
    """Start or end of an entry, with its date when that is another day."""
    instant = datetime.fromtimestamp(seconds, UTC)
    is_today = day.start <= instant <= day.end
    return Timestamp(instant, TimestampStyle.TIME if is_today else TimestampStyle.DATETIME)


COMMAND = Command(
    name="rooms timetable",
    summary="See a room's timetable",
    usage="/rooms timetable ROOM [day or week]",
    handle=handle,
    parameters=(
        CommandParameter("room", ParameterType.ROOM, "The room", required=True),
        CommandParameter("when", ParameterType.WHEN, "The day, if not today, or a week"),
    ),
    actions=(ButtonAction("timetable", handle_choice),),
    examples=("/rooms timetable Wren G02 tomorrow", "/rooms timetable Wren G01 this week"),
)
