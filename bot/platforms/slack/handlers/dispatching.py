"""Passes deliveries from Slack to the dispatcher, each once."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.reply import Audience, Button, ButtonStyle, Reply
from bot.chat.request import ChatRequest, QuotedMessage, Requester
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import ChatDispatcher, Deduplicator, Installation
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers import event as events
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.handlers.last_places import LastPlaces
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.slash_hints import SlashHints
from core.errors import Unavailable
from core.model import Identity

SHARE = "share_answer"
SHARE_LINE = "share_line"
_SHAREABLE = ("rooms free", "rooms find", "free", "rooms status", "rooms timetable")
_RECLAIM_AFTER = timedelta(seconds=40)
_NO_FORM: Mapping[str, str] = {}
_NO_NAMES: Mapping[Identity, str] = {}


class DispatchedReply(Struct, frozen=True):
    """A reply, the context to render it in, and buttons that only Slack has."""

    reply: Reply
    context: RenderContext
    extra_buttons: tuple[Button, ...] = ()


class RequestDispatcher:
    """Deduplicates deliveries, looks up the requester, and dispatches."""

    def __init__(
        self,
        dispatcher: ChatDispatcher,
        deduplicator: Deduplicator,
        profiles: ProfileCache,
        health: PlatformHealth,
        render_context: Callable[[str], RenderContext],
        places: LastPlaces,
        hints: SlashHints,
    ) -> None:
        self._hints = hints
        self._places = places
        self._dispatcher, self._deduplicator, self._health = dispatcher, deduplicator, health
        self.profiles, self.render_context = profiles, render_context

    async def is_first(self, event: SlackEvent, *, is_event: bool = False) -> bool:
        """Claim a delivery; False for a repetition.

        Slack repeats events, so an unfinished claim on one can be taken over after `_RECLAIM_AFTER`.
        """
        self._places.remember(event)
        again_after = _RECLAIM_AFTER if is_event else None
        try:
            first = await self._deduplicator.claim(event.key, again_after=again_after)
        except Unavailable as unavailable:
            self._health.report("claims", str(unavailable))
            return True  # rather reply twice than not at all; a booking is idempotent by its key
        self._health.clear("claims")
        self._health.count("delivery" if first else "repeated delivery")
        return first

    async def finish(self, event: SlackEvent) -> None:
        with suppress(Unavailable):
            await self._deduplicator.finish(event.key)

    async def dispatch(
        self,
        installation: Installation,
        event: SlackEvent,
        *,
        text: str = "",
        is_free_text: bool = False,
        action: str = "",
        value: str = "",
        form: Mapping[str, str] = _NO_FORM,
        key: str = "",
        names: Mapping[Identity, str] = _NO_NAMES,
    ) -> DispatchedReply:
        """Dispatch a request. `key` is its idempotency key, by default that of the delivery."""
        requester = await self.profiles.requester(installation, event.user)
        request = ChatRequest(
            requester,
            text,
            is_free_text,
            action,
            value,
            form,
            key or event.key,
            event.channel,
            is_direct=event.is_dm,
            names=names,
            thread=event.thread,
        )
        return self._dispatched(await self._dispatcher.dispatch(request), requester)

    def _dispatched(self, reply: Reply, requester: Requester) -> DispatchedReply:
        return DispatchedReply(self._hints.translate(reply), self.render_context(requester.zone))

    async def offer(
        self, installation: Installation, event: SlackEvent, text: str, *, wants_form: bool = False
    ) -> DispatchedReply:
        """Offer rooms for a message that the requester did not type; its text is data and no command."""
        requester = await self.profiles.requester(installation, event.user)
        message = QuotedMessage(
            requester,
            events.text_of(text, {}),
            wants_form=wants_form,
            delivery_id=event.key,
            channel=event.channel,
        )
        return self._dispatched(await self._dispatcher.offer(message), requester)

    async def dispatch_text(
        self, installation: Installation, event: SlackEvent, text: str, *, is_free_text: bool = False
    ) -> DispatchedReply:
        """Dispatch what a person typed, with mentioned users by name."""
        users = events.people_in(text)
        line = events.text_of(text, await self.profiles.names_for(installation, users))
        names = await self.profiles.display_names(installation, users)
        dispatched = await self.dispatch(
            installation, event, text=line, is_free_text=is_free_text, names=names
        )
        if dispatched.reply.audience is Audience.CHANNEL and not event.is_in_channel:
            return replace(dispatched, reply=_which_channel(line))
        if is_free_text or event.is_dm:
            return dispatched
        return DispatchedReply(dispatched.reply, dispatched.context, share_buttons(line, dispatched.reply))


def _which_channel(line: str) -> Reply:
    """Asks where to post what was typed in direct messages for a channel."""
    button = Button(SHARE_LINE, "Choose a channel…", line, ButtonStyle.PRIMARY)
    return Reply(("In which channel shall I share it?",), actions=(button,))


def share_buttons(line: str, reply: Reply) -> tuple[Button, ...]:
    """The Share button, beneath replies about rooms; never beneath those about a person."""
    if reply.is_refusal or not (reply.items or reply.table) or not is_shareable(line):
        return ()
    return (Button(SHARE, "Share to the channel", line),)


def is_shareable(line: str) -> bool:
    """Whether a line only reads about rooms, so that a button may run it again."""
    words = line.casefold()
    return words.startswith(_SHAREABLE) and not words.endswith((" help", " ?"))
