"""Modals: opened while their trigger lives, changed under the hash they had, and what they carry for us."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.chat.reply import Button, Reply, Tone
from bot.platforms.slack.client.api import ApiResponse, SlackApi, SlackError
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.handlers.dispatching import DispatchedReply
from bot.platforms.slack.handlers.event import EventBody, SlackEvent
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.ports import SlackInstallation
from bot.platforms.slack.render.action_ids import input_id
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import BlockKitPayload, form_view, result_view

logger = logging.getLogger(__name__)

FORM_ACTION = "form"
WORKING = Reply(("Still at it …",))
_TRIGGER_LIFETIME = 1.2
_ORIGIN = ("channel", "response_url")


class Modals:
    """Shows replies in modals."""

    def __init__(self, api: SlackApi, responder: Responder, health: SlackHealth) -> None:
        self._api, self._speaker, self._health = api, responder, health

    async def hold(
        self,
        installation: SlackInstallation,
        event: SlackEvent,
        answering: "asyncio.Future[DispatchedReply]",
        context: RenderContext,
    ) -> SlackEvent:
        """Open a modal that says it is coming, when the answer takes so long that the trigger would die."""
        done, _ = await asyncio.wait({answering}, timeout=_TRIGGER_LIFETIME)
        if done or (event.view and not event.at_home):
            return event
        try:
            opened = await self._open(installation, event, result_view(WORKING, context))
        except SlackError:
            return event
        return replace(event, view=str(opened["view"]["id"]), view_hash="", at_home=False)

    async def show(
        self, installation: SlackInstallation, event: SlackEvent, dispatched: DispatchedReply
    ) -> None:
        """Show a reply in the modal it was asked from, else in a new one; when neither opens, say it."""
        if event.view and not event.at_home:
            await self.update(installation, event, view_of(dispatched))
            return
        view = view_of(dispatched, {"channel": event.channel, "response_url": event.response_url})
        try:
            await self._open(installation, event, view)
        except SlackError as trouble:
            logger.info("a form could not be opened for %s: %s", event.key, trouble)
            await self._speaker.respond(installation, event, _instead(dispatched.reply), dispatched.context)

    async def _open(
        self, installation: SlackInstallation, event: SlackEvent, view: BlockKitPayload
    ) -> ApiResponse:
        """The trigger is good once, so that doing it twice does no harm."""
        return await self._api.call(
            installation, lambda client: client.views_open(trigger_id=event.trigger, view=view)
        )

    async def update(self, installation: SlackInstallation, event: SlackEvent, view: BlockKitPayload) -> None:
        """Change a modal, unless it has been changed or closed since."""
        guard = {"hash": event.view_hash} if event.view_hash else {}
        try:
            await self._api.call(
                installation, lambda client: client.views_update(view_id=event.view, view=view, **guard)
            )
        except SlackError as trouble:
            self._health.count("view not updated")
            logger.info("a modal could not be changed for %s: %s", event.key, trouble)


def view_of(dispatched: DispatchedReply, origin: Mapping[str, Any] | None = None) -> BlockKitPayload:
    if dispatched.reply.form is None:
        return result_view(dispatched.reply, dispatched.context)
    return form_view(dispatched.reply.form, dispatched.context, dict(origin or {}))


def carried_by(view: EventBody) -> dict[str, Any]:
    """What a form of ours carries: its id, its state, and where it was opened from."""
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


def origin_of(carried: Mapping[str, Any]) -> dict[str, Any]:
    return {name: carried[name] for name in _ORIGIN if carried.get(name)}


def errors_at_inputs(view: EventBody, reply: Reply) -> dict[str, str]:
    """What is wrong, by the block it belongs to; what belongs to none stands at the first."""
    blocks = [each["block_id"] for each in view["blocks"] if each["type"] == "input"]
    errors: dict[str, str] = {}
    for name, sentence in reply.form_errors.items():
        block = input_id(name) if input_id(name) in blocks else next(iter(blocks), "")
        if block:
            errors[block] = f"{errors[block]} {sentence}" if block in errors else sentence or "?"
    return errors


def _instead(reply: Reply) -> Reply:
    if reply.form is None or reply.text:
        return replace(reply, form=None)
    again = Button(FORM_ACTION, "Try again", opens=True)
    return Reply(("Slack did not open the form in time.",), tone=Tone.FAILED, actions=(again,))
