"""Modals: opened before their trigger expires, updated under their hash, with our state as metadata."""

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from bot.chat.reply import Button, Reply, Tone
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Installation
from bot.platforms.slack.client.api import ApiResponse, SlackApi
from bot.platforms.slack.client.errors import SlackError
from bot.platforms.slack.handlers.dispatching import DispatchedReply
from bot.platforms.slack.handlers.event import EventBody, SlackEvent
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.render.action_ids import input_id
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import BlockKitPayload, form_view, result_view

logger = logging.getLogger(__name__)

FORM_ACTION = "form"
WORKING = Reply(("Still at it …",))
_OPEN_TIMEOUT = 1.2
"""Seconds until a placeholder modal is opened. Slack's trigger ids expire after 3 s."""
_ORIGIN_KEYS = ("channel", "response_url")


class Modals:
    """Opens and updates modals."""

    def __init__(self, api: SlackApi, responder: Responder, health: PlatformHealth) -> None:
        self._api, self._responder, self._health = api, responder, health

    async def open_placeholder(
        self,
        installation: Installation,
        event: SlackEvent,
        reply_task: "asyncio.Future[DispatchedReply]",
        context: RenderContext,
    ) -> SlackEvent:
        """Open a placeholder when the reply takes so long that the trigger would expire."""
        done, _ = await asyncio.wait({reply_task}, timeout=_OPEN_TIMEOUT)
        if done or (event.view and not event.is_app_home):
            return event
        try:
            opened = await self._open(installation, event, result_view(WORKING, context))
        except SlackError:
            return event
        return replace(event, view=str(opened["view"]["id"]), view_hash="", is_app_home=False)

    async def show(self, installation: Installation, event: SlackEvent, dispatched: DispatchedReply) -> None:
        """Show a reply in the modal it came from, else in a new one; as a message if that does not open."""
        if event.view and not event.is_app_home:
            await self.update(installation, event, view_of(dispatched))
            return
        view = view_of(dispatched, {"channel": event.channel, "response_url": event.response_url})
        try:
            await self._open(installation, event, view)
        except SlackError as error:
            logger.info("a form could not be opened for %s: %s", event.key, error)
            await self._responder.respond(
                installation, event, _message_instead(dispatched.reply), dispatched.context
            )

    async def open_view(self, installation: Installation, event: SlackEvent, view: BlockKitPayload) -> bool:
        """Open a modal, on top of the one that the event is from; False where Slack does not."""
        is_on_top = bool(event.view) and not event.is_app_home
        try:
            await self._api.call(
                installation,
                lambda client: (client.views_push if is_on_top else client.views_open)(
                    trigger_id=event.trigger, view=view
                ),
            )
        except SlackError as error:
            logger.info("a modal could not be opened for %s: %s", event.key, error)
            return False
        return True

    async def _open(
        self, installation: Installation, event: SlackEvent, view: BlockKitPayload
    ) -> ApiResponse:
        """Open a modal; idempotent, because a trigger id can be used once."""
        return await self._api.call(
            installation, lambda client: client.views_open(trigger_id=event.trigger, view=view)
        )

    async def update(self, installation: Installation, event: SlackEvent, view: BlockKitPayload) -> None:
        """Update a modal, unless it was updated or closed in the meantime."""
        guard = {"hash": event.view_hash} if event.view_hash else {}
        try:
            await self._api.call(
                installation, lambda client: client.views_update(view_id=event.view, view=view, **guard)
            )
        except SlackError as error:
            self._health.count("view not updated")
            logger.info("a modal could not be updated for %s: %s", event.key, error)


def view_of(dispatched: DispatchedReply, origin: Mapping[str, Any] | None = None) -> BlockKitPayload:
    if dispatched.reply.form is None:
        return result_view(dispatched.reply, dispatched.context)
    return form_view(dispatched.reply.form, dispatched.context, dict(origin or {}))


def metadata_of(view: EventBody) -> dict[str, Any]:
    """The metadata of a form: its id, its state, and where it was opened."""
    try:
        metadata = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}


def origin_of(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Where a form was opened."""
    return {key: metadata[key] for key in _ORIGIN_KEYS if metadata.get(key)}


def errors_at_inputs(view: EventBody, reply: Reply) -> dict[str, str]:
    """Error messages by block id; those of unknown inputs at the first block."""
    blocks = [each["block_id"] for each in view["blocks"] if each["type"] == "input"]
    errors: dict[str, str] = {}
    for name, sentence in reply.form_errors.items():
        block = input_id(name) if input_id(name) in blocks else next(iter(blocks), "")
        if block:
            errors[block] = f"{errors[block]} {sentence}" if block in errors else sentence or "?"
    return errors


def errors_with_buttons(reply: Reply) -> Reply:
    """The errors of a form, which have no room for buttons at its inputs, as a reply of their own."""
    text = " ".join((*reply.form_errors.values(), "Close this to change what you filled in."))
    return Reply((text,), tone=Tone.REFUSED, actions=reply.actions)


def _message_instead(reply: Reply) -> Reply:
    if reply.form is None or reply.text:
        return replace(reply, form=None)
    again = Button(FORM_ACTION, "Try again", opens=True)
    return Reply(("Slack did not open the form in time.",), tone=Tone.FAILED, actions=(again,))
