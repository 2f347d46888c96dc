"""Handles slash commands, buttons, shortcuts, mentions and direct messages."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.reply import Audience, Reply, Text, Tone
from bot.chat.request import split_quotes
from bot.pictures.audience import public_picture
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Autocompleter, Installation
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.errors import SlackError
from bot.platforms.slack.handlers import event as events
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.dispatching import (
    SHARE,
    SHARE_LINE,
    DispatchedReply,
    RequestDispatcher,
    is_shareable,
)
from bot.platforms.slack.handlers.event import Ack, EventBody, SlackEvent
from bot.platforms.slack.handlers.forms import Forms
from bot.platforms.slack.handlers.invitations import Invitations
from bot.platforms.slack.handlers.modals import Modals
from bot.platforms.slack.handlers.responder import Responder, response_options
from bot.platforms.slack.handlers.sharing import Sharing
from bot.platforms.slack.render.action_ids import PressedElement
from bot.platforms.tasks import BackgroundTasks

logger = logging.getLogger(__name__)

_NOT_OPENED = Reply(
    ("Slack did not open the list of channels in time. Press Share again.",), tone=Tone.FAILED
)
FIND_ROOM, BOOK_FOR_THIS = "find_room", "book_for_this"
_ACK_TIMEOUT = 0.8
"""Seconds for a reply in the acknowledgement itself. Slack gives up after 3 s."""
_MAX_BEFORE_ACK = 3
"""Commands answered before their acknowledgement; any more are acknowledged first, for each answer holds up
the acknowledgements behind it."""
_MAX_AFTER_ACK = 3
"""Acknowledged commands answered concurrently."""


class SlackHandler:
    """Dispatches each delivery once and shows the reply where the person is."""

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        api: SlackApi,
        responder: Responder,
        app_home: AppHome,
        tasks: BackgroundTasks,
        health: PlatformHealth,
        invitations: Invitations,
        autocompleter: Autocompleter,
    ) -> None:
        self._dispatcher, self._api, self._responder, self._app_home = dispatcher, api, responder, app_home
        self._tasks, self._health, self._invitations = tasks, health, invitations
        self._modals = Modals(api, responder, health)
        self.forms = Forms(dispatcher, self._modals, responder, app_home, tasks, health, autocompleter)
        self.sharing = Sharing(dispatcher, self._modals, responder, api, tasks)
        self._before_ack_count, self._after_ack_slots = 0, asyncio.Semaphore(_MAX_AFTER_ACK)

    # Slash commands, mentions and direct messages

    async def on_command(self, installation: Installation, body: EventBody, ack: Ack) -> None:
        """Reply in the acknowledgement; under load, acknowledge first and reply by `response_url`."""
        event = events.from_command(body)
        line = f"{body['command'].lstrip('/')} {body.get('text', '')}"
        if self._before_ack_count >= _MAX_BEFORE_ACK:
            await ack()
            self._tasks.start(self._handle_after_ack(installation, event, line))
            return
        self._before_ack_count += 1
        try:
            await self._handle_before_ack(installation, event, line, ack)
        finally:
            self._before_ack_count -= 1

    async def _handle_after_ack(self, installation: Installation, event: SlackEvent, line: str) -> None:
        async with self._after_ack_slots:
            await self._show_late(installation, event, self._dispatch_once(installation, event, line))

    async def _handle_before_ack(
        self, installation: Installation, event: SlackEvent, line: str, ack: Ack
    ) -> None:
        reply_task = asyncio.ensure_future(self._dispatch_once(installation, event, line))
        try:
            async with asyncio.timeout(_ACK_TIMEOUT):
                dispatched = await asyncio.shield(reply_task)
        except TimeoutError:
            await ack()
            self._tasks.start(self._show_late(installation, event, reply_task))
            return
        if dispatched is None:
            await ack()
        elif dispatched.reply.form is not None:
            await ack()
            await self._show(installation, event, dispatched)
        else:
            reply, context = dispatched.reply, dispatched.context
            payload = self._responder.payload(installation, event, reply, context, dispatched.extra_buttons)
            await ack(payload | response_options(event, reply))
            self._responder.upload_picture(installation, event, reply, context)
            self._app_home.update_after(installation, event, dispatched.reply)

    async def _dispatch_once(
        self, installation: Installation, event: SlackEvent, line: str
    ) -> DispatchedReply | None:
        """The reply; None for a repeated delivery."""
        return (
            await self._dispatch(installation, event, line)
            if await self._dispatcher.is_first(event)
            else None
        )

    async def _dispatch(
        self, installation: Installation, event: SlackEvent, line: str, *, is_free_text: bool = False
    ) -> DispatchedReply:
        dispatched = await self._dispatcher.dispatch_text(
            installation, event, line, is_free_text=is_free_text
        )
        return await self._invitations.with_invitation(installation, event, line, dispatched)

    async def _show_late(
        self, installation: Installation, event: SlackEvent, reply_task: Awaitable[DispatchedReply | None]
    ) -> None:
        dispatched = await reply_task
        if dispatched is not None:
            self._health.count("answer after the acknowledgement")
            await self._show(installation, event, dispatched)

    async def on_lost_ack(self, body: EventBody, payload: Mapping[str, object]) -> None:
        """Send the payload of an acknowledgement that was lost with its socket by `response_url`."""
        if body.get("response_url"):
            try:
                await self._api.respond(body["response_url"], payload)
            except SlackError as error:
                logger.warning("a reply was lost with its socket: %s", error)

    async def on_text(self, installation: Installation, body: EventBody, text: str) -> None:
        """Handle a direct message or a mention: free text."""
        event, typed = events.from_event(body), split_quotes(text)
        if not await self._dispatcher.is_first(event, is_event=True):
            return
        words = events.split_labels(typed.own)
        quoted = typed.quoted or events.forwarded_text(body["event"]) or words.quoted
        if words.own.strip() or not (quoted or events.has_parts(body["event"])):
            dispatched = await self._dispatch(installation, event, words.own, is_free_text=True)
        else:
            dispatched = await self._dispatcher.offer(installation, event, quoted)
        await self._show(installation, event, dispatched)
        await self._dispatcher.finish(event)

    # Buttons

    async def on_action(self, installation: Installation, body: EventBody) -> None:
        """Handle a button, menu or input, in a message, a modal or App Home."""
        pressed = events.pressed_in(body)
        event = events.from_interaction(body)
        if not await self._dispatcher.is_first(event):
            return
        if pressed is None:
            await self.forms.refresh(installation, event, body)
        elif pressed.action == SHARE:
            await self._share(installation, event, pressed.value)
        elif pressed.action == SHARE_LINE or (pressed.action == Action.SHARE and not event.is_in_channel):
            await self._ask_for_channel(installation, event, pressed)
        else:
            await self._on_button(installation, event, pressed)

    async def _on_button(
        self, installation: Installation, event: SlackEvent, pressed: PressedElement
    ) -> None:
        reply_task = asyncio.ensure_future(
            self._dispatcher.dispatch(installation, event, action=pressed.action, value=pressed.value)
        )
        if pressed.opens:
            event = await self._modals.open_placeholder(
                installation, event, reply_task, self._dispatcher.render_context("")
            )
        await self._show(installation, event, await reply_task)

    async def _ask_for_channel(
        self, installation: Installation, event: SlackEvent, pressed: PressedElement
    ) -> None:
        """Open the choice of a channel, for a button in App Home, a modal or direct messages."""
        name = "text" if pressed.action == SHARE_LINE else "value"
        if name == "text" and not pressed.value.startswith("rooms share"):
            return
        if not await self.sharing.ask(installation, event, {name: pressed.value}):
            context = self._dispatcher.render_context("")
            await self._responder.respond(installation, event, _NOT_OPENED, context)

    async def _share(self, installation: Installation, event: SlackEvent, text: str) -> None:
        """Run the command again and post its reply to the channel: what was free may be taken by now."""
        if not is_shareable(text):
            return
        dispatched = await self._dispatcher.dispatch(installation, event, text=text)
        reply = dispatched.reply
        if not reply.is_refusal:
            sharer = (await self._dispatcher.profiles.profile(installation, event.user)).name or "someone"
            footer: Text = (*reply.footer, *((" · ",) if reply.footer else ()), f"Shared by {sharer}")
            picture = public_picture(reply.picture)
            reply = replace(reply, audience=Audience.CHANNEL, replaces=False, footer=footer, picture=picture)
        await self._show(
            installation, event, DispatchedReply(reply, replace(dispatched.context, reader_zone=""))
        )

    # Shortcuts

    async def on_shortcut(self, installation: Installation, body: EventBody) -> None:
        """Find a room, or fill in the booking form from a message, whose text is data and no command."""
        event = events.from_interaction(body)
        if not await self._dispatcher.is_first(event):
            return
        if body["callback_id"] == FIND_ROOM:
            dispatched = await self._dispatcher.dispatch(installation, event, text="rooms free now")
        else:
            message = body.get("message") or {}
            text = message.get("text") or events.forwarded_text(message)
            dispatched = await self._dispatcher.offer(installation, event, text, wants_form=True)
        await self._modals.show(installation, event, dispatched)

    async def _show(self, installation: Installation, event: SlackEvent, dispatched: DispatchedReply) -> None:
        """Show forms, and replies to what was done in a view, in a modal; anything else as a message."""
        reply = dispatched.reply
        if event.view or (reply.form is not None and event.trigger):
            await self._modals.show(installation, event, dispatched)
        else:
            await self._responder.respond(
                installation, event, reply, dispatched.context, dispatched.extra_buttons
            )
        self._app_home.update_after(installation, event, reply)
