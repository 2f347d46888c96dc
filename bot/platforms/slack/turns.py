"""One turn of a conversation: something was done in Slack, Roomie answers, Slack shows it."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

from bot.asked import Asked
from bot.platforms.slack import incoming
from bot.platforms.slack.api import SlackApi, SlackTrouble
from bot.platforms.slack.chores import Chores
from bot.platforms.slack.health import Health
from bot.platforms.slack.homes import Homes
from bot.platforms.slack.incoming import Incoming
from bot.platforms.slack.markup import Look
from bot.platforms.slack.people import People
from bot.platforms.slack.ports import Answers, Bot, Once
from bot.platforms.slack.render import FORM, Payload, form_view, home_view, message, result_view
from bot.platforms.slack.speaking import Speaker, manner
from bot.reply import Audience, Button, Reply, Tone

logger = logging.getLogger(__name__)

Ack: TypeAlias = Callable[..., Awaitable[Any]]
Body: TypeAlias = Mapping[str, Any]
SHARE = "share_answer"
REFRESH = "refresh_form"
FORM_ACTION = "form"
FIND_ROOM, BOOK_FOR_THIS = "find_room", "book_for_this"
HOME_LINES = ("whoami", "rooms mine", "rooms quota", "rooms free now")
SHAREABLE = ("rooms free", "rooms find", "free", "rooms status", "rooms timetable")
_ACK_WITHIN = 0.8
_FORM_WITHIN = 2.0
_TAKE_OVER_AFTER = timedelta(seconds=40)
_LONGEST_TITLE = 150
_EMPTY: Mapping[str, str] = {}


class Turns:
    """Answers commands, presses, forms, shortcuts, mentions and messages; each delivery once."""

    def __init__(
        self,
        *,
        answers: Answers,
        once: Once,
        api: SlackApi,
        speaker: Speaker,
        people: People,
        health: Health,
        look: Callable[[str], Look],
        chores: Chores,
    ) -> None:
        self._answers, self._once, self._api, self._speaker = answers, once, api, speaker
        self._people, self._health, self._look, self._chores = people, health, look, chores
        self.homes = Homes(api, self._draw_home, health)

    # What people type

    async def command(self, bot: Bot, body: Body, ack: Ack) -> None:
        """A slash command: the answer rides the acknowledgement, unless it takes too long for that."""
        did = incoming.of_command(body)
        if not await self._is_first(did):
            await ack()
            return
        line = f"{body['command'].lstrip('/')} {body.get('text', '')}"
        answering = asyncio.ensure_future(self._answer_line(bot, did, line))
        try:
            async with asyncio.timeout(_ACK_WITHIN):
                reply, look, more = await asyncio.shield(answering)
        except TimeoutError:
            await ack()
            self._chores.start(self._finish_command(bot, did, answering))
            return
        if reply.form is not None:
            await ack()
            await self._open(bot, did, reply, look)
        else:
            await ack(message(reply, look, more) | manner(did, reply))
        self._after(bot, did, reply)

    async def _finish_command(
        self, bot: Bot, did: Incoming, answering: "asyncio.Future[tuple[Reply, Look, tuple[Button, ...]]]"
    ) -> None:
        self._health.count("late answer")
        reply, look, more = await answering
        await self._show(bot, did, reply, look, more)

    async def _answer_line(
        self, bot: Bot, did: Incoming, text: str, *, free: bool = False
    ) -> tuple[Reply, Look, tuple[Button, ...]]:
        people = await self._people.names_for(bot, incoming.people_in(text))
        words = incoming.words_of(text, people)
        reply, look = await self._ask(bot, did, words=words, free=free)
        shareable = not free and not did.in_dm
        return reply, look, share_buttons(words, reply) if shareable else ()

    async def lost(self, bot: Bot, body: Body, said: Body) -> None:
        """An acknowledgement that held the answer to a command was lost on its way."""
        if body.get("response_url"):
            try:
                await self._api.respond(body["response_url"], said)
            except SlackTrouble as trouble:
                logger.warning("an answer was lost with its socket: %s", trouble)

    async def words(self, bot: Bot, body: Body, text: str) -> None:
        """A direct message or a mention, in plain words."""
        did = incoming.of_event(body)
        if not await self._is_first(did, again_after=_TAKE_OVER_AFTER):
            return
        reply, look, more = await self._answer_line(bot, did, text, free=True)
        await self._show(bot, did, reply, look, more)
        await self._once.finish(did.key)

    # What people press

    async def press(self, bot: Bot, body: Body) -> None:
        """A button or menu, in a message, a modal or Home."""
        pressed = incoming.pressed_in(body)
        did = incoming.of_interaction(body)
        if not await self._is_first(did):
            return
        if pressed is None:
            await self._refresh_form(bot, did, body)
        elif pressed.action == SHARE:
            await self._share(bot, did, pressed.value)
        else:
            reply, look = await self._ask(bot, did, action=pressed.action, value=pressed.value)
            await self._show(bot, did, reply, look)

    async def _share(self, bot: Bot, did: Incoming, words: str) -> None:
        """Ask again, and show everybody: what is free now is not what was free then."""
        reply, look = await self._ask(bot, did, words=words)
        if not reply.is_refusal:
            profile = await self._people.profile(bot, did.user)
            shared_by = (f"Shared by {profile.name or 'someone'}",)
            footer = (*reply.footer, " · ", *shared_by) if reply.footer else shared_by
            reply = replace(reply, audience=Audience.CHANNEL, replaces=False, footer=footer)
        await self._show(bot, did, reply, replace(look, reader_zone=""))

    async def _refresh_form(self, bot: Bot, did: Incoming, body: Body) -> None:
        """An input changed that others follow; what was typed is kept because the inputs keep their names."""
        view = body.get("view") or {}
        if view.get("callback_id") != FORM:
            return
        carried = _carried(view)
        values = incoming.values_of(view)
        reply, look = await self._ask(bot, did, action=REFRESH, value=carried.get("form", ""), form=values)
        if reply.form is not None:
            await self._update_view(bot, did, form_view(reply.form, look, _origin(carried)))

    async def submit(self, bot: Bot, body: Body, ack: Ack) -> None:
        """A form sent in: mistakes at their inputs, refusals on top of the form, success where it began."""
        did = incoming.of_interaction(body)
        if not await self._is_first(did):
            await ack()
            return
        view, carried = body["view"], _carried(body["view"])
        action, state = carried.get("form", ""), carried.get("state", "")
        answering = asyncio.ensure_future(
            self._ask(bot, did, action=action, value=state, form=incoming.values_of(view))
        )
        try:
            async with asyncio.timeout(_FORM_WITHIN):
                reply, look = await asyncio.shield(answering)
        except TimeoutError:
            await ack(response_action="update", view=result_view(Reply(("Still at it …",)), self._look("")))
            self._chores.start(self._finish_form(bot, did, answering))
            return
        await self._acknowledge_form(bot, replace(did, **_place(carried)), view, reply, look, ack)
        self._after(bot, did, reply)

    async def _finish_form(
        self, bot: Bot, did: Incoming, answering: "asyncio.Future[tuple[Reply, Look]]"
    ) -> None:
        self._health.count("late answer")
        reply, look = await answering
        await self._update_view(bot, replace(did, view_hash=""), _view_of(reply, look))
        self._after(bot, did, reply)

    async def _acknowledge_form(
        self, bot: Bot, did: Incoming, view: Body, reply: Reply, look: Look, ack: Ack
    ) -> None:
        errors = errors_at_inputs(view, reply)
        if errors:
            await ack(response_action="errors", errors=errors)
        elif reply.form is not None:
            await ack(response_action="update", view=form_view(reply.form, look))
        elif reply.is_refusal:
            await ack(response_action="push", view=result_view(reply, look))
        elif did.response_url:
            await ack(response_action="clear")
            await self._speaker.say(bot, did, reply, look)
        else:
            await ack(response_action="update", view=result_view(reply, look))

    # Shortcuts and Home

    async def shortcut(self, bot: Bot, body: Body) -> None:
        """ "Find a room" anywhere, "Book a room for this" on a message, whose text becomes the title."""
        did = incoming.of_interaction(body)
        if not await self._is_first(did):
            return
        if body["callback_id"] == FIND_ROOM:
            reply, look = await self._ask(bot, did, words="rooms free now")
        else:
            text = incoming.words_of((body.get("message") or {}).get("text", ""), {})
            title = {"title": text[:_LONGEST_TITLE]}
            reply, look = await self._ask(bot, did, action=REFRESH, form=title)
        await self._open(bot, did, reply, look)

    async def _draw_home(self, bot: Bot, user: str) -> Payload:
        did = Incoming(bot.team, user, "")
        told: list[Reply] = []
        look = self._look("")
        for line in HOME_LINES:
            reply, look = await self._ask(bot, did, words=line)
            if not reply.is_refusal:
                told.append(reply)
        return home_view([*told, _WAYS], look)

    # Steps shared by all

    async def _is_first(self, did: Incoming, *, again_after: timedelta | None = None) -> bool:
        first = await self._once.claim(did.key, again_after=again_after)
        self._health.count("delivery" if first else "repeated delivery")
        return first

    async def _ask(
        self,
        bot: Bot,
        did: Incoming,
        *,
        words: str = "",
        free: bool = False,
        action: str = "",
        value: str = "",
        form: Mapping[str, str] = _EMPTY,
    ) -> tuple[Reply, Look]:
        by = await self._people.asker(bot, did.user)
        asked = Asked(by, words, free, action, value, form, did.key, did.channel)
        return await self._answers.answer(asked), self._look(by.zone)

    async def _show(
        self, bot: Bot, did: Incoming, reply: Reply, look: Look, more: tuple[Button, ...] = ()
    ) -> None:
        """Put a reply where the thing was done: a form in a modal, a modal's answer in it, Home's over it."""
        if reply.form is not None and did.trigger:
            await self._open(bot, did, reply, look)
        elif did.view and not did.at_home:
            await self._update_view(bot, did, _view_of(reply, look))
        elif did.at_home:
            await self._open(bot, did, reply, look)
        else:
            await self._speaker.say(bot, did, reply, look, more)
        self._after(bot, did, reply)

    async def _open(self, bot: Bot, did: Incoming, reply: Reply, look: Look) -> None:
        """Open a modal within the trigger's life; when that fails its words are said instead."""
        if did.view and not did.at_home:
            await self._update_view(bot, did, _view_of(reply, look))
            return
        origin = {"channel": did.channel, "response_url": did.response_url, "shared": did.shared}
        view = form_view(reply.form, look, origin) if reply.form else result_view(reply, look)
        try:
            await self._api.call(
                bot, lambda client: client.views_open(trigger_id=did.trigger, view=view), repeatable=False
            )
        except SlackTrouble as trouble:
            logger.info("a form could not be opened for %s: %s", did.key, trouble)
            await self._speaker.say(bot, replace(did, channel=did.channel), _instead(reply), look)

    async def _update_view(self, bot: Bot, did: Incoming, view: Payload) -> None:
        guard = {"hash": did.view_hash} if did.view_hash else {}
        try:
            await self._api.call(
                bot, lambda client: client.views_update(view_id=did.view, view=view, **guard)
            )
        except SlackTrouble as trouble:
            self._health.count("view not updated")
            logger.info("a modal could not be changed for %s: %s", did.key, trouble)

    def _after(self, bot: Bot, did: Incoming, reply: Reply) -> None:
        """Something may have changed that Home shows."""
        if reply.tone is Tone.DONE or did.at_home:
            self.homes.freshen(bot, did.user)


