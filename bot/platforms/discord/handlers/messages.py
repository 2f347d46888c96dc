"""Plain words said to the bot, in direct messages and where it is mentioned."""

import logging

import discord

from bot.chat.reply import Audience, Reply, Text, Tone
from bot.chat.request import QuotedMessage
from bot.platforms.base import RecipientUnreachable
from bot.platforms.discord.handlers.delivery import DirectMessenger
from bot.platforms.discord.handlers.requests import identity_of, is_direct, text_request
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.ports import ChatDispatcher, FirstDelivery
from bot.platforms.discord.render.views import NETWORK_ERRORS, view
from bot.redaction import error_name
from core.errors import RoomieError, Unavailable

logger = logging.getLogger(__name__)
CLOSED: Text = (
    "That is only for you, and your direct messages are closed. Use the commands here, as /rooms.",
)


class MessageHandler:
    """Answers words as commands are answered; what is for one person's eyes goes to direct messages."""

    def __init__(
        self, dispatcher: ChatDispatcher, once: FirstDelivery, state: DiscordState, messenger: DirectMessenger
    ) -> None:
        self._dispatcher = dispatcher
        self._once = once
        self._scene = state
        self._doorstep = messenger

    async def on_message(self, message: discord.Message, me: discord.abc.User) -> None:
        asked = text_request(message, me) if is_for_us(message, me) else None
        if asked is None:
            return
        try:
            if is_direct(message):
                await self._doorstep.mark_dms_open(message.author.id)
            if not await self._once.first(f"{asked.requester.identity} {asked.delivery_id}"):
                return
            if isinstance(asked, QuotedMessage):
                reply = await self._dispatcher.offer(asked)
            else:
                reply = await self._dispatcher.dispatch(asked)
        except RoomieError as error:
            reply = Reply((str(error),), tone=Tone.FAILED)
        await self._answer(message, reply)

    async def _answer(self, message: discord.Message, reply: Reply) -> None:
        reply = self._scene.drafts.with_button(str(message.author.id), reply)
        key = f"answer {message.id}"
        try:
            if is_direct(message) or reply.audience is Audience.CHANNEL:
                await self._write(message, reply)
            else:
                await self._doorstep.send(identity_of(message.author), reply, key)
        except RecipientUnreachable:
            await self._write(message, Reply(CLOSED))
        except (discord.HTTPException, Unavailable, *NETWORK_ERRORS) as error:
            logger.warning("Message %s could not be answered: %s", message.id, error_name(error))

    async def _write(self, message: discord.Message, reply: Reply) -> None:
        drawn = self._scene.render(reply, identity_of(message.author))
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
