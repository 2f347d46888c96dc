"""One turn of a conversation: something was done in Slack, Roomie answers, Slack shows it."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace

from bot.chat.reply import Audience, Text
from bot.chat.request import split_quotes
from bot.platforms.slack.client.api import SlackApi, SlackError
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.dispatching import SHARE, DispatchedReply, RequestDispatcher, is_shareable
from bot.platforms.slack.handlers.event import Ack, EventBody, SlackEvent
from bot.platforms.slack.handlers.forms import Forms
from bot.platforms.slack.handlers.invitations import Invitations
from bot.platforms.slack.handlers.modals import Modals
from bot.platforms.slack.handlers.responder import Responder, response_options
from bot.platforms.slack.handlers.tasks import BackgroundTasks
from bot.platforms.slack.ports import SlackInstallation
from bot.platforms.slack.render.action_ids import PressedElement
from bot.platforms.slack.render.renderer import message

logger = logging.getLogger(__name__)

FIND_ROOM, BOOK_FOR_THIS = "find_room", "book_for_this"
_ACK_TIMEOUT = 0.8
_AT_ONCE, _IN_TURN = 10, 3


class SlackHandlers:
    """Answers commands, presses, shortcuts, mentions and messages."""

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        api: SlackApi,
        responder: Responder,
        app_home: AppHome,
        tasks: BackgroundTasks,
        health: SlackHealth,
        inviting: Invitations,
    ) -> None:
        self._asking, self._api, self._speaker, self._homes = dispatcher, api, responder, app_home
        self._chores, self._health, self._inviting = tasks, health, inviting
        self._modals = Modals(api, responder, health)
        self.forms = Forms(dispatcher, self._modals, responder, app_home, tasks, health)
        self._at_once, self._turn = 0, asyncio.Semaphore(_IN_TURN)

    # What people type

    async def on_command(self, installation: SlackInstallation, body: EventBody, ack: Ack) -> None:
        """A slash command: the answer rides the acknowledgement; in a crowd all are acknowledged first."""
        did = incoming.from_command(body)
        line = f"{body['command'].lstrip('/')} {body.get('text', '')}"
        if self._at_once >= _AT_ONCE:
            await ack()
            self._chores.start(self._command_in_turn(installation, did, line))
            return
        self._at_once += 1
        try:
            await self._command_now(installation, did, line, ack)
        finally:
            self._at_once -= 1

    async def _command_in_turn(self, installation: SlackInstallation, event: SlackEvent, line: str) -> None:
        async with self._turn:
            await self._show_late(installation, event, self._first_answer(installation, event, line))

    async def _command_now(
        self, installation: SlackInstallation, event: SlackEvent, line: str, ack: Ack
    ) -> None:
        answering = asyncio.ensure_future(self._first_answer(installation, event, line))
        try:
            async with asyncio.timeout(_ACK_TIMEOUT):
                answered = await asyncio.shield(answering)
        except TimeoutError:
            await ack()
            self._chores.start(self._show_late(installation, event, answering))
            return
        if answered is None:
            await ack()
        elif answered.reply.form is not None:
            await ack()
            await self._show(installation, event, answered)
        else:
            await ack(
                message(answered.reply, answered.context, answered.extra_buttons)
                | response_options(event, answered.reply)
            )
            self._homes.update_after(installation, event, answered.reply)

    async def _first_answer(
        self, installation: SlackInstallation, event: SlackEvent, line: str
    ) -> DispatchedReply | None:
        """The answer, or nothing when this was answered before."""
        return await self._answer(installation, event, line) if await self._asking.is_first(event) else None

    async def _answer(
        self, installation: SlackInstallation, event: SlackEvent, line: str, *, free: bool = False
    ) -> DispatchedReply:
        answered = await self._asking.dispatch_text(installation, event, line, free=free)
        return await self._inviting.with_invitation(installation, event, line, answered)

    async def _show_late(
        self, installation: SlackInstallation, event: SlackEvent, answering: Awaitable[DispatchedReply | None]
    ) -> None:
        answered = await answering
        if answered is not None:
            self._health.count("answer after the acknowledgement")
            await self._show(installation, event, answered)

    async def lost(
        self, installation: SlackInstallation, body: EventBody, said: Mapping[str, object]
    ) -> None:
        """An acknowledgement that held the answer to a command was lost on its way."""
        if body.get("response_url"):
            try:
                await self._api.respond(body["response_url"], said)
            except SlackError as trouble:
                logger.warning("an answer was lost with its socket: %s", trouble)

    async def on_text(self, installation: SlackInstallation, body: EventBody, text: str) -> None:
        """A direct message or a mention, in plain words."""
        did, typed = incoming.from_event(body), split_quotes(text)
        if not await self._asking.is_first(did, is_event=True):
            return
        quoted = typed.quoted or incoming.passed_on(body["event"])
        if typed.own.strip() or not quoted:
            answered = await self._answer(installation, did, typed.own, free=True)
        else:
            answered = await self._asking.offer(installation, did, quoted)
        await self._show(installation, did, answered)
        await self._asking.finish(did)

    # What people press

    async def on_action(self, installation: SlackInstallation, body: EventBody) -> None:
        """A button, menu or input, in a message, a modal or Home."""
        pressed = incoming.pressed_in(body)
        did = incoming.from_interaction(body)
        if not await self._asking.is_first(did):
            return
        if pressed is None:
            await self.forms.refresh(installation, did, body)
        elif pressed.action == SHARE:
            await self._share(installation, did, pressed.value)
        else:
            await self._pressed(installation, did, pressed)

    async def _pressed(
        self, installation: SlackInstallation, event: SlackEvent, pressed: PressedElement
    ) -> None:
        answering = asyncio.ensure_future(
            self._asking.dispatch(installation, event, action=pressed.action, value=pressed.value)
        )
        if pressed.opens:
            event = await self._modals.hold(installation, event, answering, self._asking.look(""))
        await self._show(installation, event, await answering)

    async def _share(self, installation: SlackInstallation, event: SlackEvent, words: str) -> None:
        """Ask again, and show everybody: what is free now is not what was free then."""
        if not is_shareable(words):
            return
        answered = await self._asking.dispatch(installation, event, words=words)
        reply = answered.reply
        if not reply.is_refusal:
            sharer = (await self._asking.people.profile(installation, event.user)).name or "someone"
            footer: Text = (*reply.footer, *((" · ",) if reply.footer else ()), f"Shared by {sharer}")
            reply = replace(reply, audience=Audience.CHANNEL, replaces=False, footer=footer)
        await self._show(
            installation, event, DispatchedReply(reply, replace(answered.context, reader_zone=""))
        )

    # Shortcuts

    async def on_shortcut(self, installation: SlackInstallation, body: EventBody) -> None:
        """Find a room, from anywhere; fill in the form for a message, whose words are data."""
        did = incoming.from_interaction(body)
        if not await self._asking.is_first(did):
            return
        if body["callback_id"] == FIND_ROOM:
            answered = await self._asking.dispatch(installation, did, words="rooms free now")
        else:
            message = body.get("message") or {}
            text = message.get("text") or incoming.passed_on(message)
            answered = await self._asking.offer(installation, did, text, wants_form=True)
        await self._modals.show(installation, did, answered)

    async def _show(
        self, installation: SlackInstallation, event: SlackEvent, dispatched: DispatchedReply
    ) -> None:
        """Put a reply where the thing was done: forms and answers to views in a modal, the rest in words."""
        reply = dispatched.reply
        if event.view or (reply.form is not None and event.trigger):
            await self._modals.show(installation, event, dispatched)
        else:
            await self._speaker.respond(
                installation, event, reply, dispatched.context, dispatched.extra_buttons
            )
        self._homes.update_after(installation, event, reply)
