"""The outbox: queued notifications and their state."""

from datetime import datetime
from enum import Enum

from msgspec import Struct

from core.model.booking import BookingId
from core.model.people import Identity, PersonId


class MessageState(Enum):
    """Waiting to be due or claimed; being sent (perhaps sent, if its worker died); or complete."""

    WAITING = 0
    SENDING = 1
    SENT = 2
    GIVEN_UP = 3
    DROPPED = 4


class OutboxMessage(Struct, frozen=True):
    """One row of the outbox.

    `key` is unique and deduplicates: a message is never queued twice. It goes to `identity`, or to the
    preferred platform of `person_id`. `kind` selects the template for `payload`. After `expires_at` it is
    dropped.
    """

    key: str
    kind: str
    due_at: datetime
    payload: str = ""
    person_id: PersonId | None = None
    identity: Identity | None = None
    booking_id: BookingId | None = None
    expires_at: datetime | None = None


class ClaimedMessage(Struct, frozen=True):
    """A message claimed by a worker. `is_unclear`: it may have been delivered, first at `since`."""

    id: int
    message: OutboxMessage
    attempts: int = 0
    is_unclear: bool = False
    since: datetime | None = None


class DeliveryOutcome(Struct, frozen=True):
    """Result of a delivery attempt. `due_at` is the next attempt of a message that is not complete."""

    id: int
    state: MessageState
    error: str = ""
    due_at: datetime | None = None


class OutboxEntry(Struct, frozen=True):
    """A message as listed for operators."""

    id: int
    message: OutboxMessage
    state: MessageState
    attempts: int
    error: str


class Backlog(Struct, frozen=True):
    """Number of messages by state, and the due time of the oldest incomplete one."""

    waiting: int = 0
    sending: int = 0
    given_up: int = 0
    oldest_due: datetime | None = None
