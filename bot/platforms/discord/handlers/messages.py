"""Handles messages to the bot: direct messages and mentions."""

import logging

import discord

from bot.chat.reply import Audience, Reply, Text, Tone
from bot.chat.request import QuotedMessage
from bot.platforms.base import RateLimited, RecipientUnreachable
from bot.platforms.discord.handlers.delivery import SEND_ERRORS, DirectMessenger
from bot.platforms.discord.handlers.pictures import attach_picture, edit_of
from bot.platforms.discord.handlers.requests import dedup_key, identity_of, is_direct, text_request
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.render.views import CANNOT_REPLY, view
from bot.platforms.ports import ChatDispatcher, Deduplicator
from bot.redaction import error_name
from core.errors import RoomieError, Unavailable

logger = logging.getLogger(__name__)
CLOSED: Text = (
    "The answer is private, and your direct messages are closed. Use a command here instead, such as /rooms.",
)

SENT_PRIVATELY: Text = ("The answer is only for you, so I sent it to you as a direct message.",)


class MessageHandler:
    """Answers free text like a command, where it was said.

    What is only for the author of a mention is sent by direct message, and the channel is told so.
    """

    def __init__(
        self,
        dispatcher: ChatDispatcher,
        deduplicator: Deduplicator,
        state: DiscordState,
        messenger: DirectMessenger,
    ) -> None:
        self._dispatcher = dispatcher
        self._deduplicator = deduplicator
        self._state = state
        self._messenger = messenger

    async def on_message(self, message: discord.Message, me: discord.abc.User) -> None:
        request = text_request(message, me) if is_for_us(message, me) else None
        if request is None:
            return
        try:
            if is_direct(message):
                await self._messenger.mark_dms_open(message.author.id)
            if not await self._deduplicator.claim(dedup_key(request)):
                return
            if isinstance(request, QuotedMessage):
                reply = await self._dispatcher.offer(request)
            else:
                reply = await self._dispatcher.dispatch(request)
        except RoomieError as error:
            reply = Reply((str(error),), tone=Tone.FAILED)
        await self._answer(message, reply)

    async def _answer(self, message: discord.Message, reply: Reply) -> None:
        reply = self._state.drafts.with_button(str(message.author.id), reply)
        try:
            if is_direct(message) or reply.audience is Audience.CHANNEL:
                await self._post(message, reply)
            else:
                await self._messenger.send(identity_of(message.author), reply, f"answer {message.id}")
                await self._post(message, Reply(SENT_PRIVATELY))
        except RecipientUnreachable:
            await self._post(message, Reply(CLOSED))
        except (RateLimited, Unavailable, *SEND_ERRORS) as error:
            logger.warning("Message %s could not be answered: %s", message.id, error_name(error))

    async def _post(self, message: discord.Message, reply: Reply) -> None:
        rendered = self._state.render(reply, identity_of(message.author))
        shown, nonce = view(rendered), f"m{message.id}"
        reference = message.to_reference(fail_if_not_exists=False)
        try:
            sent = await message.channel.send(view=shown, nonce=nonce, reference=reference)
        except discord.HTTPException as error:
            if error.code != CANNOT_REPLY:
                raise
            sent = await message.channel.send(view=shown, nonce=nonce)
        if reply.picture is not None:
            await attach_picture(self._state.pictures, reply.picture, rendered, edit_of(sent))


def is_for_us(message: discord.Message, me: discord.abc.User) -> bool:
    """Whether a person sent the message to the bot: directly, by a mention, or as a reply to it."""
    if message.author.bot or message.webhook_id is not None:
        return False
    return is_direct(message) or _is_addressed(message, me)


def _is_addressed(message: discord.Message, me: discord.abc.User) -> bool:
    answered = message.reference.resolved if message.reference else None
    is_reply = isinstance(answered, discord.Message) and answered.author.id == me.id
    return is_reply or any(each.id == me.id for each in message.mentions)
