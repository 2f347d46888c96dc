"""Messages that Roomie sends unasked: what they are, and where they stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from core.model.entities import BookingId, Identity, PersonId


class MessageState(Enum):
    """Waiting to be due or claimed; being sent (perhaps sent, should its sender have died); or done with."""

    WAITING = 0
    SENDING = 1
    SENT = 2
    GIVEN_UP = 3
    DROPPED = 4


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One row of the outbox.

    `key` is unique: the same message is never queued twice. It goes to `identity`, or to wherever `person_id`
    wants messages. `kind` says how `payload` becomes words when it is sent. After `expires_at` it is useless.
    """

    key: str
    kind: str
    due_at: datetime
    payload: str = ""
    person_id: PersonId | None = None
    identity: Identity | None = None
    booking_id: BookingId | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message in one worker's hands. `is_unclear` says that somebody began to send it, at `since` first."""

    id: int
    message: OutboxMessage
    attempts: int = 0
    is_unclear: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What became of a claimed message. `due_at` is when to go on with one that is not done with."""

    id: int
    state: MessageState
    error: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A message as an operator sees it."""

    id: int
    message: OutboxMessage
    state: MessageState
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages stand where, and since when the oldest that is not done with has been due."""

    waiting: int = 0
    sending: int = 0
    given_up: int = 0
    oldest_due: datetime | None = None