def share_buttons(words: str, reply: Reply) -> tuple[Button, ...]:
    """Share, beneath answers that are about rooms and about nobody."""
    if reply.is_refusal or not (reply.items or reply.table) or not words.startswith(SHAREABLE):
        return ()
    return (Button(SHARE, "Share to the channel", words),)


def errors_at_inputs(view: Body, reply: Reply) -> dict[str, str]:
    """What is wrong, by the block it belongs to; what belongs to none stands at the first."""
    blocks = [each["block_id"] for each in view["blocks"] if each["type"] == "input"]
    errors: dict[str, str] = {}
    for name, sentence in reply.form_errors.items():
        block = f"in.{name}" if f"in.{name}" in blocks else next(iter(blocks), "")
        if block:
            errors[block] = f"{errors[block]} {sentence}" if block in errors else sentence or "?"
    return errors


def _view_of(reply: Reply, look: Look) -> Payload:
    return form_view(reply.form, look) if reply.form else result_view(reply, look)


def _carried(view: Body) -> dict[str, Any]:
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


_ORIGIN = ("channel", "response_url", "shared")


def _origin(carried: Body) -> dict[str, Any]:
    return {name: carried[name] for name in _ORIGIN if name in carried}


def _place(carried: Body) -> dict[str, Any]:
    """Where a form was opened from, unless that was a message that others see too."""
    return {name: carried[name] for name in ("channel", "response_url") if carried.get(name)}


def _instead(reply: Reply) -> Reply:
    if reply.form is None or reply.text:
        return replace(reply, form=None)
    again = Button(FORM_ACTION, "Try again", opens=True)
    return Reply(("Slack did not open the form in time.",), tone=Tone.BROKEN, actions=(again,))


_WAYS = Reply(
    actions=(
        Button(FORM_ACTION, "Book a room…", opens=True),
        Button("free_now", "What is free now"),
        Button("help", "Help"),
    )
)
