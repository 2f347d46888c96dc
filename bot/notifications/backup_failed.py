"""Tells operators that a backup failed."""

from bot.chat.command import CommandContext
from bot.chat.reply import Code, Reply, Tone
from bot.notifications.template import NotificationType
from core.model import OutboxMessage
from core.services.operators import BACKUP_FAILED


async def compose(_context: CommandContext, message: OutboxMessage) -> Reply | None:
    return Reply(
        (f"The backup of my database failed: {message.payload}",),
        tone=Tone.REFUSED,
        footer=("I'll try again in a few minutes. See how it went with ", Code("roomie jobs"), "."),
    )


BACKUP_FAILED_TYPE = NotificationType(BACKUP_FAILED, compose, respects_quiet_hours=False)
