"""Putting what people do in Slack to the dispatcher, each delivery once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.chat.reply import Button, Reply
from bot.chat.request import Asked, QuotedMessage
from bot.platforms.slack.client.health import Health
from bot.platforms.slack.client.profiles import People
from bot.platforms.slack.handlers import event as incoming
from bot.platforms.slack.handlers.event import Incoming
from bot.platforms.slack.ports import Answers, Bot, Once
from bot.platforms.slack.render.markup import Look
from core.errors import Unavailable

SHARE = "share_answer"
_SHAREABLE = ("rooms free", "rooms find", "free", "rooms status", "rooms timetable")
_TAKE_OVER_AFTER = timedelta(seconds=40)
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply, how it looks to the one who asked, and Slack's own buttons beneath it."""

    reply: Reply
    look: Look
    more: tuple[Button, ...] = ()


class Asking:
    """Knows who asks, remembers what was dealt with, and gets the answer."""

    def __init__(
        self,
        answers: Answers,
        once: Once,
        people: People,
        health: Health,
        look: Callable[[str], Look],
    ) -> None:
        self._answers, self._once, self._health = answers, once, health
        self.people, self.look = people, look

    async def is_first(self, did: Incoming, *, is_event: bool = False) -> bool:
        """Whether this was not dealt with before. Events come again, so one left undone may be taken over."""
        again_after = _TAKE_OVER_AFTER if is_event else None
        try:
            first = await self._once.claim(did.key, again_after=again_after)
        except Unavailable as unavailable:
            self._health.trouble("claims", str(unavailable))
            return True  # better to answer twice than not at all; a booking carries its key and is made once
        self._health.fine("claims")
        self._health.count("delivery" if first else "repeated delivery")
        return first

    async def finish(self, did: Incoming) -> None:
        with suppress(Unavailable):
            await self._once.finish(did.key)

    async def ask(
        self,
        bot: Bot,
        did: Incoming,
        *,
        words: str = "",
        free: bool = False,
        action: str = "",
        value: str = "",
        form: Mapping[str, str] = _NOTHING,
        key: str = "",
    ) -> Answered:
        """The answer. `key` makes a wish safe to repeat, the delivery's own when nothing better is known."""
        by = await self.people.asker(bot, did.user)
        asked = Asked(by, words, free, action, value, form, key or did.key, did.channel)
        return Answered(await self._answers.answer(asked), self.look(by.zone))

    async def offer(self, bot: Bot, did: Incoming, text: str, *, wants_form: bool = False) -> Answered:
        """What there is for a message of anybody's, which is data."""
        by = await self.people.asker(bot, did.user)
        words = incoming.words_of(text, {})
        message = QuotedMessage(by, words, wants_form=wants_form, key=did.key, channel=did.channel)
        return Answered(await self._answers.offer(message), self.look(by.zone))

    async def ask_line(self, bot: Bot, did: Incoming, text: str, *, free: bool = False) -> Answered:
        """Ask what someone typed, mentions and all."""
        people = await self.people.names_for(bot, incoming.people_in(text))
        words = incoming.words_of(text, people)
        answered = await self.ask(bot, did, words=words, free=free)
        if free or did.in_dm:
            return answered
        return Answered(answered.reply, answered.look, share_buttons(words, answered.reply))


def share_buttons(words: str, reply: Reply) -> tuple[Button, ...]:
    """Share, beneath answers that are about rooms and about nobody."""
    if reply.is_refusal or not (reply.items or reply.table) or not is_shareable(words):
        return ()
    return (Button(SHARE, "Share to the channel", words),)


def is_shareable(words: str) -> bool:
    """Whether a line asks about rooms and does nothing, so that a button may ask it again."""
    return words.startswith(_SHAREABLE)
