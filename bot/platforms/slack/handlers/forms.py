"""Forms on their way back: what was filled in, what is wrong with it, and what came of it."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from hashlib import sha256

from bot.platforms.slack.client.health import Health
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.app_home import Homes
from bot.platforms.slack.handlers.dispatching import Answered, Asking
from bot.platforms.slack.handlers.event import Ack, Body, Incoming
from bot.platforms.slack.handlers.modals import (
    WORKING,
    Modals,
    carried_by,
    errors_at_inputs,
    origin_of,
    view_of,
)
from bot.platforms.slack.handlers.responder import Speaker
from bot.platforms.slack.handlers.tasks import Chores
from bot.platforms.slack.ports import Bot
from bot.platforms.slack.render.renderer import FORM, result_view

REFRESH = "refresh_form"
_WITHIN = 2.0


class Forms:
    """Takes in what happens inside a form."""

    def __init__(
        self, asking: Asking, modals: Modals, speaker: Speaker, homes: Homes, chores: Chores, health: Health
    ) -> None:
        self._asking, self._modals, self._speaker = asking, modals, speaker
        self._homes, self._chores, self._health = homes, chores, health

    async def refresh(self, bot: Bot, did: Incoming, body: Body) -> None:
        """An input changed that others follow; what was typed stays, because the inputs keep their names."""
        view = body.get("view") or {}
        if view.get("callback_id") != FORM:
            return
        carried, values = carried_by(view), incoming.values_of(view)
        answered = await self._asking.ask(
            bot, did, action=REFRESH, value=carried.get("form", ""), form=values
        )
        if answered.reply.form is not None:
            await self._modals.update(bot, did, view_of(answered, origin_of(carried)))

    async def submit(self, bot: Bot, body: Body, ack: Ack) -> None:
        """Mistakes appear at their inputs, refusals on top of the form, success where it was opened."""
        did = incoming.of_interaction(body)
        view, carried = body["view"], carried_by(body["view"])
        answering = asyncio.ensure_future(self._first_answer(bot, did, view))
        try:
            async with asyncio.timeout(_WITHIN):
                answered = await asyncio.shield(answering)
        except TimeoutError:
            await ack(response_action="update", view=result_view(WORKING, self._asking.look("")))
            self._chores.start(self._finish(bot, did, answering))
            return
        if answered is None:
            await ack()
            return
        await self._acknowledge(bot, replace(did, **origin_of(carried)), view, answered, ack)
        self._homes.after(bot, did, answered.reply)

    async def _first_answer(self, bot: Bot, did: Incoming, view: Body) -> Answered | None:
        """The answer, or nothing when this was answered before.

        A form whose acknowledgement got lost stays open and is sent again as it is: the same wish.
        """
        if not await self._asking.is_first(did):
            return None
        carried, values = carried_by(view), incoming.values_of(view)
        digest = sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
        key, action, state = f"slack:{did.view}:{digest}", carried.get("form", ""), carried.get("state", "")
        return await self._asking.ask(bot, did, action=action, value=state, form=values, key=key)

    async def _finish(self, bot: Bot, did: Incoming, answering: Awaitable[Answered | None]) -> None:
        answered = await answering
        if answered is None:
            return
        self._health.count("answer after the acknowledgement")
        await self._modals.update(bot, replace(did, view_hash=""), view_of(answered))
        self._homes.after(bot, did, answered.reply)

    async def _acknowledge(self, bot: Bot, did: Incoming, view: Body, answered: Answered, ack: Ack) -> None:
        errors = errors_at_inputs(view, answered.reply)
        if errors:
            await ack(response_action="errors", errors=errors)
        elif answered.reply.is_refusal:
            await ack(response_action="push", view=view_of(answered))
        elif answered.reply.form is None and did.response_url:
            await ack(response_action="clear")
            await self._speaker.say(bot, did, answered.reply, answered.look)
        else:
            await ack(response_action="update", view=view_of(answered, origin_of(carried_by(view))))
