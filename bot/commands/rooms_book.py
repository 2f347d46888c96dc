"""`/rooms book` and `/book`: books a room, after a confirmation where the text was ambiguous."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Button, Code, Inline, Reply, Subject, Tone
from bot.conversation.alternatives import eligibility
from bot.conversation.booking import book, predicted_refusal, valid_title
from bot.conversation.button_values import SlotValue
from bot.conversation.free_rooms import short_slot
from bot.conversation.free_slots import free_slots_reply
from bot.conversation.near_rooms import DID_YOU_MEAN, nearest_buttons
from bot.conversation.offered_titles import keep_title, title_for
from bot.conversation.questions import clarification, word_hint
from bot.conversation.search import reading_notes, search_from, summary_of
from bot.conversation.search_reply import search_reply
from bot.conversation.series_reply import series_reply
from bot.conversation.series_text import check_request_frequency
from bot.conversation.slot_offer import is_as_requested, offer_slot, requested_slot
from bot.conversation.typed_options import parse_request
from bot.language import ParsedTime, ParseResult, TimeKind
from core.interval import Interval
from core.model import Room

_MAX_FURTHER_TIMES = 4
_NEXT_DAYS = timedelta(days=7)
"""Where a room is looked for without a time."""


async def handle(context: CommandContext) -> Reply:
    reading = parse_request(context)
    title = valid_title(reading.title or "")
    return keep_title(context, await _book(context, reading), title)


async def _book(context: CommandContext, reading: ParseResult) -> Reply:
    read_model = context.read_model
    check_request_frequency(context)
    if (question := clarification(context, reading, partial(_answer_button, context))) is not None:
        return question
    if reading.room is None:
        return await _no_room(context, reading)
    room = read_model.catalogue.room(reading.room)
    when = reading.when
    if when is not None and when.recurrence is not None:
        return await series_reply(context, reading, when, room)
    if when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        search = search_from(context, reading)
        if when is None:
            search = replace(search, slot=Interval.of_length(search.slot.start, _NEXT_DAYS))
        reply = await free_slots_reply(context, room, search, reading.title or "")
        return replace(reply, text=(*reply.text, *reading_notes(reading)))
    slot = requested_slot(context, when, room)
    if _is_plain(reading, when, slot):
        return await book(context, SlotValue(room.id, slot, reading.society), reading.title or "")
    value = SlotValue(room.id, slot, reading.society, reading.title or "")
    return await predicted_refusal(context, value) or _offer(context, reading, room, value)


def _answer_button(context: CommandContext, reading: ParseResult, label: str) -> Button:
    """The button for an answer to a question: it books where room and time are clear, else it searches."""
    when = reading.when
    if reading.room is None or when is None or when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        return Button(Action.SEARCH, label, str(search_from(context, reading)))
    slot = requested_slot(context, when, context.read_model.catalogue.room(reading.room))
    if f"{slot.start.astimezone(context.zone):%H:%M}" not in label:
        label = f"{label}: {short_slot(context, slot)}"
    return _book_button(label, SlotValue(reading.room, slot, reading.society, reading.title or ""))


async def handle_button(context: CommandContext) -> Reply:
    """Books the slot of the pressed button."""
    value = SlotValue.read(context.value)
    title = title_for(context) or value.title
    return keep_title(context, await book(context, value, title), title)


def _is_plain(reading: ParseResult, when: ParsedTime, slot: Interval) -> bool:
    """Whether the request can be booked without a confirmation, because nothing was guessed."""
    is_one_time = not reading.also and not reading.unparsed and not reading.alternatives
    return is_as_requested(when, slot) and is_one_time


def _offer(context: CommandContext, reading: ParseResult, room: Room, value: SlotValue) -> Reply:
    """Asks for a confirmation that names the slot and its cost; its button books."""
    notes = list(reading_notes(reading))
    if len(_all_times(reading)) > 1:
        notes.insert(0, " I book one date at a time: this is the first.")
    others = (
        *_further_times(context, reading, room, value),
        *_other_readings(context, reading, room, value),
    )
    return offer_slot(context, room, value, notes, others)


def _all_times(reading: ParseResult) -> tuple[ParsedTime, ...]:
    return (*filter(None, (reading.when,)), *reading.also)


def _further_times(
    context: CommandContext, reading: ParseResult, room: Room, value: SlotValue
) -> Iterator[Button]:
    """Buttons for the further times that a text asks for."""
    for other in reading.also[:_MAX_FURTHER_TIMES]:
        if other.kind in {TimeKind.INSTANT, TimeKind.RANGE}:
            slot = requested_slot(context, other, room)
            yield _book_button(f"Book {short_slot(context, slot)}", replace(value, slot=slot))


def _other_readings(
    context: CommandContext, reading: ParseResult, room: Room, value: SlotValue
) -> Iterator[Button]:
    """Buttons for the text's other meanings that could be booked."""
    check = eligibility(context, value.society_id)
    schedule = context.read_model.availability.schedule(room.id)
    for other in reading.alternatives[:2]:
        slot = requested_slot(context, other, room)
        busy = schedule.conflicts(int(slot.start.timestamp()), int(slot.end.timestamp()))
        if check.refusal(room, slot, busy) is None:
            yield _book_button(f"{short_slot(context, slot)} instead", replace(value, slot=slot))


