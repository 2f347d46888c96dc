"""Sends notifications: by direct message, by private follow-up, or to a channel."""

import logging
from datetime import datetime, timedelta
from hashlib import blake2s
from secrets import token_hex
from typing import NamedTuple

import discord

from bot.chat.reply import Reply
from bot.platforms.base import RateLimited, RecipientUnreachable
from bot.platforms.discord.handlers.pictures import attach_picture, edit_of
from bot.platforms.discord.handlers.requests import channel_id, user_id
from bot.platforms.discord.handlers.state import DiscordState
from bot.platforms.discord.render.views import CANNOT_MESSAGE, NETWORK_ERRORS, view
from bot.platforms.ports import KeyValueStore
from bot.redaction import error_name
from core.bounded_cache import LruCache
from core.clock import Clock
from core.errors import Unavailable
from core.model import Identity

logger = logging.getLogger(__name__)
TOKEN_TTL = timedelta(minutes=14)
"""Discord's interaction tokens expire after 15 minutes."""
DM_CLOSED_TTL = timedelta(days=7)
_MAX_FOLLOWUPS = 10_000
_HISTORY_LIMIT = 50
_RETRY_AFTER_SECONDS = 5.0
"""Used when Discord answers 429 without a time; its message buckets last five seconds."""
SEND_ERRORS = (discord.HTTPException, discord.RateLimited, *NETWORK_ERRORS)


class _Followup(NamedTuple):
    """Webhook of a user's last interaction."""

    webhook: discord.Webhook
    since: datetime


