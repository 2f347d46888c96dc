"""A reply that could not be said at once, word for word."""

from bot.chat.command import Call
from bot.chat.reply import Reply
from bot.login.encrypted_replies import unseal_reply
from bot.notifications.template import Kind
from core.model.outbox import Message


async def compose(call: Call, message: Message) -> Reply | None:
    return unseal_reply(message.payload, message.key, call.desk.accounts.secrets)


KIND = Kind("reply", compose, waits=False)
