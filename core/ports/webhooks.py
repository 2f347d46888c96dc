"""Port of webhooks: endpoints, events and deliveries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from core.model import (
    Webhook,
    WebhookBacklog,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookEvent,
    WebhookId,
    WebhookOutcome,
)


class WebhookRepository(Protocol):
    """Endpoints, and the outbox of their events: written with their cause, claimed with a lease."""

    def add(self, new: Webhook) -> Webhook:
        """Stores it under a new id, which is returned with it."""
        ...

    def get(self, webhook_id: WebhookId) -> Webhook | None:
        """Locked until the commit, when read in a writing transaction on PostgreSQL."""
        ...

    def all(self) -> list[Webhook]: ...
    def are_any(self) -> bool: ...
    def put(self, webhook: Webhook) -> None: ...
    def remove(self, webhook_id: WebhookId) -> bool:
        """Removes a webhook with its deliveries."""
        ...

    def announce(self, events: Sequence[WebhookEvent]) -> int:
        """Stores events, if there is any webhook, skipping known ids; returns how many are new."""
        ...

    def distribute(self, now: datetime, limit: int) -> int:
        """Makes deliveries of the oldest new events, for the webhooks that subscribe to them.

        Returns how many events there were. One transaction at a time does so, in the order of the events.
        """
        ...

    def ready(self, now: datetime) -> list[WebhookId]:
        """Active webhooks with deliveries that can be claimed now."""
        ...

    def claim(
        self, webhook_id: WebhookId, worker: str, now: datetime, until: datetime, limit: int
    ) -> list[WebhookDelivery]:
        """Leases due deliveries, of each subject only the first."""
        ...

    def complete(self, worker: str, outcome: WebhookOutcome) -> bool:
        """Stores the outcome of an attempt; False if the lease was lost, and nothing is stored."""
        ...

    def hurry(self, webhook_id: WebhookId, now: datetime) -> None:
        """Makes all waiting deliveries of a webhook due."""
        ...

    def retry(self, webhook_id: WebhookId, number: int, now: datetime) -> bool:
        """Queues a delivery again that was given up or delivered."""
        ...

    def deliveries(
        self, webhook_id: WebhookId | None, states: Iterable[WebhookDeliveryState], limit: int
    ) -> list[WebhookDelivery]:
        """The newest first."""
        ...

    def backlog(self, webhook_id: WebhookId | None = None) -> WebhookBacklog: ...
