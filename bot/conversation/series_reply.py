"""The reply to a text that asks for a series in one room."""

from collections.abc import AsyncIterator

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.reply import Button, Code, Inline, Reply, Tone
from bot.conversation.alternatives import book_button
from bot.conversation.free_rooms import short_slot
from bot.conversation.search import reading_notes
from bot.conversation.series_end import ask_for_end
from bot.conversation.series_preview import preview_button, series_preview
from bot.conversation.series_text import has_time, is_endless, series_request
from bot.conversation.slot_offer import is_as_requested, requested_slot
from bot.language import ParsedTime, ParseResult
from core.model import Room

_MAX_FURTHER_TIMES = 4


async def series_reply(context: CommandContext, reading: ParseResult, when: ParsedTime, room: Room) -> Reply:
    """The preview of the series; or what is missing, with an example."""
    if not has_time(when):
        return _ask(context, room, "At what time? For example: ")
    if is_endless(when):
        return await _ask_for_end(context, reading, when, room)
    request = series_request(context, reading, when, room)
    notes: list[Inline] = list(reading_notes(reading))
    if not is_as_requested(when, requested_slot(context, when, room)):
        notes.append(" The times were widened to when bookings start and end here.")
    reply = await series_preview(context, request, notes=tuple(notes))
    further = [button async for button in _further(context, reading, room)]
    return replace(reply, actions=(*reply.actions, *further))


def _ask(context: CommandContext, room: Room, question: str) -> Reply:
    example = f"/book {room.id} every tuesday 7-9pm 10 times"
    return Reply((question, Code(example)), tone=Tone.UNCLEAR)


async def _ask_for_end(context: CommandContext, reading: ParseResult, when: ParsedTime, room: Room) -> Reply:
    """A series without an end is never booked; its first date can be."""
    slot = requested_slot(context, when, room)
    first = book_button(
        room, slot, reading.society, f"Only {short_slot(context, slot)}"[:75], reading.title or ""
    )
    question = await ask_for_end(context, reading, when, room, "/book")
    return replace(question, actions=(*question.actions, first))


async def _further(context: CommandContext, reading: ParseResult, room: Room) -> AsyncIterator[Button]:
    """Buttons for the further times that a text asks for, and for its other meanings."""
    for label, other in (
        *(("Also", each) for each in reading.also[:_MAX_FURTHER_TIMES]),
        *(("Or", each) for each in reading.alternatives[:2]),
    ):
        if not has_time(other):
            continue
        slot = requested_slot(context, other, room)
        words = f"{label} {short_slot(context, slot)}"[:70]
        if other.recurrence is None:
            yield book_button(room, slot, reading.society, words, reading.title or "")
        elif not is_endless(other):
            request = series_request(context, reading, other, room)
            yield await preview_button(context, f"{words}…", request)
