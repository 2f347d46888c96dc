"""Notification types: the name in the outbox, and the function that composes the reply."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from msgspec import Struct

from bot.chat.command import CommandContext
from bot.chat.reply import Reply
from core.model import OutboxMessage

Compose: TypeAlias = Callable[[CommandContext, OutboxMessage], Awaitable[Reply | None]]
"""Composes the reply for the context's person; None when the notification is out of date."""


class NotificationType(Struct, frozen=True):
    """Type of notification. With `respects_quiet_hours` it is not sent during quiet hours.

    `is_bulk`: it goes to everybody at once, and lets other notifications go first.
    """

    name: str
    compose: Compose
    respects_quiet_hours: bool = True
    is_bulk: bool = False
