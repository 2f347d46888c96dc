"""Roomie's door on Discord: put together, opened and closed here."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo

import discord

from bot.chat.command import Command
from bot.chat.reply import Reply
from bot.platforms.base import PlatformRoute
from bot.platforms.discord.delivery import Doorstep
from bot.platforms.discord.gateway.client import Events, connect
from bot.platforms.discord.gateway.command_sync import CommandSync
from bot.platforms.discord.gateway.endpoint import DiscordSignature, Endpoint
from bot.platforms.discord.gateway.settings import DiscordSettings
from bot.platforms.discord.interactions.handler import Attendant
from bot.platforms.discord.interactions.messages import Listener
from bot.platforms.discord.interactions.router import Reception
from bot.platforms.discord.ports import Dispatches, Notebook, Once, Suggests
from bot.platforms.discord.render.views import NETWORK
from bot.platforms.discord.state.shared import Scene
from bot.redaction import error_name
from core.clock import Clock
from core.errors import Unavailable
from core.model.entities import Identity

logger = logging.getLogger(__name__)
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0


class CannotOpen(Exception):
    """Discord does not let us in, and waiting would not help; the sentence says why."""


class DiscordDoor:
    """All of Discord behind what the house asks of a platform."""

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        dispatcher: Dispatches,
        suggestions: Suggests,
        commands: Sequence[Command],
        once: Once,
        notebook: Notebook,
        clock: Clock,
        zone: tzinfo,
        zone_of: Callable[[Identity], tzinfo] | None = None,
    ) -> None:
        self._settings = settings
        scene = Scene(zone, zone_of)
        self.counts = scene.counts
        self._doorstep = Doorstep(scene, notebook, clock)
        self._sync = CommandSync(settings, notebook)
        self._attendant = Attendant(dispatcher, once, scene, self._doorstep, clock, settings.patience)
        listener = Listener(dispatcher, once, scene, self._doorstep)
        self._reception = Reception(commands, suggestions, self._attendant, listener, self._sync)
        self._endpoint = Endpoint(settings.public_key, clock)
        self._client: Events | None = None
        self._leaving = asyncio.Event()
        self._online = asyncio.Event()

    async def run(self) -> None:
        """Be on Discord until `close`, however often it goes away. `CannotOpen` when it will not have us."""
        privileged, wait = True, _FIRST_WAIT
        while not self._leaving.is_set():
            try:
                await self._stay(privileged=privileged)
            except discord.PrivilegedIntentsRequired as error:
                if not privileged:
                    raise CannotOpen("Discord refuses the intents that Roomie asks for.") from error
                logger.warning("Discord does not grant the message content intent; carrying on without it")
                privileged = False
            except discord.LoginFailure as error:
                raise CannotOpen("Discord does not accept the token (DISCORD_TOKEN).") from error
            except discord.ConnectionClosed as error:
                raise CannotOpen(f"Discord closed the connection for good (code {error.code}).") from error
            except (discord.HTTPException, discord.GatewayNotFound, Unavailable, *NETWORK) as error:
                logger.warning(
                    "Discord cannot be reached, trying again in %.0f s: %s", wait, error_name(error)
                )
                await self._pause(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    async def _stay(self, *, privileged: bool) -> None:
        """One connection from login to its end; the library brings it back by itself meanwhile.

        Whoever cancels it waits until what was begun is finished.
        """
        self._client = client = connect(self._settings, self._reception, self._online, privileged=privileged)
        async with client:
            await client.login(self._settings.token)
            self._doorstep.opened_by(client)
            self._endpoint.opened_by(client)
            try:
                await self._listen(client)
            finally:
                await self._attendant.drained(self._settings.drain)

    async def _listen(self, client: Events) -> None:
        if self._settings.gateway:
            await client.connect()
        else:
            self._online.set()
            await self._leaving.wait()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._leaving.wait(), seconds)

    async def close(self) -> None:
        """Finish what was begun, then leave."""
        await self._attendant.drained(self._settings.drain)
        self._leaving.set()
        if self._client is not None:
            await self._client.close()

    def routes(self) -> list[PlatformRoute]:
        """The interactions endpoint for our HTTP server, where a public key is set."""
        if not self._settings.has_endpoint:
            return []
        signature = DiscordSignature(self._settings.public_key)
        path = self._settings.interactions_path
        return [PlatformRoute("discord interactions", "POST", path, self._endpoint.handle, signature)]

    @property
    def name(self) -> str:
        return "discord"

    @property
    def is_connected(self) -> bool:
        return self._online.is_set()

    async def opened(self) -> None:
        """Wait until people can be heard."""
        await self._online.wait()

    async def health(self) -> Mapping[str, object]:
        way = "gateway" if self._settings.gateway else "http"
        return {"ok": self.is_connected, "way": way, "at_work": self._attendant.at_work}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Tell somebody by direct message or privately, once for each key; see `Doorstep.send`."""
        await self._doorstep.send(to, reply, key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        """Whether the message with this key arrived; see `Doorstep.was_sent`."""
        return await self._doorstep.was_sent(to, key, since)

    async def changed(self, people: Iterable[Identity]) -> None:
        """Discord keeps no page of anybody's that would have to follow."""

    async def sync(self) -> int:
        """Announce the commands now, by hand; how many they are."""
        client = connect(self._settings, self._reception, asyncio.Event(), announces=False)
        async with client:
            await client.login(self._settings.token)
            return await self._sync.announce_now(client.tree)
