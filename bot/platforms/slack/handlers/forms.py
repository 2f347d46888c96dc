"""Forms on their way back: what was filled in, what is wrong with it, and what came of it."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from hashlib import sha256

from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.dispatching import DispatchedReply, RequestDispatcher
from bot.platforms.slack.handlers.event import Ack, EventBody, SlackEvent
from bot.platforms.slack.handlers.modals import (
    WORKING,
    Modals,
    carried_by,
    errors_at_inputs,
    origin_of,
    view_of,
)
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.handlers.tasks import BackgroundTasks
from bot.platforms.slack.ports import SlackInstallation
from bot.platforms.slack.render.renderer import FORM, result_view

REFRESH = "refresh_form"
_WITHIN = 2.0


class Forms:
    """Takes in what happens inside a form."""

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        modals: Modals,
        responder: Responder,
        app_home: AppHome,
        tasks: BackgroundTasks,
        health: SlackHealth,
    ) -> None:
        self._asking, self._modals, self._speaker = dispatcher, modals, responder
        self._homes, self._chores, self._health = app_home, tasks, health

    async def refresh(self, installation: SlackInstallation, event: SlackEvent, body: EventBody) -> None:
        """An input changed that others follow; what was typed stays, because the inputs keep their names."""
        view = body.get("view") or {}
        if view.get("callback_id") != FORM:
            return
        carried, values = carried_by(view), incoming.values_of(view)
        answered = await self._asking.dispatch(
            installation, event, action=REFRESH, value=carried.get("form", ""), form=values
        )
        if answered.reply.form is not None:
            await self._modals.update(installation, event, view_of(answered, origin_of(carried)))

    async def submit(self, installation: SlackInstallation, body: EventBody, ack: Ack) -> None:
        """Mistakes appear at their inputs, refusals on top of the form, success where it was opened."""
        did = incoming.from_interaction(body)
        view, carried = body["view"], carried_by(body["view"])
        answering = asyncio.ensure_future(self._first_answer(installation, did, view))
        try:
            async with asyncio.timeout(_WITHIN):
                answered = await asyncio.shield(answering)
        except TimeoutError:
            await ack(response_action="update", view=result_view(WORKING, self._asking.look("")))
            self._chores.start(self._finish(installation, did, answering))
            return
        if answered is None:
            await ack()
            return
        await self._acknowledge(installation, replace(did, **origin_of(carried)), view, answered, ack)
        self._homes.update_after(installation, did, answered.reply)

    async def _first_answer(
        self, installation: SlackInstallation, event: SlackEvent, view: EventBody
    ) -> DispatchedReply | None:
        """The answer, or nothing when this was answered before.

        A form whose acknowledgement got lost stays open and is sent again as it is: the same wish.
        """
        if not await self._asking.is_first(event):
            return None
        carried, values = carried_by(view), incoming.values_of(view)
        digest = sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
        key, action, state = f"slack:{event.view}:{digest}", carried.get("form", ""), carried.get("state", "")
        return await self._asking.dispatch(
            installation, event, action=action, value=state, form=values, key=key
        )

    async def _finish(
        self, installation: SlackInstallation, event: SlackEvent, answering: Awaitable[DispatchedReply | None]
    ) -> None:
        answered = await answering
        if answered is None:
            return
        self._health.count("answer after the acknowledgement")
        await self._modals.update(installation, replace(event, view_hash=""), view_of(answered))
        self._homes.update_after(installation, event, answered.reply)

    async def _acknowledge(
        self,
        installation: SlackInstallation,
        event: SlackEvent,
        view: EventBody,
        dispatched: DispatchedReply,
        ack: Ack,
    ) -> None:
        errors = errors_at_inputs(view, dispatched.reply)
        if errors:
            await ack(response_action="errors", errors=errors)
        elif dispatched.reply.is_refusal:
            await ack(response_action="push", view=view_of(dispatched))
        elif dispatched.reply.form is None and event.response_url:
            await ack(response_action="clear")
            await self._speaker.respond(installation, event, dispatched.reply, dispatched.context)
        else:
            await ack(response_action="update", view=view_of(dispatched, origin_of(carried_by(view))))
