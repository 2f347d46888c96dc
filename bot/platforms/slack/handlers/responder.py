"""Saying a reply where it belongs: to the asker alone, in a direct message, or to the channel."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from bot.chat.reply import Audience, Button, Reply
from bot.platforms.slack.client.api import SlackApi, SlackTrouble, Unclear
from bot.platforms.slack.client.health import Health
from bot.platforms.slack.handlers.event import Incoming
from bot.platforms.slack.ports import Bot, Later, identity_of, is_channel
from bot.platforms.slack.render.markup import Look
from bot.platforms.slack.render.renderer import message
from core.clock import Clock

logger = logging.getLogger(__name__)

Payload: TypeAlias = Mapping[str, Any]
EVENT_TYPE = "roomie_message"
_HINDSIGHT = timedelta(minutes=2)


class Speaker:
    """Sends replies. What cannot be said where it belongs is left to the outbox, which says it in a DM."""

    def __init__(self, api: SlackApi, later: Later, clock: Clock, health: Health) -> None:
        self._api, self._later, self._clock, self._health = api, later, clock, health

    async def say(
        self, bot: Bot, to: Incoming, reply: Reply, look: Look, more: tuple[Button, ...] = ()
    ) -> None:
        """Answer something that was done in a message or channel."""
        try:
            await self._say(bot, to, reply, look, more)
        except SlackTrouble as trouble:
            await self.leave(bot, to, reply, trouble)

    async def _say(self, bot: Bot, to: Incoming, reply: Reply, look: Look, more: tuple[Button, ...]) -> None:
        payload = message(reply, look, more)
        if to.response_url and await self._respond(to, payload | manner(to, reply)):
            return
        payload |= {"thread_ts": to.thread} if to.thread else {}
        if to.in_dm or not to.channel:
            await self.post(bot, to.channel or to.user, payload, to.key, self._clock.now())
        elif reply.audience is Audience.CHANNEL:
            await self._to_channel(bot, to, payload)
        else:
            await self._whisper(bot, to, payload)

    async def _respond(self, to: Incoming, payload: Payload) -> bool:
        try:
            await self._api.respond(to.response_url, payload)
        except SlackTrouble as trouble:
            logger.info("answering %s by response_url failed: %s", to.key, trouble)
            return False
        return True

    async def _to_channel(self, bot: Bot, to: Incoming, payload: Payload) -> None:
        body = {"channel": to.channel, **payload, **_without_previews()}
        await self._api.call(
            bot,
            lambda client: client.api_call("chat.postMessage", json=body),
            repeatable=False,
        )

    async def _whisper(self, bot: Bot, to: Incoming, payload: Payload) -> None:
        body = {"channel": to.channel, "user": to.user, **payload}
        await self._api.call(bot, lambda client: client.api_call("chat.postEphemeral", json=body))

    async def leave(self, bot: Bot, to: Incoming, reply: Reply, trouble: SlackTrouble) -> None:
        """Hand a reply to the outbox; a form cannot wait, its words can."""
        self._health.count("left to the outbox")
        logger.info("answer to %s left to the outbox: %s", to.key, trouble)
        await self._later.say_later(identity_of(bot.team, to.user), replace(reply, form=None), to.key)

    async def post(self, bot: Bot, channel: str, payload: Payload, key: str, since: datetime) -> None:
        """Post a message that lasts, once: when the connection breaks, look whether it arrived."""
        try:
            await self._post(bot, channel, payload, key)
        except Unclear:
            if not await self.was_posted(bot, channel, key, since):
                await self._post(bot, channel, payload, key)

    async def _post(self, bot: Bot, channel: str, payload: Payload, key: str) -> None:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": key}}
        body = {"channel": channel, **payload, "metadata": metadata, **_without_previews()}
        await self._api.call(
            bot, lambda client: client.api_call("chat.postMessage", json=body), repeatable=False
        )

    async def was_posted(self, bot: Bot, channel: str, key: str, since: datetime) -> bool:
        """Whether a message with this key stands in a conversation. `channel` may be a user's id."""
        conversation = channel if is_channel(channel) else await self._conversation(bot, channel)
        oldest = str((since - _HINDSIGHT).timestamp())
        history = await self._api.call(
            bot,
            lambda client: client.conversations_history(
                channel=conversation, oldest=oldest, include_all_metadata=True, limit=200
            ),
        )
        return any(_key_of(each) == key for each in history["messages"])

    async def _conversation(self, bot: Bot, user: str) -> str:
        answer = await self._api.call(bot, lambda client: client.conversations_open(users=user))
        return str(answer["channel"]["id"])


def manner(to: Incoming, reply: Reply) -> dict[str, Any]:
    """How a reply by `response_url` relates to the message it answers.

    A message that others see too is only replaced by what is meant for all of them.
    """
    to_all = reply.audience is Audience.CHANNEL or to.in_dm
    if reply.replaces and (to_all or not to.shared):
        return {"replace_original": True}
    kind = "in_channel" if to_all else "ephemeral"
    return {"replace_original": False, "response_type": kind}


def _without_previews() -> dict[str, Any]:
    return {"unfurl_links": False, "unfurl_media": False}


def _key_of(told: Mapping[str, Any]) -> str:
    metadata = told.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("id", ""))
