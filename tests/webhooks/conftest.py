"""A campus with a webhook, on each database, and a receiver on loopback."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from bot.webhooks.client import ReceiverClient
from bot.webhooks.secrets import add_webhook
from bot.worker.webhooks import WebhookSender, WebhookSettings
from core.model import Webhook, WebhookBacklog, WebhookDelivery, WebhookDeliveryState, WebhookId
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.services.webhooks import COMMAND_LINE
from tests.fakes.clock import StillClock
from tests.outbox.environment import Environment, open_environment
from tests.webhooks.receiver import Receiver

LOOPBACK = ("127.0.0.1",)
_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with all tables, of either kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@dataclass
class Hooks:
    """Webhooks of a campus. `client` may send to loopback."""

    campus: Environment
    client: ReceiverClient
    receivers: list[Receiver] = field(default_factory=list)

    async def add(self, receiver: Receiver | None = None, *events: str, **others: bool) -> Receiver:
        """Starts a receiver and subscribes it."""
        receiver = receiver or Receiver()
        await receiver.start()
        self.receivers.append(receiver)
        added = await add_webhook(
            self.campus.services, receiver.url, list(events or ("*",)), COMMAND_LINE, **others
        )
        receiver.secret = added.secret
        return receiver

    def worker(self, client: ReceiverClient | None = None, **settings: object) -> WebhookSender:
        """A worker; its clock is the campus', so what it claims stays claimed until a test moves that."""
        chosen = WebhookSettings(**settings)  # type: ignore[arg-type]
        return WebhookSender(self.campus.services, client or self.client, f"sender {next(_numbers)}", chosen)

    async def send(self) -> None:
        await self.worker().send_due()

    async def pass_time(self, duration: timedelta, step: timedelta) -> None:
        worker, until = self.worker(), self.campus.clock.now() + duration
        while self.campus.clock.now() < until:
            self.campus.clock.set(min(until, self.campus.clock.now() + step))
            await worker.send_due()

    async def webhook(self, number: int = 1) -> Webhook:
        return await self.campus.services.webhooks.get(WebhookId(number), COMMAND_LINE)

    async def deliveries(self, *states: WebhookDeliveryState) -> list[WebhookDelivery]:
        chosen = states or tuple(WebhookDeliveryState)
        return await self.campus.services.webhooks.deliveries(None, COMMAND_LINE, chosen, 1000)

    async def backlog(self) -> WebhookBacklog:
        return await self.campus.storage.read(lambda unit: unit.webhooks.backlog())


@pytest.fixture
async def hooks(storage: ManagedStorage, rules: Rules, clock: StillClock) -> AsyncIterator[Hooks]:
    campus = await open_environment(storage, rules, clock)
    object.__setattr__(campus.services.webhooks, "private_hosts", frozenset(LOOPBACK))
    async with ReceiverClient(LOOPBACK, timedelta(seconds=5)) as client:
        made = Hooks(campus, client)
        yield made
        for each in made.receivers:
            await each.stop()
