"""App Home: what is free, what is mine, and kept so when something changes elsewhere."""

import asyncio
import logging

from bot.chat.actions import Action
from bot.chat.reply import Button, Reply, Tone
from bot.platforms.slack.client.api import SlackApi, SlackError
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.handlers.dispatching import RequestDispatcher
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.handlers.modals import FORM_ACTION
from bot.platforms.slack.ports import SlackInstallation, identity_of
from bot.platforms.slack.render.renderer import BlockKitPayload, home_view
from core.model.entities import Identity

logger = logging.getLogger(__name__)

_LINES = ("whoami", "rooms mine", "rooms quota", "rooms free now")
_HOME_BUTTONS = Reply(
    actions=(
        Button(FORM_ACTION, "Book a room…", opens=True),
        Button(Action.FREE_NOW, "Free now"),
        Button(Action.HELP, "Help"),
    )
)
_MAX_CONCURRENT = 2


class AppHome:
    """Publishes Homes, one at a time for each person; wishes that come meanwhile become one more."""

    def __init__(self, dispatcher: RequestDispatcher, api: SlackApi, health: SlackHealth) -> None:
        self._asking, self._api, self._health = dispatcher, api, health
        self._publishing: dict[Identity, asyncio.Task[None]] = {}
        self._again: set[Identity] = set()
        self._turn = asyncio.Semaphore(_MAX_CONCURRENT)

    def update_after(self, installation: SlackInstallation, event: SlackEvent, reply: Reply) -> None:
        """Something was answered that may have changed what Home shows."""
        if reply.tone is Tone.DONE or event.at_home:
            self.schedule_publish(installation, event.user)

    def schedule_publish(self, installation: SlackInstallation, user: str) -> None:
        """See to it that someone's Home shows what is so now."""
        identity = identity_of(installation.team, user)
        if identity in self._publishing:
            self._again.add(identity)
            return
        self._publishing[identity] = asyncio.ensure_future(self._publish(installation, user, identity))

    async def _publish(self, installation: SlackInstallation, user: str, identity: Identity) -> None:
        self._again.add(identity)
        try:
            while identity in self._again:
                self._again.discard(identity)
                async with self._turn:
                    await self._publish_once(installation, user)
        finally:
            self._again.discard(identity)
            del self._publishing[identity]

    async def _publish_once(self, installation: SlackInstallation, user: str) -> None:
        view = await self._render(installation, user)
        try:
            await self._api.call(installation, lambda client: client.views_publish(user_id=user, view=view))
        except SlackError as trouble:
            self._health.count("home not published")
            logger.info("the Home of %s in %s is not up to date: %s", user, installation.team, trouble)
        else:
            self._health.count("home published")

    async def _render(self, installation: SlackInstallation, user: str) -> BlockKitPayload:
        did = SlackEvent(installation.team, user, "")
        answers = [await self._asking.dispatch(installation, did, words=line) for line in _LINES]
        told = [each.reply for each in answers if not each.reply.is_refusal]
        return home_view([*told, _HOME_BUTTONS], answers[-1].context)

    async def wait_idle(self) -> None:
        """Wait until nothing is being published."""
        while self._publishing:
            await asyncio.gather(*self._publishing.values(), return_exceptions=True)

    async def stop(self) -> None:
        for task in list(self._publishing.values()):
            task.cancel()
        await self.wait_idle()
