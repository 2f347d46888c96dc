"""Stores the outcome of a delivery: on the delivery, on its endpoint, and for operators."""

from collections.abc import Collection
from datetime import datetime, timedelta

from core.model import (
    AuditEntry,
    OutboxMessage,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookState,
)
from core.policy.webhook_retries import DeliveryAttempt, after_attempt, outcome_of
from core.ports import UnitOfWork
from core.services.operators import is_operator

WEBHOOK_FAILED = "webhook failed"
"""Notification: a webhook was paused, or a delivery to it was given up."""
_MESSAGE_LIFETIME = timedelta(days=14)


def record_attempt(
    unit: UnitOfWork,
    worker: str,
    delivery: WebhookDelivery,
    attempt: DeliveryAttempt,
    operators: Collection[str],
    now: datetime,
) -> WebhookDeliveryState | None:
    """The delivery's new state; None if the lease was lost, or the webhook removed."""
    before = unit.webhooks.get(delivery.webhook_id)
    if before is None:
        return None
    after = after_attempt(before, attempt, now)
    outcome = outcome_of(delivery, attempt, after, now)
    if not unit.webhooks.complete(worker, outcome):
        return None
    unit.webhooks.put(after)
    if before.state is WebhookState.ACTIVE and after.state is WebhookState.FAILED:
        details = {"failures": after.failures}
        unit.audit(AuditEntry(now, "roomie", "pause webhook", f"webhook:{after.id}", details))
        _tell_operators(unit, after, f"paused {int(now.timestamp())}", operators, now)
    elif outcome.state is WebhookDeliveryState.GIVEN_UP:
        _tell_operators(unit, after, f"gave up {now.date()}", operators, now)
    return outcome.state


def _tell_operators(
    unit: UnitOfWork, webhook: Webhook, cause: str, operators: Collection[str], now: datetime
) -> None:
    unit.outbox.add(
        OutboxMessage(
            key=f"{WEBHOOK_FAILED} {webhook.id} {cause} {each.id}",
            kind=WEBHOOK_FAILED,
            due_at=now,
            payload=str(webhook.id),
            person_id=each.id,
            expires_at=now + _MESSAGE_LIFETIME,
        )
        for each in unit.people.all()
        if is_operator(each, operators)
    )
