"""Offers a slot for confirmation: what the press of its button books, and what that costs."""

from collections.abc import Iterable
from datetime import timedelta

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Inline, Reply, Subject, TimeRange
from bot.conversation.alternatives import price_text
from bot.conversation.button_values import SlotValue
from bot.language import ParsedTime
from core.interval import Interval
from core.model import Room
from core.names import one_line
from core.services.bookings import snap_to_grid


def requested_slot(context: CommandContext, when: ParsedTime, room: Room) -> Interval:
    """The requested time, widened to the room's booking grid. Without an end, the default length applies."""
    length = timedelta(minutes=context.services.default_minutes)
    if when.end is not None:
        return snap_to_grid(Interval(when.start, when.end), room, context.services.rules)
    start = snap_to_grid(Interval.of_length(when.start, length), room, context.services.rules).start
    return snap_to_grid(Interval.of_length(start, length), room, context.services.rules)


def is_as_requested(when: ParsedTime, slot: Interval) -> bool:
    """Whether the grid left the requested time as it is."""
    return (when.start, when.end or slot.end) == (slot.start, slot.end)


def offer_slot(
    context: CommandContext,
    room: Room,
    value: SlotValue,
    notes: Iterable[str] = (),
    actions: Iterable[Button] = (),
) -> Reply:
    """Asks for a confirmation that names the slot and its cost; its first button books."""
    text: list[Inline] = ["Book ", Bold(room_name(room)), ", ", TimeRange(value.slot)]
    if value.society_id is not None:
        text.append(f", for {_society_name(context, value)}")
    if title := one_line(value.title):
        text.append(f", “{title}”")
    text.append("?")
    if price := price_text(context, value.slot.minutes, value.society_id):
        text.append(f" It {price}.")
    book = Button(Action.BOOK, "Book it", str(value), ButtonStyle.PRIMARY)
    return Reply((*text, *notes), actions=(book, *actions), subject=Subject(slot=str(value)))


def _society_name(context: CommandContext, value: SlotValue) -> str:
    society = context.read_model.directory.societies.get(value.society_id) if value.society_id else None
    return society.name if society else str(value.society_id)
