"""*Tell me when it's free*: the button below each answer that something is taken."""

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.reply import Button
from bot.conversation.button_values import SearchValue
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import SocietyId

LABEL = "Tell me when it's free"


def wait_buttons(
    context: CommandContext,
    query: RoomQuery,
    slot: Interval,
    society_id: SocietyId | None = None,
    label: str = LABEL,
) -> tuple[Button, ...]:
    """The button, where the slot is still to come and people may wait."""
    services = context.services
    if not services.rules.waits_per_person or slot.start < services.clock.now():
        return ()
    value = SearchValue(slot, slot.minutes, query, society_id)
    return (Button(Action.WAIT, label, str(value)),)


def watch_buttons(context: CommandContext, query: RoomQuery, slot: Interval) -> tuple[Button, ...]:
    """The button that asks for one message, and holds nothing."""
    if not context.services.rules.waits_per_person or slot.end <= context.services.clock.now():
        return ()
    return (Button(Action.WATCH, LABEL, str(SearchValue(slot, slot.minutes, query))),)
