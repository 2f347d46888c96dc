"""Sends events to webhooks: at least once, in order for each subject, each endpoint at its own pace."""

import asyncio
import logging
from collections import Counter, defaultdict
from datetime import timedelta

from msgspec import Struct

from bot.login.encryption import DecryptionFailed
from bot.redaction import without_text
from bot.services import Services
from bot.webhooks.client import ReceiverClient
from bot.webhooks.payloads import payload_of
from bot.webhooks.secrets import signing_secrets
from bot.webhooks.signing import signed_headers
from core.errors import Unavailable
from core.model import Booking, Webhook, WebhookDelivery, WebhookDeliveryState, WebhookId
from core.policy.webhook_retries import DeliveryAttempt, is_down
from core.ports import UnitOfWork
from core.services.webhooks import record_attempt

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 1.0
"""Seconds between two polls of the database."""
_DISTRIBUTED_PER_STEP = 200
_SHUTDOWN_TIMEOUT = 5.0


class WebhookSettings(Struct, frozen=True):
    """`concurrency` bounds sends in progress to one endpoint. A send takes at most half of the `lease`."""

    lease: timedelta = timedelta(minutes=2)
    concurrency: int = 4


class WebhookSender:
    """One worker. Any number may run, in this and other processes, and may be killed at any time."""

    def __init__(
        self,
        services: Services,
        client: ReceiverClient,
        worker: str,
        settings: WebhookSettings | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._services = services
        self._client = client
        self._worker = worker
        self._settings = settings or WebhookSettings()
        self._sending: defaultdict[WebhookId, set[asyncio.Task[None]]] = defaultdict(set)
        self._finished = asyncio.Event()

    async def run(self) -> None:
        """Sends until cancelled; then finishes sends in progress."""
        try:
            while True:
                self._finished.clear()
                if not await self._try_step():
                    await self._wait()
        finally:
            await self._shut_down()

    async def _try_step(self) -> bool:
        try:
            return await self.step()
        except Unavailable as error:
            logger.warning("could not read the events for webhooks: %s", error)
        except Exception as error:
            logger.exception("could not send events to webhooks", exc_info=without_text(error))
        return False

    async def _wait(self) -> None:
        """Until a send has finished, which may make another one possible, or the next poll."""
        try:
            async with asyncio.timeout(_POLL_INTERVAL):
                await self._finished.wait()
        except TimeoutError:
            return

    async def send_due(self) -> None:
        """Sends everything that is due now."""
        while await self.step() or self._tasks():
            if tasks := self._tasks():
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    async def step(self) -> bool:
        """Starts what can be sent now; returns whether anything was done."""
        storage, now = self._services.storage, self._services.clock.now()
        if not (await self._services.synced_read_model()).has_webhooks:
            return False
        distributed = await storage.write_relaxed(
            lambda unit: unit.webhooks.distribute(now, _DISTRIBUTED_PER_STEP)
        )
        ready = await storage.read(lambda unit: unit.webhooks.ready(now))
        claimed = [await self._claim(each) for each in ready]
        return bool(distributed) or any(claimed)

    async def _claim(self, webhook_id: WebhookId) -> int:
        """Claims as much as the endpoint may be sent now; an endpoint that is down gets one at a time."""
        now, busy = self._services.clock.now(), len(self._sending[webhook_id])
        if busy >= self._settings.concurrency:
            return 0

        def transaction(unit: UnitOfWork) -> list[tuple[Webhook, WebhookDelivery, Booking | None]]:
            webhook = unit.webhooks.get(webhook_id)
            if webhook is None:
                return []
            limit = (1 if is_down(webhook) else self._settings.concurrency) - busy
            until = now + self._settings.lease
            claimed = unit.webhooks.claim(webhook_id, self._worker, now, until, max(0, limit))
            return [(webhook, each, _booking(unit, webhook, each)) for each in claimed]

        found = await self._services.storage.write_relaxed(transaction)
        for each in found:
            task = asyncio.ensure_future(self._send(*each))
            self._sending[webhook_id].add(task)
            task.add_done_callback(self._sending[webhook_id].discard)
        return len(found)

    async def _send(self, webhook: Webhook, delivery: WebhookDelivery, booking: Booking | None) -> None:
        """Sends one event and stores the outcome. After any error the lease ends, and it is sent again."""
        try:
            attempt = await self._attempt(webhook, delivery, booking)
            state = await self._record(delivery, attempt)
            outcome = "delivered" if attempt.has_arrived else "failed"
            self.counts["given_up" if state is WebhookDeliveryState.GIVEN_UP else outcome] += 1
        except Unavailable as error:
            logger.warning("event %d for webhook %d waits: %s", delivery.number, webhook.id, error)
        except Exception as error:
            logger.exception(
                "event %d for webhook %d failed; it is sent again when its lease ends",
                delivery.number,
                webhook.id,
                exc_info=without_text(error),
            )
        finally:
            self._finished.set()

    async def _attempt(
        self, webhook: Webhook, delivery: WebhookDelivery, booking: Booking | None
    ) -> DeliveryAttempt:
        now = self._services.clock.now()
        try:
            keys = signing_secrets(self._services, webhook, now)
        except DecryptionFailed:
            return DeliveryAttempt(error="its secret was sealed with another server secret; rotate it")
        body = payload_of(
            delivery.event, self._services.read_model, is_personal=webhook.is_personal, booking=booking
        )
        headers = signed_headers(delivery.event.id, now, body, keys)
        try:
            async with asyncio.timeout(self._settings.lease.total_seconds() / 2):
                return await self._client.post(webhook.url, body, headers)
        except TimeoutError:
            return DeliveryAttempt(error="no answer in time")

    async def _record(
        self, delivery: WebhookDelivery, attempt: DeliveryAttempt
    ) -> WebhookDeliveryState | None:
        now, operators = self._services.clock.now(), self._services.operators
        return await self._services.storage.write_relaxed(
            lambda unit: record_attempt(unit, self._worker, delivery, attempt, operators, now)
        )

    def _tasks(self) -> set[asyncio.Task[None]]:
        return {task for tasks in self._sending.values() for task in tasks if not task.done()}

    async def _shut_down(self) -> None:
        tasks = self._tasks()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_SHUTDOWN_TIMEOUT)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _booking(unit: UnitOfWork, webhook: Webhook, delivery: WebhookDelivery) -> Booking | None:
    """The booking as it is now, for endpoints that get its title."""
    booking_id = delivery.event.booking_id
    return unit.bookings.get(booking_id) if webhook.is_personal and booking_id is not None else None
