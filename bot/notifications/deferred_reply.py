"""Replies that could not be delivered immediately, unchanged."""

from bot.chat.command import CommandContext
from bot.chat.reply import Reply
from bot.login.encrypted_replies import unseal_reply
from bot.notifications.template import NotificationType
from core.model import OutboxMessage


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    return unseal_reply(message.payload, message.key, context.services.accounts.secrets)


DEFERRED_REPLY_TYPE = NotificationType("reply", compose, respects_quiet_hours=False)
