"""Reaching people who did not just ask: by direct message, or privately where they were last seen."""

import logging
from datetime import datetime, timedelta
from hashlib import blake2s
from secrets import token_hex
from typing import NamedTuple

import discord

from bot.chat.reply import Reply
from bot.platforms.base import RecipientUnreachable
from bot.platforms.discord.handlers.recent import LruCache
from bot.platforms.discord.handlers.requests import user_id
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.ports import KeyValues
from bot.platforms.discord.render.views import CANNOT_MESSAGE, NETWORK_ERRORS, view
from bot.redaction import error_name
from core.clock import Clock
from core.errors import Unavailable
from core.model.entities import Identity

logger = logging.getLogger(__name__)
TOKEN_LIFETIME = timedelta(minutes=14)
DM_CLOSED_TTL = timedelta(days=7)
"""How long closed direct messages are believed to stay closed."""
_MAX_PEOPLE = 10_000
_HISTORY = 50


class _Open(NamedTuple):
    """A way to follow up privately, as long as its token lives."""

    webhook: discord.Webhook
    since: datetime


class DirectMessenger:
    """Direct messages, with the private follow-up as the second way."""

    def __init__(self, state: DiscordState, notebook: KeyValues, clock: Clock) -> None:
        self._scene = state
        self._notebook = notebook
        self._clock = clock
        self._open: LruCache[_Open] = LruCache(_MAX_PEOPLE)
        self._client: discord.Client | None = None

    def attach(self, client: discord.Client) -> None:
        """From now on there is somebody to send through."""
        self._client = client

    def remember_followup(self, interaction: discord.Interaction) -> None:
        """Somebody was just here, so a private follow-up can reach them for a while."""
        self._open.put(str(interaction.user.id), _Open(interaction.followup, self._clock.now()))

    async def mark_dms_open(self, user: int) -> None:
        """Somebody wrote to us, so direct messages are open."""
        if await self._closed(user):
            await self._notebook.put(_closed_key(user), "")

    async def send(self, identity: Identity, reply: Reply, key: str) -> None:
        """Tell somebody once; `key` is the same when the same thing is tried again.

        `Unreachable` when there is no way to them, `Unavailable` when Discord cannot do it now.
        """
        if (place := channel_id(identity)) is not None:
            await self._to_channel(place, reply, key)
            return
        user = user_id(identity)
        if user is None:
            raise RecipientUnreachable(f"{identity} is nobody on Discord")
        if await self._closed(user):
            await self._follow_up(user, reply)
            return
        try:
            await self._message(user, reply, key)
        except discord.Forbidden as error:
            if error.code != CANNOT_MESSAGE:
                raise RecipientUnreachable(str(error)) from error
            until = self._clock.now() + DM_CLOSED_TTL
            await self._notebook.put(_closed_key(user), until.isoformat())
            self._scene.counts["closed direct message"] += 1
            logger.info("Discord user %s takes no direct messages", user)
            await self._follow_up(user, reply)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            raise _translate_error(error) from error

    async def send_or_log(self, user: int, reply: Reply) -> None:
        """Tell somebody if it can be done, and go on if it cannot."""
        try:
            await self.send(Identity(f"discord:{user}"), reply, "")
        except (RecipientUnreachable, Unavailable) as error:
            logger.warning("Discord user %s could not be told: %s", user, error_name(error))

    async def was_sent(self, identity: Identity, key: str, since: datetime) -> bool:
        """Whether a message with this key is in the direct messages, or the channel, since then."""
        user, place = user_id(identity), channel_id(identity)
        if user is None and place is None:
            return False
        try:
            channel = await self._channel(user) if user is not None else self._place(place or 0)
            async for message in channel.history(limit=_HISTORY, after=since):
                if any(getattr(each, "id", None) == mark_of(key) for each in message.components):
                    return True
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            raise _translate_error(error) from error
        return False

    async def _closed(self, user: int) -> bool:
        until = await self._notebook.get(_closed_key(user))
        return bool(until) and self._clock.now() < datetime.fromisoformat(str(until))

    async def _to_channel(self, place: int, reply: Reply, key: str) -> None:
        try:
            await self._send_message(self._place(place), reply, key)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            raise _translate_error(error) from error

    async def _message(self, user: int, reply: Reply, key: str) -> None:
        await self._send_message(await self._channel(user), reply, key, Identity(f"discord:{user}"))
        self._scene.counts["direct message"] += 1

    async def _send_message(
        self, where: discord.abc.Messageable, reply: Reply, key: str, to: Identity | None = None
    ) -> None:
        message = self._scene.render(reply, to, mark_of(key) if key else None)
        await where.send(view=view(message), nonce=nonce_of(key or token_hex()))

    def _place(self, place: int) -> discord.PartialMessageable:
        if self._client is None:
            raise Unavailable("Discord is not connected yet.")
        return self._client.get_partial_messageable(place)

    async def _channel(self, user: int) -> discord.DMChannel:
        if self._client is None:
            raise Unavailable("Discord is not connected yet.")
        return await self._client.create_dm(discord.Object(user))

    async def _follow_up(self, user: int, reply: Reply) -> None:
        way = self._open.get(str(user))
        if way is None or self._clock.now() - way.since > TOKEN_LIFETIME:
            raise RecipientUnreachable("direct messages are closed")
        message = self._scene.render(reply, Identity(f"discord:{user}"))
        try:
            await way.webhook.send(view=view(message), ephemeral=True)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            self._open.drop(str(user))
            raise RecipientUnreachable(f"direct messages are closed, and {error}") from error


def nonce_of(key: str) -> str:
    """What Discord recognises a repeated message by, in its 25 characters."""
    return blake2s(key.encode(), digest_size=12).hexdigest()


def mark_of(key: str) -> int:
    """What a message is found by in the history: the id of its outermost component."""
    return int.from_bytes(blake2s(key.encode(), digest_size=4).digest()) % (2**31 - 1000) + 999


def channel_id(identity: Identity) -> int | None:
    """The channel that `discord:channel:5` means."""
    number = identity.removeprefix("discord:channel:")
    return int(number) if number != identity and number.isascii() and number.isdecimal() else None


def _closed_key(user: int) -> str:
    return f"closed.{user}"


def _translate_error(error: Exception) -> Exception:
    if isinstance(error, discord.NotFound) or (
        isinstance(error, discord.HTTPException) and error.status in {400, 403}
    ):
        return RecipientUnreachable(str(error))
    return Unavailable(f"Discord cannot be reached now: {error_name(error)}")
