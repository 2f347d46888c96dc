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
from bot.platforms.discord.delivery import DirectMessenger
from bot.platforms.discord.gateway.client import RoomieClient, connect
from bot.platforms.discord.gateway.command_sync import CommandSync
from bot.platforms.discord.gateway.endpoint import DiscordSignature, InteractionsEndpoint
from bot.platforms.discord.gateway.settings import DiscordSettings
from bot.platforms.discord.interactions.handler import InteractionHandler
from bot.platforms.discord.interactions.messages import MessageHandler
from bot.platforms.discord.interactions.router import EventRouter
from bot.platforms.discord.ports import Autocompleter, ChatDispatcher, FirstDelivery, KeyValues
from bot.platforms.discord.render.views import NETWORK_ERRORS
from bot.platforms.discord.state.shared import DiscordState
from bot.redaction import error_name
from core.clock import Clock
from core.errors import Unavailable
from core.model.entities import Identity

logger = logging.getLogger(__name__)
_FIRST_WAIT, _MAX_WAIT = 1.0, 60.0


class PlatformStartError(Exception):
    """Discord does not let us in, and waiting would not help; the sentence says why."""


class DiscordPlatform:
    """All of Discord behind what the house asks of a platform."""

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        dispatcher: ChatDispatcher,
        suggestions: Autocompleter,
        commands: Sequence[Command],
        once: FirstDelivery,
        notebook: KeyValues,
        clock: Clock,
        zone: tzinfo,
        zone_of: Callable[[Identity], tzinfo] | None = None,
    ) -> None:
        self._settings = settings
        scene = DiscordState(zone, zone_of)
        self.counts = scene.counts
        self._doorstep = DirectMessenger(scene, notebook, clock)
        self._sync = CommandSync(settings, notebook)
        self._attendant = InteractionHandler(
            dispatcher, once, scene, self._doorstep, clock, settings.request_timeout
        )
        listener = MessageHandler(dispatcher, once, scene, self._doorstep)
        self._reception = EventRouter(commands, suggestions, self._attendant, listener, self._sync)
        self._endpoint = InteractionsEndpoint(settings.public_key, clock)
        self._signature = DiscordSignature(settings.public_key, clock)
        self._client: RoomieClient | None = None
        self._leaving = asyncio.Event()
        self._online = asyncio.Event()

    async def run(self) -> None:
        """Stays connected to Discord until `close`; raises `PlatformStartError` when it refuses us."""
        privileged, wait = True, _FIRST_WAIT
        while not self._leaving.is_set():
            try:
                await self._run_connection(privileged=privileged)
            except discord.PrivilegedIntentsRequired as error:
                if not privileged:
                    raise PlatformStartError("Discord refuses the intents that Roomie asks for.") from error
                logger.warning("Discord does not grant the message content intent; carrying on without it")
                privileged = False
            except discord.LoginFailure as error:
                raise PlatformStartError("Discord does not accept the token (DISCORD_TOKEN).") from error
            except discord.ConnectionClosed as error:
                raise PlatformStartError(
                    f"Discord closed the connection for good (code {error.code})."
                ) from error
            except (discord.HTTPException, discord.GatewayNotFound, Unavailable, *NETWORK_ERRORS) as error:
                logger.warning(
                    "Discord cannot be reached, trying again in %.0f s: %s", wait, error_name(error)
                )
                await self._pause(wait)
                wait = min(wait * 2, _MAX_WAIT)

    async def _run_connection(self, *, privileged: bool) -> None:
        """One connection from login to its end; the library brings it back by itself meanwhile.

        Whoever cancels it waits until what was begun is finished.
        """
        self._client = client = connect(self._settings, self._reception, self._online, privileged=privileged)
        async with client:
            await client.login(self._settings.token)
            self._doorstep.attach(client)
            self._endpoint.attach(client)
            try:
                await self._listen(client)
            finally:
                await self._attendant.wait_idle(self._settings.shutdown_timeout)

    async def _listen(self, client: RoomieClient) -> None:
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
        await self._attendant.wait_idle(self._settings.shutdown_timeout)
        self._leaving.set()
        if self._client is not None:
            await self._client.close()

    def routes(self) -> list[PlatformRoute]:
        """The interactions endpoint for our HTTP server, where a public key is set."""
        if not self._settings.has_endpoint:
            return []
        path = self._settings.interactions_path
        return [PlatformRoute("discord interactions", "POST", path, self._endpoint.handle, self._signature)]

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
        return {"ok": self.is_connected, "way": way, "at_work": self._attendant.running_count}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Tell somebody by direct message or privately, once for each key; see `Doorstep.send`."""
        await self._doorstep.send(to, reply, key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        """Whether the message with this key arrived; see `Doorstep.was_sent`."""
        return await self._doorstep.was_sent(to, key, since)

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """Discord keeps no page of anybody's that would have to follow."""

    async def sync(self) -> int:
        """Announce the commands now, by hand; how many they are."""
        client = connect(self._settings, self._reception, asyncio.Event(), announces=False)
        async with client:
            await client.login(self._settings.token)
            return await self._sync.sync(client.tree)
