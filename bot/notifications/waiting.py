"""Messages of the waiting list: an offer, that one was missed, and that a watched room is free."""

from bot.chat.command import CommandContext
from bot.chat.reply import Reply
from bot.conversation.waiting import free_reply, missed_reply, offer_reply
from bot.notifications.template import NotificationType
from core.model import Booking, BookingState, OutboxMessage, Wait, WaitState
from core.services.waiting import FREE, MISSED, OFFER


async def _read(context: CommandContext, message: OutboxMessage) -> tuple[Wait, Booking | None]:
    return await context.services.waiting.get(message.payload, context.person.id)


async def _compose_offer(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once it has been answered elsewhere, or has expired."""
    wait, hold = await _read(context, message)
    if wait.state is not WaitState.OFFERED or hold is None or hold.state is not BookingState.HELD:
        return None
    return offer_reply(context, wait, hold)


async def _compose_missed(context: CommandContext, message: OutboxMessage) -> Reply | None:
    wait, _ = await _read(context, message)
    return missed_reply(context, wait)


async def _compose_free(context: CommandContext, message: OutboxMessage) -> Reply | None:
    wait, _ = await _read(context, message)
    return free_reply(context, wait)


OFFER_TYPE = NotificationType(OFFER, _compose_offer, respects_quiet_hours=False)
"""Nobody is offered anything in quiet hours; if they begin just then, the offer is of no use later."""
MISSED_TYPE = NotificationType(MISSED, _compose_missed)
FREE_TYPE = NotificationType(FREE, _compose_free)