class DirectMessenger:
    """Sends direct messages; falls back to a private follow-up where they are closed."""

    def __init__(self, state: DiscordState, key_values: KeyValueStore, clock: Clock) -> None:
        self._state = state
        self._key_values = key_values
        self._clock = clock
        self._followups: LruCache[str, _Followup] = LruCache(_MAX_FOLLOWUPS)
        self._client: discord.Client | None = None

    def attach(self, client: discord.Client) -> None:
        """Set the client to send with; until then sending raises `Unavailable`."""
        self._client = client

    def remember_followup(self, interaction: discord.Interaction) -> None:
        """Cache the interaction's webhook, which can send private follow-ups until its token expires."""
        self._followups.put(str(interaction.user.id), _Followup(interaction.followup, self._clock.now()))

    async def mark_dms_open(self, user: int) -> None:
        """Forget that a user's direct messages were closed."""
        if await self._is_closed(user):
            await self._key_values.put(_closed_key(user), "")

    async def send(self, identity: Identity, reply: Reply, key: str) -> None:
        """Send a reply once per `key`.

        Raises `RecipientUnreachable` when a retry is pointless, `RateLimited` when Discord asks to wait, and
        `Unavailable` when Discord cannot be reached or the outcome is unknown.
        """
        if (channel := channel_id(identity)) is not None:
            await self._send_to_channel(channel, reply, key)
            return
        user = user_id(identity)
        if user is None:
            raise RecipientUnreachable(f"{identity} is not a Discord user")
        if await self._is_closed(user):
            await self._follow_up(user, reply)
            return
        try:
            await self._send_dm(user, reply, key)
        except discord.Forbidden as error:
            if error.code != CANNOT_MESSAGE:
                raise RecipientUnreachable(str(error)) from error
            await self._mark_dms_closed(user)
            await self._follow_up(user, reply)
        except SEND_ERRORS as error:
            raise _translate_error(error) from error

    async def send_or_log(self, user: int, reply: Reply) -> None:
        """Send a reply by direct message; log a failure."""
        try:
            await self.send(Identity(f"discord:{user}"), reply, "")
        except (RecipientUnreachable, RateLimited, Unavailable) as error:
            logger.warning("A Discord user could not be notified: %s", error_name(error))

    async def was_sent(self, identity: Identity, key: str, since: datetime) -> bool:
        """Search the history of the direct messages, or of the channel, for a message with this key."""
        user, channel = user_id(identity), channel_id(identity)
        if user is None and channel is None:
            return False
        mark = mark_of(key)
        try:
            place = await self._dm_channel(user) if user is not None else self._channel(channel or 0)
            async for message in place.history(limit=_HISTORY_LIMIT, after=since):
                if any(getattr(each, "id", None) == mark for each in message.components):
                    return True
        except SEND_ERRORS as error:
            raise _translate_error(error) from error
        return False

    async def _is_closed(self, user: int) -> bool:
        until = await self._key_values.get(_closed_key(user))
        return bool(until) and self._clock.now() < datetime.fromisoformat(str(until))

    async def _mark_dms_closed(self, user: int) -> None:
        until = self._clock.now() + DM_CLOSED_TTL
        await self._key_values.put(_closed_key(user), until.isoformat())
        self._state.status.count("closed direct message")
        logger.info("A Discord user takes no direct messages")

    async def _send_to_channel(self, channel: int, reply: Reply, key: str) -> None:
        try:
            await self._send_message(self._channel(channel), reply, key)
        except SEND_ERRORS as error:
            raise _translate_error(error) from error

    async def _send_dm(self, user: int, reply: Reply, key: str) -> None:
        await self._send_message(await self._dm_channel(user), reply, key, Identity(f"discord:{user}"))
        self._state.status.count("direct message")

    async def _send_message(
        self, place: discord.abc.Messageable, reply: Reply, key: str, reader: Identity | None = None
    ) -> None:
        message = self._state.render(reply, reader, mark_of(key) if key else None)
        sent = await place.send(view=view(message), nonce=nonce_of(key or token_hex()))
        if reply.picture is not None:
            await attach_picture(self._state.pictures, reply.picture, message, edit_of(sent))

    def _channel(self, channel: int) -> discord.PartialMessageable:
        return self._connected_client().get_partial_messageable(channel)

    async def _dm_channel(self, user: int) -> discord.DMChannel:
        return await self._connected_client().create_dm(discord.Object(user))

    def _connected_client(self) -> discord.Client:
        if self._client is None:
            raise Unavailable("Discord is not connected yet.")
        return self._client

    async def _follow_up(self, user: int, reply: Reply) -> None:
        followup = self._followups.get(str(user))
        if followup is None or self._clock.now() - followup.since > TOKEN_TTL:
            raise RecipientUnreachable("direct messages are closed")
        message = self._state.render(reply, Identity(f"discord:{user}"))
        try:
            await followup.webhook.send(view=view(message), ephemeral=True)
        except SEND_ERRORS as error:
            self._followups.remove(str(user))
            raise RecipientUnreachable(f"direct messages are closed, and {error}") from error


def nonce_of(key: str) -> str:
    """Nonce by which Discord recognises a repeated message; at most 25 characters."""
    return blake2s(key.encode(), digest_size=12).hexdigest()


def mark_of(key: str) -> int:
    """Id of the outermost component, by which a message is found in the history."""
    return int.from_bytes(blake2s(key.encode(), digest_size=4).digest()) % (2**31 - 1000) + 999


def _closed_key(user: int) -> str:
    return f"closed.{user}"


def _translate_error(error: Exception) -> Exception:
    if isinstance(error, discord.RateLimited):
        return RateLimited(f"Discord asks to wait {error.retry_after:.0f} s", error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return Unavailable(f"Discord cannot be reached now: {error_name(error)}")
    if error.status == 429:
        return RateLimited(str(error), _retry_after(error))
    if error.status in {400, 403, 404}:
        return RecipientUnreachable(str(error))
    return Unavailable(f"Discord cannot be reached now: {error_name(error)}")


def _retry_after(error: discord.HTTPException) -> float:
    """Seconds of the Retry-After header of a 429."""
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return _RETRY_AFTER_SECONDS
