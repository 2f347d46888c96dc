"""Discord behind the platform port: wiring, connection, shutdown."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo

import discord

from bot.chat.command import Command
from bot.chat.reply import Reply
from bot.platforms.base import PlatformRoute
from bot.platforms.discord.client.command_sync import CommandSync
from bot.platforms.discord.client.endpoint import DiscordSignature, InteractionsEndpoint
from bot.platforms.discord.client.gateway import RoomieClient, connect
from bot.platforms.discord.handlers.delivery import DirectMessenger
from bot.platforms.discord.handlers.handler import InteractionHandler
from bot.platforms.discord.handlers.messages import MessageHandler
from bot.platforms.discord.handlers.router import EventRouter
from bot.platforms.discord.handlers.state import EVENTS, DiscordState
from bot.platforms.discord.render.command_mentions import CommandMentions
from bot.platforms.discord.render.views import NETWORK_ERRORS
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.health import PlatformHealth
from bot.platforms.pictures import Pictures
from bot.platforms.ports import Autocompleter, ChatDispatcher, Deduplicator, KeyValueStore
from bot.platforms.tasks import BackgroundTasks, growing_pauses
from bot.redaction import error_name, without_text
from core.clock import Clock
from core.errors import Unavailable
from core.model import Identity

logger = logging.getLogger(__name__)
_FIRST_RETRY_SECONDS, _MAX_RETRY_SECONDS = 1.0, 60.0
_CONNECTION = "connection"
_TEMPORARY_ERRORS = (
    discord.HTTPException,
    discord.RateLimited,
    discord.GatewayNotFound,
    Unavailable,
    *NETWORK_ERRORS,
)


def _reconnect_pauses() -> Iterator[float]:
    return growing_pauses(_FIRST_RETRY_SECONDS, _MAX_RETRY_SECONDS)


class PlatformStartError(Exception):
    """Discord refuses the connection, and a retry would not help; the message says why."""


class DiscordPlatform:
    """Discord as a chat platform, over the gateway or the interactions endpoint."""

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        dispatcher: ChatDispatcher,
        autocompleter: Autocompleter,
        commands: Sequence[Command],
        deduplicator: Deduplicator,
        key_values: KeyValueStore,
        clock: Clock,
        zone: tzinfo,
        zone_of: Callable[[Identity], tzinfo] | None = None,
        pictures: Pictures | None = None,
    ) -> None:
        self._settings = settings
        self.status = PlatformHealth(self.name, EVENTS)
        state = DiscordState(
            zone, zone_of, self.status, CommandMentions(commands), pictures=pictures or Pictures()
        )
        self._tasks = BackgroundTasks(self.name)
        self._messenger = DirectMessenger(state, key_values, clock)
        self._sync = CommandSync(settings, key_values, state.mentions, self.status)
        handler = InteractionHandler(
            dispatcher,
            deduplicator,
            state,
            self._messenger,
            self._tasks,
            clock,
            timeout_seconds=settings.request_timeout,
        )
        messages = MessageHandler(dispatcher, deduplicator, state, self._messenger)
        self._router = EventRouter(commands, autocompleter, handler, messages, self._sync, self._tasks)
        self._endpoint = InteractionsEndpoint(settings.public_key, clock)
        self._signature = DiscordSignature(settings.public_key, clock)
        self._client: RoomieClient | None = None
        self._pauses = _reconnect_pauses()
        self._stopping = asyncio.Event()
        self._online = asyncio.Event()

    @property
    def name(self) -> str:
        return "discord"

    # Connection.

    async def run(self) -> None:
        """Stay connected until `close` or cancellation; raises `PlatformStartError` when Discord refuses."""
        privileged = True
        while not self._stopping.is_set():
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
            except Exception as error:  # noqa: BLE001 - whatever it is, the platform must come back
                pause = next(self._pauses)
                self._report_lost(error, pause)
                await self._pause(pause)

    def _report_lost(self, error: Exception, pause: float) -> None:
        """Report a connection that ended; an error that was not foreseen also with its trace."""
        is_foreseen = isinstance(error, _TEMPORARY_ERRORS)
        sentence = f"{'cannot be reached' if is_foreseen else 'stopped unexpectedly'}: {error_name(error)}"
        self.status.report(_CONNECTION, sentence, log=False)
        level = logging.WARNING if is_foreseen else logging.ERROR
        trace = None if is_foreseen else without_text(error)
        logger.log(level, "Discord %s; next attempt in %.0f s", sentence, pause, exc_info=trace)

    async def _run_connection(self, *, privileged: bool) -> None:
        """Run one client until it closes; discord.py reconnects it meanwhile.

        When cancelled, running handlers are finished first.
        """
        self._client = client = connect(self._settings, self._router, self._online, privileged=privileged)
        async with client:
            await client.login(self._settings.token)
            self.status.clear(_CONNECTION)
            self._pauses = _reconnect_pauses()
            self._messenger.attach(client)
            self._endpoint.attach(client)
            try:
                await self._receive(client)
            finally:
                await self._sync.stop()
                await self._tasks.wait_idle(self._settings.shutdown_timeout)

    async def _receive(self, client: RoomieClient) -> None:
        if self._settings.gateway:
            await client.connect()
        else:
            self._online.set()
            await self._stopping.wait()

    async def _pause(self, seconds: float) -> None:
        """Wait, unless the platform stops."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def wait_online(self) -> None:
        """Wait until events arrive."""
        await self._online.wait()

    async def close(self) -> None:
        """Finish running handlers, then disconnect."""
        await self._tasks.wait_idle(self._settings.shutdown_timeout)
        self._stopping.set()
        if self._client is not None:
            await self._client.close()

    # Platform.

    def routes(self) -> list[PlatformRoute]:
        """The interactions endpoint, if a public key is set."""
        if not self._settings.has_endpoint:
            return []
        path = self._settings.interactions_path
        return [PlatformRoute("discord interactions", "POST", path, self._endpoint.handle, self._signature)]

    @property
    def is_connected(self) -> bool:
        return self._online.is_set()

    async def health(self) -> Mapping[str, object]:
        way = "gateway" if self._settings.gateway else "http"
        return {
            "ok": self.is_connected,
            "way": way,
            "at_work": self._tasks.running_count,
            "troubles": self.status.problems,
        }

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Send a direct message, a private follow-up or a channel message; see `DirectMessenger.send`."""
        await self._messenger.send(to, reply, key)

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        return await self._messenger.was_sent(to, key, since)

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """Does nothing: Discord has no page of a person to refresh."""

    async def sync(self) -> int:
        """Register the commands with Discord now, changed or not; returns their number."""
        client = connect(self._settings, self._router, asyncio.Event(), syncs_commands=False)
        async with client:
            await client.login(self._settings.token)
            return await self._sync.sync(client.tree)
