"""Shares a booking in a channel that is chosen where there is none: in App Home, direct messages, modals."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.reply import Audience, Reply, Tone
from bot.platforms.ports import Installation
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.errors import SlackError, SlackRecipientUnreachable
from bot.platforms.slack.handlers import event as events
from bot.platforms.slack.handlers.dispatching import DispatchedReply, RequestDispatcher
from bot.platforms.slack.handlers.event import Ack, EventBody, SlackEvent
from bot.platforms.slack.handlers.modals import WORKING, Modals, metadata_of
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.render.action_ids import input_id
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import CHANNEL, message, result_view, share_view
from bot.platforms.tasks import BackgroundTasks

logger = logging.getLogger(__name__)

_NOT_A_MEMBER = "Roomie isn't in that channel. Invite it there with /invite, or choose another."
_NOT_TAKEN = "Slack didn't take it, so nothing was shared. Please try again."
_NO_CHANNEL = "Choose a channel."
_INPUT = input_id(CHANNEL)
_SHARE_TIMEOUT = 2.0
"""Seconds until a submission is acknowledged without its result. Slack gives up after 3 s."""


class _Outcome(Struct, frozen=True):
    """What to show after an attempt to share; a `problem` at the choice of the channel."""

    reply: Reply
    context: RenderContext
    problem: str = ""


class Sharing:
    """Asks for a channel, posts there, and says so only when it was posted."""

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        modals: Modals,
        responder: Responder,
        api: SlackApi,
        tasks: BackgroundTasks,
    ) -> None:
        self._dispatcher, self._modals, self._responder = dispatcher, modals, responder
        self._api, self._tasks = api, tasks

    async def ask(self, installation: Installation, event: SlackEvent, shared: dict[str, str]) -> bool:
        """Open the choice of a channel. `shared`: a booking's id as `value`, or a typed line as `text`."""
        return await self._modals.open_view(installation, event, share_view(json.dumps(shared)))

    async def submit(self, installation: Installation, body: EventBody, ack: Ack) -> None:
        """Post in the chosen channel; a problem is shown at the choice, or late in its place."""
        event = events.from_interaction(body)
        channel = events.chosen_conversation(body["view"])
        if not channel:
            await ack(response_action="errors", errors={_INPUT: _NO_CHANNEL})
            return
        if not await self._dispatcher.is_first(event):
            await ack()
            return
        posting = asyncio.ensure_future(self._share(installation, event, body, channel))
        try:
            async with asyncio.timeout(_SHARE_TIMEOUT):
                outcome = await asyncio.shield(posting)
        except TimeoutError:
            await ack(
                response_action="update", view=result_view(WORKING, self._dispatcher.render_context(""))
            )
            self._tasks.start(self._show_late(installation, event, posting))
            return
        if outcome.problem:
            await ack(response_action="errors", errors={_INPUT: outcome.problem})
        else:
            await ack(response_action="update", view=result_view(outcome.reply, outcome.context))

    async def _show_late(
        self, installation: Installation, event: SlackEvent, posting: Awaitable[_Outcome]
    ) -> None:
        outcome = await posting
        failure = Reply((outcome.problem,), tone=Tone.FAILED)
        view = result_view(failure if outcome.problem else outcome.reply, outcome.context)
        await self._modals.update(installation, replace(event, view_hash=""), view)

    async def _share(
        self, installation: Installation, event: SlackEvent, body: EventBody, channel: str
    ) -> _Outcome:
        dispatched = await self._dispatch(installation, event, metadata_of(body["view"]))
        if dispatched.reply.is_refusal or dispatched.reply.audience is not Audience.CHANNEL:
            return _Outcome(dispatched.reply, dispatched.context)
        problem = await self._post(installation, body, channel, dispatched)
        return _Outcome(Reply(("Shared.",), tone=Tone.DONE), dispatched.context, problem)

    async def _dispatch(
        self, installation: Installation, event: SlackEvent, shared: dict[str, Any]
    ) -> DispatchedReply:
        if text := str(shared.get("text") or ""):
            return await self._dispatcher.dispatch(installation, event, text=text)
        value = str(shared.get("value") or "")
        return await self._dispatcher.dispatch(installation, event, action=Action.SHARE, value=value)

    async def _post(
        self, installation: Installation, body: EventBody, channel: str, dispatched: DispatchedReply
    ) -> str:
        """Post, and return what went wrong; empty when nothing did."""
        payload = message(dispatched.reply, self._dispatcher.render_context(""))
        try:
            if url := _response_url(body, channel):
                await self._api.respond(url, payload | {"response_type": "in_channel"})
            else:
                await self._responder.post_to_channel(installation, channel, payload)
        except SlackRecipientUnreachable:
            return _NOT_A_MEMBER
        except SlackError as error:
            logger.info("a booking could not be shared: %s", error)
            return _NOT_TAKEN
        return ""


def _response_url(body: EventBody, channel: str) -> str:
    """The URL that Slack gives to post in the chosen channel, also where Roomie is no member."""
    urls = [each for each in body.get("response_urls") or () if each.get("channel_id") == channel]
    return str(urls[0].get("response_url") or "") if urls else ""
