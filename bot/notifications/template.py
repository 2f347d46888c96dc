"""What a kind of message is: its name in the outbox, and how it becomes words when it is sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.chat.command import CommandContext
from bot.chat.reply import Reply
from core.model.outbox import OutboxMessage

Compose: TypeAlias = Callable[[CommandContext, OutboxMessage], Awaitable[Reply | None]]
"""The reply as things are now, for whoever `Call` says; None when there is nothing to say any more."""


@dataclass(frozen=True, slots=True)
class NotificationType:
    """`waits` says that quiet hours hold it back."""

    name: str
    compose: Compose
    respects_quiet_hours: bool = True
