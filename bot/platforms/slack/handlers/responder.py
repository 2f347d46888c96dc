"""Saying a reply where it belongs: to the asker alone, in a direct message, or to the channel."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from bot.chat.reply import Audience, Button, Reply
from bot.platforms.slack.client.api import OutcomeUnknownInSlack, SlackApi, SlackError
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.ports import DeferredReplies, SlackInstallation, identity_of, is_channel
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import message
from core.clock import Clock

logger = logging.getLogger(__name__)

MessagePayload: TypeAlias = Mapping[str, Any]
EVENT_TYPE = "roomie_message"
_CLOCK_SKEW = timedelta(minutes=2)


class Responder:
    """Sends replies. What cannot be said where it belongs is left to the outbox, which says it in a DM."""

    def __init__(self, api: SlackApi, later: DeferredReplies, clock: Clock, health: SlackHealth) -> None:
        self._api, self._later, self._clock, self._health = api, later, clock, health

    async def respond(
        self,
        installation: SlackInstallation,
        to: SlackEvent,
        reply: Reply,
        context: RenderContext,
        more: tuple[Button, ...] = (),
    ) -> None:
        """Answer something that was done in a message or channel."""
        try:
            await self._send(installation, to, reply, context, more)
        except SlackError as trouble:
            await self.defer_to_outbox(installation, to, reply, trouble)

    async def _send(
        self,
        installation: SlackInstallation,
        to: SlackEvent,
        reply: Reply,
        context: RenderContext,
        more: tuple[Button, ...],
    ) -> None:
        payload = message(reply, context, more)
        if to.response_url and await self._respond(to, payload | response_options(to, reply)):
            return
        payload |= {"thread_ts": to.thread} if to.thread else {}
        if to.in_dm or not to.channel:
            await self.post(installation, to.channel or to.user, payload, to.key, self._clock.now())
        elif reply.audience is Audience.CHANNEL:
            await self._to_channel(installation, to, payload)
        else:
            await self._send_ephemeral(installation, to, payload)

    async def _respond(self, to: SlackEvent, payload: MessagePayload) -> bool:
        try:
            await self._api.respond(to.response_url, payload)
        except SlackError as trouble:
            logger.info("answering %s by response_url failed: %s", to.key, trouble)
            return False
        return True

    async def _to_channel(
        self, installation: SlackInstallation, to: SlackEvent, payload: MessagePayload
    ) -> None:
        body = {"channel": to.channel, **payload, **_without_previews()}
        await self._api.call(
            installation,
            lambda client: client.api_call("chat.postMessage", json=body),
            repeatable=False,
        )

    async def _send_ephemeral(
        self, installation: SlackInstallation, to: SlackEvent, payload: MessagePayload
    ) -> None:
        body = {"channel": to.channel, "user": to.user, **payload}
        await self._api.call(installation, lambda client: client.api_call("chat.postEphemeral", json=body))

    async def defer_to_outbox(
        self, installation: SlackInstallation, to: SlackEvent, reply: Reply, trouble: SlackError
    ) -> None:
        """Hand a reply to the outbox; a form cannot wait, its words can."""
        self._health.count("left to the outbox")
        logger.info("answer to %s left to the outbox: %s", to.key, trouble)
        await self._later.defer(identity_of(installation.team, to.user), replace(reply, form=None), to.key)

    async def post(
        self,
        installation: SlackInstallation,
        channel: str,
        payload: MessagePayload,
        key: str,
        since: datetime,
    ) -> None:
        """Post a message that lasts, once: when the connection breaks, look whether it arrived."""
        try:
            await self._post(installation, channel, payload, key)
        except OutcomeUnknownInSlack:
            if not await self.was_posted(installation, channel, key, since):
                await self._post(installation, channel, payload, key)

    async def _post(
        self, installation: SlackInstallation, channel: str, payload: MessagePayload, key: str
    ) -> None:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": key}}
        body = {"channel": channel, **payload, "metadata": metadata, **_without_previews()}
        await self._api.call(
            installation, lambda client: client.api_call("chat.postMessage", json=body), repeatable=False
        )

    async def was_posted(
        self, installation: SlackInstallation, channel: str, key: str, since: datetime
    ) -> bool:
        """Whether a message with this key stands in a conversation. `channel` may be a user's id."""
        conversation = channel if is_channel(channel) else await self._conversation(installation, channel)
        oldest = str((since - _CLOCK_SKEW).timestamp())
        history = await self._api.call(
            installation,
            lambda client: client.conversations_history(
                channel=conversation, oldest=oldest, include_all_metadata=True, limit=200
            ),
        )
        return any(_key_of(each) == key for each in history["messages"])

    async def _conversation(self, installation: SlackInstallation, user: str) -> str:
        answer = await self._api.call(installation, lambda client: client.conversations_open(users=user))
        return str(answer["channel"]["id"])


def response_options(to: SlackEvent, reply: Reply) -> dict[str, Any]:
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
