"""`/rooms book` and `/book`: holding a room, at once or, when something was guessed, after a look."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import format_minutes, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Inline, Reply, TimeRange, Tone
from bot.conversation.alternatives import eligibility
from bot.conversation.booking import book, predicted_refusal
from bot.conversation.button_values import SearchValue, SlotValue
from bot.conversation.search import clarification, parse_text, search_from, summary_of
from bot.language import ParsedTime, ParseResult, TimeKind
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model.entities import Room
from core.policy.quota import has_quota
from core.services.bookings import snap_to_grid


async def handle(context: CommandContext) -> Reply:
    read_model = context.read_model
    reading = parse_text(context)
    if (confused := clarification(reading)) is not None:
        return confused
    if reading.room is None:
        return _no_room(context, reading)
    room = read_model.catalogue.room(reading.room)
    when = reading.when
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE} or when.recurrence is not None:
        return _no_time(context, reading, room)
    slot = _slot(context, when, room)
    if _is_plain(reading, when, slot):
        return await book(context, SlotValue(room.id, slot, reading.society), reading.title or "")
    code = SlotValue(room.id, slot, reading.society, reading.title or "")
    return await predicted_refusal(context, code) or _offer(context, reading, room, code)


async def handle_button(context: CommandContext) -> Reply:
    """A Book button: the slot was shown when it was pressed."""
    code = SlotValue.read(context.value)
    return await book(context, code, code.title)


def _slot(context: CommandContext, when: ParsedTime, room: Room) -> Interval:
    """What was said, on the room's grid. An end that nobody said follows the widened start."""
    length = timedelta(minutes=context.services.default_minutes)
    if when.end is not None:
        return snap_to_grid(Interval(when.start, when.end), room, context.services.rules)
    start = snap_to_grid(Interval.of_length(when.start, length), room, context.services.rules).start
    return Interval.of_length(start, length)


def _is_plain(reading: ParseResult, when: ParsedTime, slot: Interval) -> bool:
    """Whether the wish can be carried out as it was said, with nothing guessed that costs."""
    said = (when.start, when.end or slot.end) == (slot.start, slot.end)
    return said and not reading.unparsed and not reading.alternatives


def _offer(context: CommandContext, reading: ParseResult, room: Room, code: SlotValue) -> Reply:
    """The echo with its cost; the press on it books."""
    said: list[Inline] = [Bold(room_name(room)), " ", TimeRange(code.slot)]
    if code.society_id is not None:
        said.append(f" for {_society_name(context, code)}")
    if title := SlotValue.read(str(code)).title:
        said.append(f", “{title}”")
    if code.society_id is None and has_quota(context.person):
        said.append(f", {format_minutes(code.slot.minutes)} of your quota")
    said.append("?")
    if reading.unparsed:
        said.append(f" I could not place: {', '.join(reading.unparsed)}.")
    return Reply(tuple(said), actions=(_book_button("Book it", code), *_others(context, reading, room, code)))


def _others(context: CommandContext, reading: ParseResult, room: Room, code: SlotValue) -> Iterator[Button]:
    """What else the words could have meant, where that could be booked."""
    trial, schedule = (
        eligibility(context, code.society_id),
        context.read_model.availability.schedule(room.id),
    )
    for other in reading.alternatives[:2]:
        slot = _slot(context, other, room)
        busy = schedule.conflicts(int(slot.start.timestamp()), int(slot.end.timestamp()))
        if trial.refusal(room, slot, busy) is None:
            local = slot.start.astimezone(context.zone)
            label = f"{local:%a} {local.day} {local:%b} {local:%H:%M} instead"
            yield _book_button(label, replace(code, slot=slot))


def _society_name(context: CommandContext, code: SlotValue) -> str:
    society = context.read_model.directory.societies.get(code.society_id) if code.society_id else None
    return society.name if society else str(code.society_id)


def _book_button(label: str, code: SlotValue) -> Button:
    style = ButtonStyle.PRIMARY if label == "Book it" else ButtonStyle.PLAIN
    return Button("book", label, str(code), style)


def _no_room(context: CommandContext, reading: ParseResult) -> Reply:
    said: list[Inline] = ["Which room? Name one, as in "]
    if reading.unparsed:
        said.insert(0, f"I know no room called {', '.join(reading.unparsed)[:60]}. ")
    example = next(iter(context.read_model.catalogue.rooms), "K-J17-G01")
    said += [Code(f"/book {example} tomorrow 3pm for 2 hours"), "."]
    if reading.when is None:
        return Reply(tuple(said), tone=Tone.UNCLEAR)
    search = search_from(context, reading)
    button = Button("free", f"Free rooms: {summary_of(context, reading)}"[:75], str(search))
    return Reply(tuple(said), tone=Tone.UNCLEAR, actions=(button,))


def _no_time(context: CommandContext, reading: ParseResult, room: Room) -> Reply:
    said = f"When would you like {room_name(room)}? Say a time, as in “tomorrow 3pm for 2 hours”."
    when = reading.when
    if when is not None and when.recurrence is not None:
        said = "Roomie books one date at a time. Name the first, as in “tuesday 5pm for 1 hour”."
    if when is None:
        return Reply((said,), tone=Tone.UNCLEAR)
    search = search_from(context, replace(reading, room=None))
    search = SearchValue(search.slot, search.minutes, RoomQuery(building=room.building_id), reading.society)
    return Reply((said,), tone=Tone.UNCLEAR, actions=(Button("free", "What is free then", str(search)),))


COMMAND = Command(
    name="rooms book",
    summary="Book a room",
    usage='/rooms book ROOM WHEN [for SOCIETY] ["title"]',
    handle=handle,
    parameters=(
        CommandParameter("room", ParameterType.ROOM, "Which room", required=True),
        CommandParameter(
            "when", ParameterType.WHEN, "When: tomorrow 3pm for 2 hours, fri 10-12", required=True
        ),
        CommandParameter("for", ParameterType.SOCIETY, "The society it is for", template="for {}"),
        CommandParameter("title", ParameterType.TEXT, "What it is for", template='"{}"'),
    ),
    actions=(ButtonAction("book", handle_button),),
    aliases=("book",),
    examples=("/book G01 tomorrow 3pm for 2 hours", '/book RO-POO fri 5-7pm for SOTECHSOC "Weekly meeting"'),
    is_mutating=True,
)
