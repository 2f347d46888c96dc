"""App Home: what is free, what is mine, and kept so when something changes elsewhere."""

import asyncio
import logging

from bot.chat.reply import Button, Reply, Tone
from bot.platforms.slack.client.api import SlackApi, SlackTrouble
from bot.platforms.slack.client.health import Health
from bot.platforms.slack.handlers.dispatching import Asking
from bot.platforms.slack.handlers.event import Incoming
from bot.platforms.slack.handlers.modals import FORM_ACTION
from bot.platforms.slack.ports import Bot, identity_of
from bot.platforms.slack.render.renderer import Payload, home_view
from core.model.entities import Identity

logger = logging.getLogger(__name__)

_LINES = ("whoami", "rooms mine", "rooms quota", "rooms free now")
_WAYS = Reply(
    actions=(
        Button(FORM_ACTION, "Book a room…", opens=True),
        Button("free_now", "What is free now"),
        Button("help", "Help"),
    )
)
_AT_ONCE = 2


class Homes:
    """Publishes Homes, one at a time for each person; wishes that come meanwhile become one more."""

    def __init__(self, asking: Asking, api: SlackApi, health: Health) -> None:
        self._asking, self._api, self._health = asking, api, health
        self._publishing: dict[Identity, asyncio.Task[None]] = {}
        self._again: set[Identity] = set()
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def after(self, bot: Bot, did: Incoming, reply: Reply) -> None:
        """Something was answered that may have changed what Home shows."""
        if reply.tone is Tone.DONE or did.at_home:
            self.freshen(bot, did.user)

    def freshen(self, bot: Bot, user: str) -> None:
        """See to it that someone's Home shows what is so now."""
        identity = identity_of(bot.team, user)
        if identity in self._publishing:
            self._again.add(identity)
            return
        self._publishing[identity] = asyncio.ensure_future(self._publish(bot, user, identity))

    async def _publish(self, bot: Bot, user: str, identity: Identity) -> None:
        self._again.add(identity)
        try:
            while identity in self._again:
                self._again.discard(identity)
                async with self._turn:
                    await self._publish_once(bot, user)
        finally:
            self._again.discard(identity)
            del self._publishing[identity]

    async def _publish_once(self, bot: Bot, user: str) -> None:
        view = await self._drawn(bot, user)
        try:
            await self._api.call(bot, lambda client: client.views_publish(user_id=user, view=view))
        except SlackTrouble as trouble:
            self._health.count("home not published")
            logger.info("the Home of %s in %s is not up to date: %s", user, bot.team, trouble)
        else:
            self._health.count("home published")

    async def _drawn(self, bot: Bot, user: str) -> Payload:
        did = Incoming(bot.team, user, "")
        answers = [await self._asking.ask(bot, did, words=line) for line in _LINES]
        told = [each.reply for each in answers if not each.reply.is_refusal]
        return home_view([*told, _WAYS], answers[-1].look)

    async def settled(self) -> None:
        """Wait until nothing is being published."""
        while self._publishing:
            await asyncio.gather(*self._publishing.values(), return_exceptions=True)

    async def stop(self) -> None:
        for task in list(self._publishing.values()):
            task.cancel()
        await self.settled()
