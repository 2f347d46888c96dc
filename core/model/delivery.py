"""Notifications as they were delivered."""

from dataclasses import dataclass
from datetime import datetime

from core.model.outbox import MessageState, OutboxMessage


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification and what became of it. `sent_at` is when it was first sent, None until then."""

    message: OutboxMessage
    state: MessageState
    attempts: int
    error: str
    sent_at: datetime | None = None
