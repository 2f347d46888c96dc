"""`roomie webhook`: addresses that are sent events."""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from bot.config import Settings
from bot.runtime.app import open_services, receiver_client, upgrade
from bot.services import Services
from bot.webhooks.secrets import WebhookWithSecret, add_webhook, rotate_secret
from bot.webhooks.testing import send_test
from core.model import WebhookDelivery, WebhookDeliveryState, WebhookId, WebhookState
from core.services.webhooks import COMMAND_LINE, WebhookStatus

_Verb: TypeAlias = Callable[[Services, argparse.Namespace, Settings], Awaitable[int]]
_STATES = {
    WebhookState.ACTIVE: "active",
    WebhookState.PAUSED: "paused",
    WebhookState.FAILED: "paused by Roomie",
}
_DELIVERY_STATES = {
    WebhookDeliveryState.WAITING: "waiting",
    WebhookDeliveryState.DELIVERED: "delivered",
    WebhookDeliveryState.GIVEN_UP: "given up",
}


async def webhook(arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if a test did not arrive, or if any webhook of the list is paused by Roomie."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        return await _VERBS[arguments.verb](services, arguments, settings)


async def _add(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    added = await add_webhook(
        services,
        arguments.url,
        [each for given in arguments.events for each in given.split(",")],
        COMMAND_LINE,
        is_personal=arguments.personal,
    )
    print(f"Webhook {added.webhook.id} gets {', '.join(added.webhook.events)}.")
    _print_secret(added)
    print(f"Try it: roomie webhook test {added.webhook.id}")
    return 0


def _print_secret(new: WebhookWithSecret) -> None:
    print(f"Its secret, which is shown only now: {new.secret}")


async def _list(services: Services, _arguments: argparse.Namespace, _settings: Settings) -> int:
    found = await services.webhooks.all(COMMAND_LINE)
    for each in found:
        print("\t".join(_describe(each, services)))
    if not found:
        print('No webhooks. Add one: roomie webhook add https://example.org/roomie --events "booking.*"')
    return int(any(each.webhook.state is WebhookState.FAILED for each in found))


def _describe(status: WebhookStatus, services: Services) -> tuple[str, ...]:
    hook, backlog = status.webhook, status.backlog
    state = _STATES[hook.state]
    if hook.state is WebhookState.ACTIVE and hook.failing_since is not None:
        state = f"failing since {_local(hook.failing_since, services)}"
    arrived = f"last arrived {_local(hook.succeeded_at, services)}" if hook.succeeded_at else "none arrived"
    counts = f"{backlog.waiting} waiting, {backlog.given_up} given up"
    events = ",".join(hook.events) + (" (personal)" if hook.is_personal else "")
    return str(hook.id), state, hook.url, events, counts, arrived, hook.reason


def _local(instant: datetime, services: Services) -> str:
    return f"{instant.astimezone(services.rules.zone):%Y-%m-%d %H:%M}"


async def _remove(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    removed = await services.webhooks.remove(WebhookId(arguments.id), COMMAND_LINE)
    print(f"Removed webhook {removed.id}, and what waited for it.")
    return 0


async def _pause(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    paused = await services.webhooks.pause(WebhookId(arguments.id), COMMAND_LINE)
    print(f"Webhook {paused.id} is paused. Its events wait: roomie webhook resume {paused.id}")
    return 0


async def _resume(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    resumed = await services.webhooks.resume(WebhookId(arguments.id), COMMAND_LINE)
    print(f"Webhook {resumed.id} is active again.")
    return 0


async def _rotate(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    rotated = await rotate_secret(services, WebhookId(arguments.id), COMMAND_LINE)
    _print_secret(rotated)
    if rotated.webhook.previous_until is not None:
        print(f"The old one signs as well until {_local(rotated.webhook.previous_until, services)}.")
    return 0


async def _test(services: Services, arguments: argparse.Namespace, settings: Settings) -> int:
    campus = settings.config.campus.name
    async with receiver_client(settings.config) as client:
        hook, attempt = await send_test(services, WebhookId(arguments.id), COMMAND_LINE, client, campus)
    if attempt.has_arrived:
        print(f"Webhook {hook.id} works: its receiver answered {attempt.status}.")
        return 0
    print(f"Webhook {hook.id} does not work: {attempt.error}.")
    return 1


async def _deliveries(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    states = [WebhookDeliveryState.GIVEN_UP] if arguments.given_up else list(WebhookDeliveryState)
    webhook_id = WebhookId(arguments.id) if arguments.id is not None else None
    found = await services.webhooks.deliveries(webhook_id, COMMAND_LINE, states)
    for each in found:
        print("\t".join(_describe_delivery(each, services)))
    if not found:
        print("Nothing was given up." if arguments.given_up else "No events yet.")
    return 0


def _describe_delivery(delivery: WebhookDelivery, services: Services) -> tuple[str, ...]:
    next_try = ""
    if delivery.state is WebhookDeliveryState.WAITING and delivery.due_at is not None:
        next_try = f"next {_local(delivery.due_at, services)}"
    return (
        str(delivery.number),
        f"webhook {delivery.webhook_id}",
        _DELIVERY_STATES[delivery.state],
        _local(delivery.event.at, services),
        delivery.event.type,
        delivery.event.subject,
        f"{delivery.attempts} attempts",
        next_try,
        delivery.error,
    )


async def _retry(services: Services, arguments: argparse.Namespace, _settings: Settings) -> int:
    await services.webhooks.retry(WebhookId(arguments.id), arguments.number, COMMAND_LINE)
    print(f"Event {arguments.number} will be sent to webhook {arguments.id} again.")
    return 0


_VERBS: Mapping[str, _Verb] = {
    "add": _add,
    "list": _list,
    "remove": _remove,
    "pause": _pause,
    "resume": _resume,
    "rotate": _rotate,
    "test": _test,
    "deliveries": _deliveries,
    "retry": _retry,
}
