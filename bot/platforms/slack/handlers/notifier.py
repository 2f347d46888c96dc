"""Sends notifications from the outbox as direct messages, or to a channel."""

from collections.abc import Callable
from datetime import datetime

from bot.chat.reply import Reply
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import Installation, Installations
from bot.platforms.slack.client.errors import SlackError, SlackRecipientUnreachable
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers.last_places import LastPlaces
from bot.platforms.slack.handlers.responder import Responder
from bot.platforms.slack.identities import is_channel, team_and_user
from bot.platforms.slack.render.markup import RenderContext
from bot.platforms.slack.render.renderer import message
from bot.platforms.slack.render.slash_hints import SlashHints
from core.clock import Clock
from core.model import Identity


class Notifier:
    """Sends to an identity. Raises the errors of the `Platform` port, or another `SlackError`."""

    def __init__(
        self,
        installations: Installations,
        responder: Responder,
        profiles: ProfileCache,
        clock: Clock,
        health: PlatformHealth,
        render_context: Callable[[str], RenderContext],
        places: LastPlaces,
        hints: SlashHints,
    ) -> None:
        self._hints = hints
        self._places = places
        self._installations, self._responder, self._profiles = installations, responder, profiles
        self._clock, self._health, self._render_context = clock, health, render_context

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Post a message whose metadata holds `key`, by which `was_sent` finds it.

        Somebody whose direct messages are closed is told alone where they last used Roomie.
        """
        installation, user = await self._installation_for(to)
        zone = "" if is_channel(user) else (await self._profiles.profile(installation, user)).zone
        payload = message(self._hints.translate(reply), self._render_context(zone))
        try:
            await self._responder.post(installation, user, payload, key, self._clock.now())
        except SlackRecipientUnreachable:
            self._health.count("direct message unreachable")
            place = self._places.find(to)
            if place is None:
                raise
            await self._responder.tell_in_channel(installation, user, place, payload)
            self._health.count("told in a channel")
        else:
            self._health.count("direct message")

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        """Whether a message with this key arrived since then. Raises when that is unknown."""
        installation, user = await self._installation_for(to)
        return await self._responder.was_posted(installation, user, key, since)

    async def _installation_for(self, to: Identity) -> tuple[Installation, str]:
        team, user = team_and_user(to)
        installation = await self._installations.find(team)
        if installation is None:
            raise NotInstalled(team)
        return installation, user


class NotInstalled(SlackError):
    """Roomie is not, or no longer, installed in that workspace."""

    def __init__(self, team: str) -> None:
        super().__init__(f"Roomie is not installed in the workspace {team}.")
