"""When a delivery to a webhook is tried again, and when its endpoint is paused."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from core.model import Webhook, WebhookDelivery, WebhookDeliveryState, WebhookOutcome, WebhookState

RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Delays after each failed attempt, as Standard Webhooks recommends: over three days."""
PAUSED_AFTER = timedelta(days=3)
"""How long every attempt must fail until an endpoint is paused; shorter than all delays together."""
OVERLAP = timedelta(hours=24)
"""How long the previous secret still signs after a rotation."""
_TOLERATED_FAILURES = 3
"""Failures in a row until an endpoint counts as down, and is only tried with one delivery at a time."""
_FIRST_PAUSE, _LAST_PAUSE = timedelta(seconds=10), timedelta(minutes=15)
_GONE = 410


class DeliveryAttempt(Struct, frozen=True):
    """The answer to one delivery: HTTP status if there was one, and what went wrong, if anything."""

    status: int | None = None
    error: str = ""
    retry_after: timedelta = timedelta()

    @property
    def has_arrived(self) -> bool:
        return not self.error


def is_down(webhook: Webhook) -> bool:
    """Whether only one delivery at a time should be tried (circuit breaker, half open)."""
    return webhook.failures >= _TOLERATED_FAILURES


def outcome_of(
    delivery: WebhookDelivery, attempt: DeliveryAttempt, after: Webhook, now: datetime
) -> WebhookOutcome:
    """What becomes of a delivery after an attempt; `after` is the endpoint after it.

    While an endpoint is paused nothing is given up, unless it is gone.
    """
    state, due_at = WebhookDeliveryState.WAITING, now
    is_paused = after.state is WebhookState.FAILED and attempt.status != _GONE
    if attempt.has_arrived:
        state = WebhookDeliveryState.DELIVERED
    elif attempt.status == _GONE or (delivery.attempts >= len(RETRY_DELAYS) and not is_paused):
        state = WebhookDeliveryState.GIVEN_UP
    else:
        due_at = now + max(RETRY_DELAYS[min(delivery.attempts, len(RETRY_DELAYS) - 1)], attempt.retry_after)
    return WebhookOutcome(delivery.webhook_id, delivery.number, state, due_at, attempt.status, attempt.error)


def after_attempt(webhook: Webhook, attempt: DeliveryAttempt, now: datetime) -> Webhook:
    """The endpoint after an attempt: backed off when it is down, paused when it is down for days or gone."""
    if attempt.has_arrived:
        return replace(webhook, failures=0, failing_since=None, retry_at=None, succeeded_at=now)
    failures, since = webhook.failures + 1, webhook.failing_since or now
    failing = replace(webhook, failures=failures, failing_since=since)
    if attempt.status == _GONE:
        return _paused(failing, "the receiver says that it is gone (410)")
    if now - since >= PAUSED_AFTER:
        return _paused(failing, f"nothing arrived for {PAUSED_AFTER.days} days: {attempt.error}")
    if not is_down(failing):
        return replace(failing, retry_at=now + attempt.retry_after if attempt.retry_after else None)
    pause = min(_LAST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - _TOLERATED_FAILURES, 10))
    return replace(failing, retry_at=now + max(pause, attempt.retry_after))


def resumed(webhook: Webhook) -> Webhook:
    """Active, as if nothing had failed."""
    return replace(
        webhook, state=WebhookState.ACTIVE, reason="", failures=0, failing_since=None, retry_at=None
    )


def _paused(webhook: Webhook, reason: str) -> Webhook:
    state = WebhookState.FAILED if webhook.state is WebhookState.ACTIVE else webhook.state
    return replace(webhook, state=state, reason=reason, retry_at=None)
