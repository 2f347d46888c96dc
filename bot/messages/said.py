"""A reply that could not be said at once, word for word."""

from bot.command import Call
from bot.login.sealed_replies import unseal_reply
from bot.messages.kind import Kind
from bot.reply import Reply
from core.outbox import Message


async def compose(call: Call, message: Message) -> Reply | None:
    return unseal_reply(message.payload, message.key, call.desk.accounts.secrets)


KIND = Kind("reply", compose, waits=False)