def _book_button(label: str, value: SlotValue) -> Button:
    return Button(Action.BOOK, label, str(value))


async def _no_room(context: CommandContext, reading: ParseResult) -> Reply:
    """Rooms to choose from for a time or size without a room; else the question for one."""
    if not reading.unparsed and (reading.when is not None or reading.capacity or reading.building):
        return await search_reply(context, reading)
    text: list[Inline] = ["Which room would you like? For example: "]
    near = nearest_buttons(context, reading, partial(_answer_button, context))
    if near:
        text.insert(0, DID_YOU_MEAN)
    if reading.unparsed:
        words = ", ".join(reading.unparsed)[:60]
        is_description = reading.usage is not None or bool(reading.equipment)
        why = (
            f"I didn't understand “{words}”. " if is_description else f"I can't find a room called {words}. "
        )
        text.insert(0, why)
    example = next(iter(context.read_model.catalogue.rooms), "K-J17-G01")
    text += [Code(f"/book {example} tomorrow 3pm for 2 hours"), f".{word_hint(context, example)}"]
    if reading.when is None:
        form = Button(Action.OPEN_FORM, "Book a room…", opens=True)
        return Reply(
            tuple(text), tone=Tone.UNCLEAR, actions=(*near, form), subject=Subject(request="rooms book {}")
        )
    search, known = search_from(context, reading), summary_of(context, replace(reading, unparsed=()))
    title = f' "{reading.title}"' if reading.title else ""
    return Reply(
        tuple(text),
        tone=Tone.UNCLEAR,
        actions=(*near, Button(Action.SEARCH, f"Free rooms: {known}"[:75], str(search))),
        subject=Subject(request=f"rooms book {{}} {known}{title}"),
    )


COMMAND = Command(
    name="rooms book",
    summary="Book a room",
    usage='/rooms book ROOM WHEN [for SOCIETY] ["title"]',
    handle=handle,
    parameters=(
        CommandParameter("room", ParameterType.ROOM, "The room to book", required=True),
        CommandParameter(
            "when", ParameterType.WHEN, "Date and time: tomorrow 3pm for 2 hours, fri 10-12", required=True
        ),
        CommandParameter("for", ParameterType.SOCIETY, "The society you're booking for"),
        CommandParameter("title", ParameterType.TEXT, "What it's for"),
    ),
    actions=(ButtonAction(Action.BOOK, handle_button),),
    aliases=("book",),
    without_text="rooms form",
    examples=("/book G01 tomorrow 3pm for 2 hours", '/book RO-POO fri 5-7pm for SOTECHSOC "Weekly meeting"'),
    is_mutating=True,
)
