"""Webhooks: events, the endpoints that subscribe to them, and their deliveries."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, NewType

from msgspec import Struct

from core.model.booking import BookingId
from core.model.people import PersonId

WebhookId = NewType("WebhookId", int)


class EventType(StrEnum):
    """What webhooks may subscribe to."""

    BOOKING_CREATED = "booking.created"
    BOOKING_CHANGED = "booking.changed"
    BOOKING_CANCELLED = "booking.cancelled"
    BOOKING_CHECKED_IN = "booking.checked_in"
    BOOKING_RELEASED = "booking.released"
    ROOM_FREED = "room.freed"
    QUOTA_RESET = "quota.reset"
    TIMETABLE_REFUSED = "timetable.refused"


class WebhookEvent(Struct, frozen=True):
    """One event. Those of the same `subject`, such as a booking, are delivered in order.

    `data` holds ids, times and numbers as JSON values, never names or typed text. `booking_id` and
    `person_id` (the owner) are for endpoints that get personal data, which is looked up when it is sent.
    """

    id: str
    type: EventType
    at: datetime
    subject: str
    data: Mapping[str, Any]
    booking_id: BookingId | None = None
    person_id: PersonId | None = None


class WebhookState(Enum):
    """`PAUSED` by an operator, or `FAILED`: paused by Roomie. Their events wait."""

    ACTIVE = 0
    PAUSED = 1
    FAILED = 2


class Webhook(Struct, frozen=True):
    """An endpoint and its subscription.

    `events` are patterns such as `booking.*`. `secret` and `previous_secret` are sealed; both sign until
    `previous_until`. `failures` counts failed attempts since the last success, the first at `failing_since`;
    nothing is sent before `retry_at`. `reason` says why it is paused.
    """

    id: WebhookId
    url: str
    events: tuple[str, ...]
    secret: str
    created_at: datetime
    created_by: str = ""
    is_personal: bool = False
    state: WebhookState = WebhookState.ACTIVE
    reason: str = ""
    previous_secret: str | None = None
    previous_until: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    succeeded_at: datetime | None = None

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Webhook({self.id}, {self.url!r})"


class WebhookDeliveryState(Enum):
    WAITING = 0
    DELIVERED = 2
    GIVEN_UP = 3


class WebhookDelivery(Struct, frozen=True):
    """An event on its way to a webhook. `number` orders events; `attempts` counts earlier attempts."""

    webhook_id: WebhookId
    number: int
    event: WebhookEvent
    attempts: int = 0
    state: WebhookDeliveryState = WebhookDeliveryState.WAITING
    due_at: datetime | None = None
    status: int | None = None
    error: str = ""


class WebhookOutcome(Struct, frozen=True):
    """The result of an attempt. `due_at` is the next one; `status` the receiver's HTTP status, if any."""

    webhook_id: WebhookId
    number: int
    state: WebhookDeliveryState
    due_at: datetime
    status: int | None = None
    error: str = ""


class WebhookBacklog(Struct, frozen=True):
    """Deliveries of one webhook that wait (the oldest due at `oldest_due`), and those given up."""

    waiting: int = 0
    given_up: int = 0
    oldest_due: datetime | None = None
