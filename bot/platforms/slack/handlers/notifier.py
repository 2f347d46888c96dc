"""Direct messages from the outbox: confirmations, reminders, and what could not be said at once."""

from collections.abc import Callable
from datetime import datetime

from bot.chat.reply import Reply
from bot.platforms.slack.client.api import SlackError, SlackRecipientUnreachable
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.ports import Installations, SlackInstallation, is_channel, team_and_user
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import message
from core.clock import Clock
from core.model.entities import Identity


class Notifier:
    """Sends to an identity. Raises `Unreachable` (give up), or another `SlackError` (try again later)."""

    def __init__(
        self,
        bots: Installations,
        responder: Responder,
        profiles: ProfileCache,
        clock: Clock,
        health: SlackHealth,
        look: Callable[[str], RenderContext],
    ) -> None:
        self._bots, self._speaker, self._people = bots, responder, profiles
        self._clock, self._health, self._look = clock, health, look

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Say it in a direct message, or in a channel; `key` makes it findable by `was_sent`."""
        bot, user = await self._bot_for(to)
        zone = "" if is_channel(user) else (await self._people.profile(bot, user)).zone
        payload = message(reply, self._look(zone))
        try:
            await self._speaker.post(bot, user, payload, key, self._clock.now())
        except SlackRecipientUnreachable:
            self._health.count("direct message unreachable")
            raise
        self._health.count("direct message")

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        """Whether a message with this key arrived since then. Raises when nobody can tell."""
        bot, user = await self._bot_for(to)
        return await self._speaker.was_posted(bot, user, key, since)

    async def _bot_for(self, to: Identity) -> tuple[SlackInstallation, str]:
        team, user = team_and_user(to)
        bot = await self._bots.find(team)
        if bot is None:
            raise NotInstalled(team)
        return bot, user


class NotInstalled(SlackError):
    """Roomie is not, or no longer, in that workspace."""

    def __init__(self, team: str) -> None:
        super().__init__(f"Roomie is not installed in the workspace {team}.")
