"""`roomie outbox`: what waits to be sent, what went wrong, and what to do about it."""

import argparse

from bot.config import Settings
from bot.runtime.app import open_services, upgrade
from bot.services import Services
from core.errors import NotFound
from core.model.outbox import MessageState, OutboxEntry

_MAX_LISTED = 200
_STATE_NAMES = {
    MessageState.WAITING: "waiting",
    MessageState.SENDING: "unclear",
    MessageState.SENT: "sent",
    MessageState.GIVEN_UP: "given up",
    MessageState.DROPPED: "dropped",
}


async def outbox(arguments: argparse.Namespace, settings: Settings) -> int:
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        match arguments.verb:
            case "retry":
                await _retry(services, arguments.id)
            case "give-up":
                await _give_up(services, arguments.id)
            case _:
                await _list(services, everything=getattr(arguments, "all", False))
    return 0


async def _list(services: Services, *, everything: bool) -> None:
    """A line a message: what is not done with, and what was given up; all of them when asked for."""
    wanted = {MessageState.WAITING, MessageState.SENDING, MessageState.GIVEN_UP}
    states = tuple(MessageState) if everything else tuple(wanted)
    found = await services.storage.read(lambda unit: unit.outbox.entries(states, _MAX_LISTED))
    for each in found:
        print("\t".join(_describe(each, services)))
    backlog = await services.storage.read(lambda unit: unit.outbox.backlog())
    print(f"{backlog.waiting} waiting, {backlog.sending} unclear, {backlog.given_up} given up")


def _describe(each: OutboxEntry, services: Services) -> tuple[str, ...]:
    message, directory = each.message, services.read_model.directory
    known = directory.people.get(message.person_id) if message.person_id else None
    to = message.identity or (known.person.username if known else "")
    due = message.due_at.astimezone(services.rules.zone)
    return (
        str(each.id),
        _STATE_NAMES[each.state],
        f"{due:%Y-%m-%d %H:%M}",
        message.kind,
        to,
        f"{each.attempts} tries",
        each.error,
    )


async def _retry(services: Services, message_id: int) -> None:
    now = services.clock.now()
    if not await services.storage.write(lambda unit: unit.outbox.retry(message_id, now)):
        raise NotFound(f"There is no message {message_id} that was given up.")
    print(f"Message {message_id} will be sent once it is clear that it did not arrive before.")


async def _give_up(services: Services, message_id: int) -> None:
    trouble = "given up by an operator"
    if not await services.storage.write(lambda unit: unit.outbox.give_up(message_id, trouble)):
        raise NotFound(f"There is no message {message_id} that waits to be sent.")
    print(f"Message {message_id} will not be sent.")
