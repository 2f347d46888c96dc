"""Mapping between rows and values of webhooks."""

import json
from datetime import datetime
from typing import Any

from core.model import Webhook, WebhookEvent, WebhookId, WebhookState
from storage.mapping import instant, join_lines, seconds, split_lines


def to_webhook(row: Any) -> Webhook:  # noqa: ANN401 - a row of the table
    return Webhook(
        id=WebhookId(row.id),
        url=row.url,
        events=tuple(split_lines(row.events)),
        secret=row.secret,
        created_at=instant(row.created_at),
        created_by=row.created_by,
        is_personal=bool(row.is_personal),
        state=WebhookState(row.state),
        reason=row.reason,
        previous_secret=row.previous_secret,
        previous_until=_instant(row.previous_until),
        failures=row.failures,
        failing_since=_instant(row.failing_since),
        retry_at=_instant(row.retry_at),
        succeeded_at=_instant(row.succeeded_at),
    )


def webhook_values(webhook: Webhook) -> dict[str, object]:
    """A row without its id."""
    return {
        "url": webhook.url,
        "events": join_lines(webhook.events),
        "secret": webhook.secret,
        "created_at": seconds(webhook.created_at),
        "created_by": webhook.created_by,
        "is_personal": webhook.is_personal,
        "state": webhook.state.value,
        "reason": webhook.reason,
        "previous_secret": webhook.previous_secret,
        "previous_until": _seconds(webhook.previous_until),
        "failures": webhook.failures,
        "failing_since": _seconds(webhook.failing_since),
        "retry_at": _seconds(webhook.retry_at),
        "succeeded_at": _seconds(webhook.succeeded_at),
    }


def event_values(event: WebhookEvent) -> dict[str, object]:
    """A new row without its number."""
    return {
        "id": event.id,
        "type": event.type.value,
        "at": seconds(event.at),
        "subject": event.subject,
        "data": json.dumps(dict(event.data), separators=(",", ":")),
        "booking_id": event.booking_id,
        "person_id": event.person_id,
        "is_new": True,
    }


def _instant(stored: int | None) -> datetime | None:
    return None if stored is None else instant(stored)


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else seconds(moment)
