"""Messages that Roomie sends unasked: what they are, and where they stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from core.model import BookingId, Identity, PersonId


class MessageState(Enum):
    """Waiting to be due or claimed; being sent (perhaps sent, should its sender have died); or done with."""

    WAITING = 0
    SENDING = 1
    SENT = 2
    GIVEN_UP = 3
    DROPPED = 4


@dataclass(frozen=True, slots=True)
class Message:
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
