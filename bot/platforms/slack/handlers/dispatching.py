"""Putting what people do in Slack to the dispatcher, each delivery once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.chat.reply import Button, Reply
from bot.chat.request import ChatRequest, QuotedMessage
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.ports import Deduplicator, SlackDispatcher, SlackInstallation
from bot.platforms.slack.render.markup import RenderContext
from core.errors import Unavailable

SHARE = "share_answer"
_SHAREABLE = ("rooms free", "rooms find", "free", "rooms status", "rooms timetable")
_RECLAIM_AFTER = timedelta(seconds=40)
_NO_REPLY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class DispatchedReply:
    """A reply, how it looks to the one who asked, and Slack's own buttons beneath it."""

    reply: Reply
    context: RenderContext
    extra_buttons: tuple[Button, ...] = ()


class RequestDispatcher:
    """Knows who asks, remembers what was dealt with, and gets the answer."""

    def __init__(
        self,
        answers: SlackDispatcher,
        once: Deduplicator,
        profiles: ProfileCache,
        health: SlackHealth,
        look: Callable[[str], RenderContext],
    ) -> None:
        self._answers, self._once, self._health = answers, once, health
        self.people, self.look = profiles, look

    async def is_first(self, event: SlackEvent, *, is_event: bool = False) -> bool:
        """Whether this was not dealt with before. Events come again, so one left undone may be taken over."""
        again_after = _RECLAIM_AFTER if is_event else None
        try:
            first = await self._once.claim(event.key, again_after=again_after)
        except Unavailable as unavailable:
            self._health.report("claims", str(unavailable))
            return True  # better to answer twice than not at all; a booking carries its key and is made once
        self._health.clear("claims")
        self._health.count("delivery" if first else "repeated delivery")
        return first

    async def finish(self, event: SlackEvent) -> None:
        with suppress(Unavailable):
            await self._once.finish(event.key)

    async def dispatch(
        self,
        installation: SlackInstallation,
        event: SlackEvent,
        *,
        words: str = "",
        free: bool = False,
        action: str = "",
        value: str = "",
        form: Mapping[str, str] = _NO_REPLY,
        key: str = "",
    ) -> DispatchedReply:
        """The answer. `key` makes a wish safe to repeat, the delivery's own when nothing better is known."""
        by = await self.people.requester(installation, event.user)
        asked = ChatRequest(by, words, free, action, value, form, key or event.key, event.channel)
        return DispatchedReply(await self._answers.dispatch(asked), self.look(by.zone))

    async def offer(
        self, installation: SlackInstallation, event: SlackEvent, text: str, *, wants_form: bool = False
    ) -> DispatchedReply:
        """What there is for a message of anybody's, which is data."""
        by = await self.people.requester(installation, event.user)
        words = incoming.text_of(text, {})
        message = QuotedMessage(
            by, words, wants_form=wants_form, delivery_id=event.key, channel=event.channel
        )
        return DispatchedReply(await self._answers.offer(message), self.look(by.zone))

    async def dispatch_text(
        self, installation: SlackInstallation, event: SlackEvent, text: str, *, free: bool = False
    ) -> DispatchedReply:
        """Ask what someone typed, mentions and all."""
        people = await self.people.names_for(installation, incoming.people_in(text))
        words = incoming.text_of(text, people)
        answered = await self.dispatch(installation, event, words=words, free=free)
        if free or event.in_dm:
            return answered
        return DispatchedReply(answered.reply, answered.context, share_buttons(words, answered.reply))


def share_buttons(words: str, reply: Reply) -> tuple[Button, ...]:
    """Share, beneath answers that are about rooms and about nobody."""
    if reply.is_refusal or not (reply.items or reply.table) or not is_shareable(words):
        return ()
    return (Button(SHARE, "Share to the channel", words),)


def is_shareable(words: str) -> bool:
    """Whether a line asks about rooms and does nothing, so that a button may ask it again."""
    return words.startswith(_SHAREABLE)
