"""App Home: what is free, what is mine, and kept so when something changes elsewhere."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.platforms.slack.api import SlackApi, SlackTrouble
from bot.platforms.slack.health import Health
from bot.platforms.slack.ports import Bot, identity_of
from bot.platforms.slack.render import Payload
from core.model import Identity

logger = logging.getLogger(__name__)

Draw = Callable[[Bot, str], Awaitable[Payload]]


class Homes:
    """Publishes Homes, one at a time for each person; wishes that come meanwhile become one more."""

    def __init__(self, api: SlackApi, draw: Draw, health: Health) -> None:
        self._api, self._draw, self._health = api, draw, health
        self._publishing: dict[Identity, asyncio.Task[None]] = {}
        self._again: set[Identity] = set()

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
                await self._publish_once(bot, user)
        finally:
            self._again.discard(identity)
            del self._publishing[identity]

    async def _publish_once(self, bot: Bot, user: str) -> None:
        view = await self._draw(bot, user)
        try:
            await self._api.call(bot, lambda client: client.views_publish(user_id=user, view=view))
        except SlackTrouble as trouble:
            self._health.count("home not published")
            logger.info("the Home of %s in %s is not up to date: %s", user, bot.team, trouble)
        else:
            self._health.count("home published")

    async def settled(self) -> None:
        """Wait until nothing is being published."""
        while self._publishing:
            await asyncio.gather(*self._publishing.values(), return_exceptions=True)

    async def stop(self) -> None:
        for task in list(self._publishing.values()):
            task.cancel()
        await self.settled()
