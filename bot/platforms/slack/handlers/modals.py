"""Modals: opened while their trigger lives, changed under the hash they had, and what they carry for us."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.chat.reply import Button, Reply, Tone
from bot.platforms.slack.client.api import Answer, SlackApi, SlackTrouble
from bot.platforms.slack.client.health import Health
from bot.platforms.slack.handlers.dispatching import Answered
from bot.platforms.slack.handlers.event import Body, Incoming
from bot.platforms.slack.handlers.responder import Speaker
from bot.platforms.slack.ports import Bot
from bot.platforms.slack.render.action_ids import input_id
from bot.platforms.slack.render.markup import Look
from bot.platforms.slack.render.renderer import Payload, form_view, result_view

logger = logging.getLogger(__name__)

FORM_ACTION = "form"
WORKING = Reply(("Still at it …",))
_TRIGGER_HOLDS = 1.2
_ORIGIN = ("channel", "response_url")


class Modals:
    """Shows replies in modals."""

    def __init__(self, api: SlackApi, speaker: Speaker, health: Health) -> None:
        self._api, self._speaker, self._health = api, speaker, health

    async def hold(
        self, bot: Bot, did: Incoming, answering: "asyncio.Future[Answered]", look: Look
    ) -> Incoming:
        """Open a modal that says it is coming, when the answer takes so long that the trigger would die."""
        done, _ = await asyncio.wait({answering}, timeout=_TRIGGER_HOLDS)
        if done or (did.view and not did.at_home):
            return did
        try:
            opened = await self._open(bot, did, result_view(WORKING, look))
        except SlackTrouble:
            return did
        return replace(did, view=str(opened["view"]["id"]), view_hash="", at_home=False)

    async def show(self, bot: Bot, did: Incoming, answered: Answered) -> None:
        """Show a reply in the modal it was asked from, else in a new one; when neither opens, say it."""
        if did.view and not did.at_home:
            await self.update(bot, did, view_of(answered))
            return
        view = view_of(answered, {"channel": did.channel, "response_url": did.response_url})
        try:
            await self._open(bot, did, view)
        except SlackTrouble as trouble:
            logger.info("a form could not be opened for %s: %s", did.key, trouble)
            await self._speaker.say(bot, did, _instead(answered.reply), answered.look)

    async def _open(self, bot: Bot, did: Incoming, view: Payload) -> Answer:
        """The trigger is good once, so that doing it twice does no harm."""
        return await self._api.call(bot, lambda client: client.views_open(trigger_id=did.trigger, view=view))

    async def update(self, bot: Bot, did: Incoming, view: Payload) -> None:
        """Change a modal, unless it has been changed or closed since."""
        guard = {"hash": did.view_hash} if did.view_hash else {}
        try:
            await self._api.call(
                bot, lambda client: client.views_update(view_id=did.view, view=view, **guard)
            )
        except SlackTrouble as trouble:
            self._health.count("view not updated")
            logger.info("a modal could not be changed for %s: %s", did.key, trouble)


def view_of(answered: Answered, origin: Mapping[str, Any] | None = None) -> Payload:
    if answered.reply.form is None:
        return result_view(answered.reply, answered.look)
    return form_view(answered.reply.form, answered.look, dict(origin or {}))


def carried_by(view: Body) -> dict[str, Any]:
    """What a form of ours carries: its id, its state, and where it was opened from."""
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


def origin_of(carried: Mapping[str, Any]) -> dict[str, Any]:
    return {name: carried[name] for name in _ORIGIN if carried.get(name)}


def errors_at_inputs(view: Body, reply: Reply) -> dict[str, str]:
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
    return Reply(("Slack did not open the form in time.",), tone=Tone.BROKEN, actions=(again,))
