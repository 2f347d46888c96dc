"""Notifications as they were delivered."""

from datetime import datetime

from msgspec import Struct

from core.model.outbox import MessageState, OutboxMessage


class Delivery(Struct, frozen=True):
    """A notification and what became of it. `sent_at` is when it was first sent, None until then."""

    message: OutboxMessage
    state: MessageState
    attempts: int
    error: str
    sent_at: datetime | None = None
