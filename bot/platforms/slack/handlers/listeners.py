"""One turn of a conversation: something was done in Slack, Roomie answers, Slack shows it."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace

from bot.chat.reply import Audience, Text
from bot.chat.request import taken_apart
from bot.platforms.slack.client.api import SlackApi, SlackTrouble
from bot.platforms.slack.client.health import Health
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.app_home import Homes
from bot.platforms.slack.handlers.dispatching import SHARE, Answered, Asking, is_shareable
from bot.platforms.slack.handlers.event import Ack, Body, Incoming
from bot.platforms.slack.handlers.forms import Forms
from bot.platforms.slack.handlers.invitations import Inviting
from bot.platforms.slack.handlers.modals import Modals
from bot.platforms.slack.handlers.responder import Speaker, manner
from bot.platforms.slack.handlers.tasks import Chores
from bot.platforms.slack.ports import Bot
from bot.platforms.slack.render.action_ids import Pressed
from bot.platforms.slack.render.renderer import message

logger = logging.getLogger(__name__)

FIND_ROOM, BOOK_FOR_THIS = "find_room", "book_for_this"
_ACK_WITHIN = 0.8
_AT_ONCE, _IN_TURN = 10, 3


class Turns:
    """Answers commands, presses, shortcuts, mentions and messages."""

    def __init__(
        self,
        asking: Asking,
        api: SlackApi,
        speaker: Speaker,
        homes: Homes,
        chores: Chores,
        health: Health,
        inviting: Inviting,
    ) -> None:
        self._asking, self._api, self._speaker, self._homes = asking, api, speaker, homes
        self._chores, self._health, self._inviting = chores, health, inviting
        self._modals = Modals(api, speaker, health)
        self.forms = Forms(asking, self._modals, speaker, homes, chores, health)
        self._at_once, self._turn = 0, asyncio.Semaphore(_IN_TURN)

    # What people type

    async def command(self, bot: Bot, body: Body, ack: Ack) -> None:
        """A slash command: the answer rides the acknowledgement; in a crowd all are acknowledged first."""
        did = incoming.of_command(body)
        line = f"{body['command'].lstrip('/')} {body.get('text', '')}"
        if self._at_once >= _AT_ONCE:
            await ack()
            self._chores.start(self._command_in_turn(bot, did, line))
            return
        self._at_once += 1
        try:
            await self._command_now(bot, did, line, ack)
        finally:
            self._at_once -= 1

    async def _command_in_turn(self, bot: Bot, did: Incoming, line: str) -> None:
        async with self._turn:
            await self._show_late(bot, did, self._first_answer(bot, did, line))

    async def _command_now(self, bot: Bot, did: Incoming, line: str, ack: Ack) -> None:
        answering = asyncio.ensure_future(self._first_answer(bot, did, line))
        try:
            async with asyncio.timeout(_ACK_WITHIN):
                answered = await asyncio.shield(answering)
        except TimeoutError:
            await ack()
            self._chores.start(self._show_late(bot, did, answering))
            return
        if answered is None:
            await ack()
        elif answered.reply.form is not None:
            await ack()
            await self._show(bot, did, answered)
        else:
            await ack(message(answered.reply, answered.look, answered.more) | manner(did, answered.reply))
            self._homes.after(bot, did, answered.reply)

    async def _first_answer(self, bot: Bot, did: Incoming, line: str) -> Answered | None:
        """The answer, or nothing when this was answered before."""
        return await self._answer(bot, did, line) if await self._asking.is_first(did) else None

    async def _answer(self, bot: Bot, did: Incoming, line: str, *, free: bool = False) -> Answered:
        answered = await self._asking.ask_line(bot, did, line, free=free)
        return await self._inviting.with_invitation(bot, did, line, answered)

    async def _show_late(self, bot: Bot, did: Incoming, answering: Awaitable[Answered | None]) -> None:
        answered = await answering
        if answered is not None:
            self._health.count("answer after the acknowledgement")
            await self._show(bot, did, answered)

    async def lost(self, bot: Bot, body: Body, said: Mapping[str, object]) -> None:
        """An acknowledgement that held the answer to a command was lost on its way."""
        if body.get("response_url"):
            try:
                await self._api.respond(body["response_url"], said)
            except SlackTrouble as trouble:
                logger.warning("an answer was lost with its socket: %s", trouble)

    async def words(self, bot: Bot, body: Body, text: str) -> None:
        """A direct message or a mention, in plain words."""
        did, typed = incoming.of_event(body), taken_apart(text)
        if not await self._asking.is_first(did, is_event=True):
            return
        quoted = typed.quoted or incoming.passed_on(body["event"])
        if typed.own.strip() or not quoted:
            answered = await self._answer(bot, did, typed.own, free=True)
        else:
            answered = await self._asking.offer(bot, did, quoted)
        await self._show(bot, did, answered)
        await self._asking.finish(did)

    # What people press

    async def press(self, bot: Bot, body: Body) -> None:
        """A button, menu or input, in a message, a modal or Home."""
        pressed = incoming.pressed_in(body)
        did = incoming.of_interaction(body)
        if not await self._asking.is_first(did):
            return
        if pressed is None:
            await self.forms.refresh(bot, did, body)
        elif pressed.action == SHARE:
            await self._share(bot, did, pressed.value)
        else:
            await self._pressed(bot, did, pressed)

    async def _pressed(self, bot: Bot, did: Incoming, pressed: Pressed) -> None:
        answering = asyncio.ensure_future(
            self._asking.ask(bot, did, action=pressed.action, value=pressed.value)
        )
        if pressed.opens:
            did = await self._modals.hold(bot, did, answering, self._asking.look(""))
        await self._show(bot, did, await answering)

    async def _share(self, bot: Bot, did: Incoming, words: str) -> None:
        """Ask again, and show everybody: what is free now is not what was free then."""
        if not is_shareable(words):
            return
        answered = await self._asking.ask(bot, did, words=words)
        reply = answered.reply
        if not reply.is_refusal:
            sharer = (await self._asking.people.profile(bot, did.user)).name or "someone"
            footer: Text = (*reply.footer, *((" · ",) if reply.footer else ()), f"Shared by {sharer}")
            reply = replace(reply, audience=Audience.CHANNEL, replaces=False, footer=footer)
        await self._show(bot, did, Answered(reply, replace(answered.look, reader_zone="")))

    # Shortcuts

    async def shortcut(self, bot: Bot, body: Body) -> None:
        """Find a room, from anywhere; fill in the form for a message, whose words are data."""
        did = incoming.of_interaction(body)
        if not await self._asking.is_first(did):
            return
        if body["callback_id"] == FIND_ROOM:
            answered = await self._asking.ask(bot, did, words="rooms free now")
        else:
            message = body.get("message") or {}
            text = message.get("text") or incoming.passed_on(message)
            answered = await self._asking.offer(bot, did, text, wants_form=True)
        await self._modals.show(bot, did, answered)

    async def _show(self, bot: Bot, did: Incoming, answered: Answered) -> None:
        """Put a reply where the thing was done: forms and answers to views in a modal, the rest in words."""
        reply = answered.reply
        if did.view or (reply.form is not None and did.trigger):
            await self._modals.show(bot, did, answered)
        else:
            await self._speaker.say(bot, did, reply, answered.look, answered.more)
        self._homes.after(bot, did, reply)
