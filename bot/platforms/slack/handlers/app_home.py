"""App Home: free rooms and own bookings, published anew after every change."""

import asyncio
import logging

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.reply import Button, Choice, Reply, Tone
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Installation
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.errors import SlackError
from bot.platforms.slack.handlers.dispatching import RequestDispatcher
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.handlers.modals import FORM_ACTION
from bot.platforms.slack.identities import identity_of
from bot.platforms.slack.render.renderer import BlockKitPayload, home_view
from core.model import Identity

logger = logging.getLogger(__name__)

_BOOKINGS = "rooms mine"
_COMMANDS = ("rooms quota", "rooms free now", "whoami")
"""Below the bookings and the buttons; who one is comes last."""
_HOME_BUTTONS = Reply(
    actions=(
        Button(FORM_ACTION, "Book a room…", opens=True),
        Button(Action.FREE_NOW, "Free now"),
        Button(Action.HELP, "Help"),
    )
)
_MAX_CONCURRENT = 2
"""Homes published concurrently."""


def _home_actions(bookings: Reply) -> tuple[Button | Choice, ...]:
    """The buttons of App Home, and those that turn the pages of the bookings."""
    pages = [each for each in bookings.actions if isinstance(each, Button) and each.value]
    return (*_HOME_BUTTONS.actions, *pages)


class AppHome:
    """Publishes App Homes, one at a time per person; requests that come meanwhile are coalesced into one."""

    def __init__(self, dispatcher: RequestDispatcher, api: SlackApi, health: PlatformHealth) -> None:
        self._dispatcher, self._api, self._health = dispatcher, api, health
        self._publishing: dict[Identity, asyncio.Task[None]] = {}
        self._pending: set[Identity] = set()
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)

    def update_after(self, installation: Installation, event: SlackEvent, reply: Reply) -> None:
        """Publish after a reply that may have changed what App Home shows."""
        if reply.tone is Tone.DONE or event.is_app_home:
            self.schedule_publish(installation, event.user)

    def schedule_publish(self, installation: Installation, user: str) -> None:
        """Publish a person's App Home, or mark it for another round if that is under way."""
        identity = identity_of(installation.team, user)
        if identity in self._publishing:
            self._pending.add(identity)
            return
        self._publishing[identity] = asyncio.ensure_future(self._publish(installation, user, identity))

    async def _publish(self, installation: Installation, user: str, identity: Identity) -> None:
        self._pending.add(identity)
        try:
            while identity in self._pending:
                self._pending.discard(identity)
                async with self._slots:
                    await self._publish_once(installation, user)
        finally:
            self._pending.discard(identity)
            del self._publishing[identity]

    async def _publish_once(self, installation: Installation, user: str) -> None:
        view = await self._render(installation, user)
        try:
            await self._api.call(installation, lambda client: client.views_publish(user_id=user, view=view))
        except SlackError as error:
            self._health.count("home not published")
            logger.info("a Home in %s is not up to date: %s", installation.team, error)
        else:
            self._health.count("home published")

    async def _render(self, installation: Installation, user: str) -> BlockKitPayload:
        event = SlackEvent(installation.team, user, "")
        lines = (_BOOKINGS, *_COMMANDS)
        bookings, *others = [
            await self._dispatcher.dispatch(installation, event, text=line) for line in lines
        ]
        replies = [each.reply for each in others if not each.reply.is_refusal]
        lead = (
            []
            if bookings.reply.is_refusal
            else [replace(bookings.reply, actions=_home_actions(bookings.reply))]
        )
        return home_view([*(lead or [_HOME_BUTTONS]), *replies], others[-1].context)

    async def wait_idle(self) -> None:
        """Wait until no App Home is being published."""
        while self._publishing:
            await asyncio.gather(*self._publishing.values(), return_exceptions=True)

    async def stop(self) -> None:
        """Cancel what is being published."""
        for task in list(self._publishing.values()):
            task.cancel()
        await self.wait_idle()
