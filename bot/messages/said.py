"""A reply that could not be said at once, word for word."""

import json

from bot.command import Call
from bot.messages.kind import Kind
from bot.reply import Reply
from bot.reply_json import reply_of
from core.outbox import Message


async def compose(_: Call, message: Message) -> Reply | None:
    try:
        return reply_of(json.loads(message.payload))
    except ValueError:
        return reply_of(None)


KIND = Kind("reply", compose, waits=False)
