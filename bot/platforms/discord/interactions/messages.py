"""Plain words said to the bot, in direct messages and where it is mentioned."""

import logging

import discord

from bot.chat.reply import Audience, Reply, Text, Tone
from bot.chat.request import QuotedMessage
from bot.platforms.base import Unreachable
from bot.platforms.discord.delivery import Doorstep
from bot.platforms.discord.ports import Dispatches, Once
from bot.platforms.discord.render.views import NETWORK, view
from bot.platforms.discord.requests import identity_of, is_direct, said
from bot.platforms.discord.state.shared import Scene
from bot.redaction import error_name
from core.errors import RoomieError, Unavailable

logger = logging.getLogger(__name__)
CLOSED: Text = (
    "That is only for you, and your direct messages are closed. Use the commands here, as /rooms.",
)


class Listener:
    """Answers words as commands are answered; what is for one person's eyes goes to direct messages."""

    def __init__(self, dispatcher: Dispatches, once: Once, scene: Scene, doorstep: Doorstep) -> None:
        self._dispatcher = dispatcher
        self._once = once
        self._scene = scene
        self._doorstep = doorstep

    async def heard(self, message: discord.Message, me: discord.abc.User) -> None:
        asked = said(message, me) if is_for_us(message, me) else None
        if asked is None:
            return
        try:
            if is_direct(message):
                await self._doorstep.wrote(message.author.id)
            if not await self._once.first(f"{asked.by.identity} {asked.key}"):
                return
            if isinstance(asked, QuotedMessage):
                reply = await self._dispatcher.offer(asked)
            else:
                reply = await self._dispatcher.answer(asked)
        except RoomieError as error:
            reply = Reply((str(error),), tone=Tone.BROKEN)
        await self._answer(message, reply)

    async def _answer(self, message: discord.Message, reply: Reply) -> None:
        reply = self._scene.drafts.with_button(str(message.author.id), reply)
        key = f"answer {message.id}"
        try:
            if is_direct(message) or reply.audience is Audience.CHANNEL:
                await self._write(message, reply)
            else:
                await self._doorstep.send(identity_of(message.author), reply, key)
        except Unreachable:
            await self._write(message, Reply(CLOSED))
        except (discord.HTTPException, Unavailable, *NETWORK) as error:
            logger.warning("Message %s could not be answered: %s", message.id, error_name(error))

    async def _write(self, message: discord.Message, reply: Reply) -> None:
        drawn = self._scene.drawn(reply, identity_of(message.author))
        await message.channel.send(view=view(drawn), nonce=f"m{message.id}")


def is_for_us(message: discord.Message, me: discord.abc.User) -> bool:
    """Whether it was said to us, by somebody who is no bot."""
    if message.author.bot or message.webhook_id is not None:
        return False
    return is_direct(message) or _is_meant(message, me)


def _is_meant(message: discord.Message, me: discord.abc.User) -> bool:
    answered = message.reference.resolved if message.reference else None
    is_answer = isinstance(answered, discord.Message) and answered.author.id == me.id
    return is_answer or any(each.id == me.id for each in message.mentions)
