"""Sends replies: to the requester only, in a direct message, or to the channel."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from msgspec.structs import replace

from bot.chat.reply import Audience, Button, Reply, Tone
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import DeferredReplies, Installation
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.errors import OutcomeUnknownInSlack, SlackError
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.handlers.last_places import LastPlace
from bot.platforms.slack.handlers.picture_uploads import PictureUploads, can_upload
from bot.platforms.slack.identities import identity_of, is_channel
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import message
from core.clock import Clock

logger = logging.getLogger(__name__)

MessagePayload: TypeAlias = dict[str, Any]
_ONLY_THEM = {"response_type": "ephemeral", "replace_original": False}
EVENT_TYPE = "roomie_message"
_CLOCK_SKEW = timedelta(minutes=2)
NOT_POSTED = Reply(
    (
        "I couldn't post that in the channel, so nobody saw it. ",
        "Invite Roomie there with /invite, then try again.",
    ),
    tone=Tone.FAILED,
)


class Responder:
    """Sends replies. One that cannot be sent in place is queued in the outbox, which sends it as a DM."""

    def __init__(
        self,
        api: SlackApi,
        deferred: DeferredReplies,
        clock: Clock,
        health: PlatformHealth,
        uploads: PictureUploads | None = None,
    ) -> None:
        self._api, self._deferred, self._clock, self._health = api, deferred, clock, health
        self._uploads = uploads

    async def respond(
        self,
        installation: Installation,
        to: SlackEvent,
        reply: Reply,
        context: RenderContext,
        more: tuple[Button, ...] = (),
    ) -> None:
        """Reply to a delivery; by `response_url` if it has one. A picture that is uploaded follows."""
        try:
            await self._send(installation, to, reply, context, more)
            self.upload_picture(installation, to, reply, context)
        except SlackError as error:
            instead = NOT_POSTED if reply.audience is Audience.CHANNEL and not to.is_dm else reply
            await self.defer_to_outbox(installation, to, instead, error)

    def payload(
        self,
        installation: Installation,
        to: SlackEvent,
        reply: Reply,
        context: RenderContext,
        more: tuple[Button, ...] = (),
    ) -> MessagePayload:
        """The message of a reply; its picture is left out if it follows as a file."""
        follows = self._uploads_for(installation, to, reply, context) is not None
        return message(reply, replace(context, uploads_pictures=follows), more)

    def upload_picture(
        self, installation: Installation, to: SlackEvent, reply: Reply, context: RenderContext
    ) -> None:
        """Upload the picture of a reply that was sent, in the background, if it needs to be."""
        uploads = self._uploads_for(installation, to, reply, context)
        if uploads is not None and reply.picture is not None:
            uploads.start(installation, to, reply.picture)

    def _uploads_for(
        self, installation: Installation, to: SlackEvent, reply: Reply, context: RenderContext
    ) -> PictureUploads | None:
        """Uploads, if a picture has no URL and everybody in the conversation may see the reply.

        Files cannot be shown to one person alone in a channel.
        """
        if self._uploads is None or reply.picture is None or context.picture_url(reply.picture):
            return None
        is_shown_to_all = bool(to.channel) and (to.is_dm or reply.audience is Audience.CHANNEL)
        return self._uploads if is_shown_to_all and can_upload(installation) else None

    async def _send(
        self,
        installation: Installation,
        to: SlackEvent,
        reply: Reply,
        context: RenderContext,
        more: tuple[Button, ...],
    ) -> None:
        payload = self.payload(installation, to, reply, context, more)
        if to.response_url and await self._respond(to, payload | response_options(to, reply)):
            return
        payload |= {"thread_ts": to.thread} if to.thread else {}
        if to.is_dm or not to.channel:
            await self.post(installation, to.channel or to.user, payload, to.key, self._clock.now())
        elif reply.audience is Audience.CHANNEL:
            await self.post_to_channel(installation, to.channel, payload)
        else:
            await self._send_ephemeral(installation, to, payload)

    async def _respond(self, to: SlackEvent, payload: MessagePayload) -> bool:
        try:
            await self._api.respond(to.response_url, payload)
        except SlackError as error:
            logger.info("the response_url of %s failed: %s", to.key, error)
            return False
        return True

    async def post_to_channel(
        self, installation: Installation, channel: str, payload: MessagePayload
    ) -> None:
        """Post to a channel that Roomie is in. Raises `SlackError`."""
        body = {"channel": channel, **payload, **_without_previews()}
        await self._api.call(
            installation,
            lambda client: client.api_call("chat.postMessage", json=body),
            is_idempotent=False,
        )

    async def _send_ephemeral(
        self, installation: Installation, to: SlackEvent, payload: MessagePayload
    ) -> None:
        body = {"channel": to.channel, "user": to.user, **payload}
        await self._api.call(installation, lambda client: client.api_call("chat.postEphemeral", json=body))

    async def tell_in_channel(
        self, installation: Installation, user: str, place: LastPlace, payload: MessagePayload
    ) -> None:
        """Show a message to a user alone where they last used Roomie. Raises `SlackError`."""
        if place.response_url:
            try:
                await self._api.respond(place.response_url, payload | _ONLY_THEM)
            except SlackError as error:
                logger.info("an old response_url failed: %s", error)
            else:
                return
        await self._send_ephemeral(installation, SlackEvent("", user, "", place.channel), payload)

    async def defer_to_outbox(
        self, installation: Installation, to: SlackEvent, reply: Reply, error: SlackError
    ) -> None:
        """Queue a reply in the outbox, without its form: a form needs a trigger."""
        self._health.count("left to the outbox")
        logger.info("reply to %s left to the outbox: %s", to.key, error)
        await self._deferred.defer(identity_of(installation.team, to.user), replace(reply, form=None), to.key)

    async def post(
        self,
        installation: Installation,
        channel: str,
        payload: MessagePayload,
        key: str,
        since: datetime,
    ) -> None:
        """Post a message once: after a broken connection, look for it before it is posted again."""
        try:
            await self._post(installation, channel, payload, key)
        except OutcomeUnknownInSlack:
            if not await self.was_posted(installation, channel, key, since):
                await self._post(installation, channel, payload, key)

    async def _post(
        self, installation: Installation, channel: str, payload: MessagePayload, key: str
    ) -> None:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": key}}
        body = {"channel": channel, **payload, "metadata": metadata, **_without_previews()}
        await self._api.call(
            installation, lambda client: client.api_call("chat.postMessage", json=body), is_idempotent=False
        )

    async def was_posted(self, installation: Installation, channel: str, key: str, since: datetime) -> bool:
        """Whether a conversation holds a message with this key. `channel` may be a user's id."""
        conversation = channel if is_channel(channel) else await self._conversation(installation, channel)
        oldest = str((since - _CLOCK_SKEW).timestamp())
        history = await self._api.call(
            installation,
            lambda client: client.conversations_history(
                channel=conversation, oldest=oldest, include_all_metadata=True, limit=200
            ),
        )
        return any(_key_of(each) == key for each in history["messages"])

    async def _conversation(self, installation: Installation, user: str) -> str:
        answer = await self._api.call(installation, lambda client: client.conversations_open(users=user))
        return str(answer["channel"]["id"])


def response_options(to: SlackEvent, reply: Reply) -> dict[str, Any]:
    """How a reply by `response_url` relates to the message of its button.

    A message that other people see too is only replaced by a reply to all of them.
    """
    to_all = reply.audience is Audience.CHANNEL or to.is_dm
    if reply.replaces and (to_all or not to.is_shared):
        return {"replace_original": True}
    response_type = "in_channel" if to_all else "ephemeral"
    return {"replace_original": False, "response_type": response_type}


def _without_previews() -> dict[str, Any]:
    return {"unfurl_links": False, "unfurl_media": False}


def _key_of(message: Mapping[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("id", ""))
