"""`roomie outbox`: lists, retries and gives up queued notifications."""

import argparse

from bot.administration.operations import STATE_NAMES
from bot.config import Settings
from bot.runtime.app import open_services, upgrade
from bot.services import Services
from core.model import MessageState, OutboxEntry
from core.services.administration import Administrator

_MAX_LISTED = 200


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
    """Prints a line for each message that is waiting, unclear or given up; with `everything`, for all."""
    open_states = (MessageState.WAITING, MessageState.SENDING, MessageState.GIVEN_UP)
    states = tuple(MessageState) if everything else open_states
    entries = await services.storage.read(lambda unit: unit.outbox.entries(states, _MAX_LISTED))
    for each in entries:
        print("\t".join(_describe(each, services)))
    backlog = await services.storage.read(lambda unit: unit.outbox.backlog())
    print(f"{backlog.waiting} waiting, {backlog.sending} unclear, {backlog.given_up} given up")
    events = await services.storage.read(lambda unit: unit.webhooks.backlog())
    if events.waiting or events.given_up:
        print(f"webhooks: {events.waiting} waiting, {events.given_up} given up (roomie webhook deliveries)")


def _describe(entry: OutboxEntry, services: Services) -> tuple[str, ...]:
    message, directory = entry.message, services.read_model.directory
    account = directory.people.get(message.person_id) if message.person_id else None
    recipient = message.identity or (account.person.username if account else "")
    due = message.due_at.astimezone(services.rules.zone)
    return (
        str(entry.id),
        STATE_NAMES[entry.state],
        f"{due:%Y-%m-%d %H:%M}",
        message.kind,
        recipient,
        f"{entry.attempts} attempts",
        entry.error,
    )


async def _retry(services: Services, message_id: int) -> None:
    await services.administration.operations.retry(Administrator(), message_id)
    print(f"Message {message_id} will be sent, unless it turns out to have arrived already.")


async def _give_up(services: Services, message_id: int) -> None:
    await services.administration.operations.give_up(Administrator(), message_id)
    print(f"Message {message_id} will not be sent.")
