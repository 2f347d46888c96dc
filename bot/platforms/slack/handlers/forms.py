"""Forms: refreshes dependent inputs, and handles submissions."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from hashlib import sha256

from msgspec.structs import replace

from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Autocompleter, Installation
from bot.platforms.slack.handlers import event as events
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.dispatching import DispatchedReply, RequestDispatcher
from bot.platforms.slack.handlers.event import Ack, EventBody, SlackEvent
from bot.platforms.slack.handlers.modals import (
    WORKING,
    Modals,
    errors_at_inputs,
    errors_with_buttons,
    metadata_of,
    origin_of,
    view_of,
)
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.render import action_ids
from bot.platforms.slack.render.elements import MAX_OPTIONS, options
from bot.platforms.slack.render.renderer import FORM, result_view
from bot.platforms.tasks import BackgroundTasks
from bot.redaction import error_name
from core.errors import RoomieError

logger = logging.getLogger(__name__)

REFRESH = "refresh_form"
_SUGGEST_TIMEOUT = 2.0
"""Seconds for suggestions. Slack shows an error after 3 s."""
_SUBMIT_TIMEOUT = 2.0
"""Seconds until a submission is acknowledged without its result. Slack gives up after 3 s."""


class Forms:
    """Handles interactions inside a form."""

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        modals: Modals,
        responder: Responder,
        app_home: AppHome,
        tasks: BackgroundTasks,
        health: PlatformHealth,
        autocompleter: Autocompleter,
    ) -> None:
        self._dispatcher, self._modals, self._responder = dispatcher, modals, responder
        self._app_home, self._tasks, self._health = app_home, tasks, health
        self._autocompleter = autocompleter

    async def suggest(self, installation: Installation, body: EventBody, ack: Ack) -> None:
        """Options for what is typed into a search; none in time are none for these letters only."""
        view, user = body.get("view") or {}, str(body["user"]["id"])
        source, values = action_ids.searched_source(str(body.get("action_id", ""))), events.typed_values(view)
        try:
            async with asyncio.timeout(_SUGGEST_TIMEOUT):
                requester = await self._dispatcher.profiles.requester(installation, user)
                found = await self._autocompleter.search(
                    source, str(body.get("value") or ""), requester, values, MAX_OPTIONS
                )
        except (TimeoutError, RoomieError) as error:
            logger.info("no rooms were suggested in time: %s", error_name(error))
            found = ()
        await ack(options=options(found))

    async def refresh(self, installation: Installation, event: SlackEvent, body: EventBody) -> None:
        """Update inputs that depend on the changed one; typed text stays with its input's name."""
        view = body.get("view") or {}
        if view.get("callback_id") != FORM:
            return
        metadata, values = metadata_of(view), events.values_of(view)
        dispatched = await self._dispatcher.dispatch(
            installation, event, action=REFRESH, value=metadata.get("form", ""), form=values
        )
        if dispatched.reply.form is not None:
            await self._modals.update(installation, event, view_of(dispatched, origin_of(metadata)))

    async def submit(self, installation: Installation, body: EventBody, ack: Ack) -> None:
        """Show errors at their inputs, a refusal on top of the form, success where the form was opened.

        Errors with buttons are shown on top too: inputs have no room for them.
        """
        event = events.from_interaction(body)
        view, metadata = body["view"], metadata_of(body["view"])
        reply_task = asyncio.ensure_future(self._dispatch_once(installation, event, view))
        try:
            async with asyncio.timeout(_SUBMIT_TIMEOUT):
                dispatched = await asyncio.shield(reply_task)
        except TimeoutError:
            await ack(
                response_action="update", view=result_view(WORKING, self._dispatcher.render_context(""))
            )
            self._tasks.start(self._finish(installation, event, reply_task))
            return
        if dispatched is None:
            await ack()
            return
        await self._acknowledge(installation, replace(event, **origin_of(metadata)), view, dispatched, ack)
        self._app_home.update_after(installation, event, dispatched.reply)

    async def _dispatch_once(
        self, installation: Installation, event: SlackEvent, view: EventBody
    ) -> DispatchedReply | None:
        """The reply; None for a repeated delivery.

        A form whose acknowledgement was lost stays open and can be submitted again unchanged: its values are
        part of the idempotency key, so it is carried out once.
        """
        if not await self._dispatcher.is_first(event):
            return None
        metadata, values = metadata_of(view), events.values_of(view)
        digest = sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
        key, action, state = (
            f"slack:{event.view}:{digest}",
            metadata.get("form", ""),
            metadata.get("state", ""),
        )
        return await self._dispatcher.dispatch(
            installation,
            replace(event, **origin_of(metadata)),
            action=action,
            value=state,
            form=values,
            key=key,
        )

    async def _finish(
        self, installation: Installation, event: SlackEvent, reply_task: Awaitable[DispatchedReply | None]
    ) -> None:
        dispatched = await reply_task
        if dispatched is None:
            return
        self._health.count("answer after the acknowledgement")
        await self._modals.update(installation, replace(event, view_hash=""), view_of(dispatched))
        self._app_home.update_after(installation, event, dispatched.reply)

    async def _acknowledge(
        self,
        installation: Installation,
        event: SlackEvent,
        view: EventBody,
        dispatched: DispatchedReply,
        ack: Ack,
    ) -> None:
        errors = errors_at_inputs(view, dispatched.reply)
        if errors and dispatched.reply.actions:
            pushed = result_view(errors_with_buttons(dispatched.reply), dispatched.context)
            await ack(response_action="push", view=pushed)
        elif errors:
            await ack(response_action="errors", errors=errors)
        elif dispatched.reply.is_refusal:
            await ack(response_action="push", view=view_of(dispatched))
        elif dispatched.reply.form is None and event.response_url:
            await ack(response_action="clear")
            await self._responder.respond(installation, event, dispatched.reply, dispatched.context)
        else:
            await ack(response_action="update", view=view_of(dispatched, origin_of(metadata_of(view))))
