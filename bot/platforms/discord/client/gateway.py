"""Discord client: receives events from the gateway and passes them to the handlers."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, cast

import discord
import yarl
from discord import app_commands, ui
from discord.enums import InteractionType
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.platforms.discord.client import library_logs, rate_limit
from bot.platforms.discord.render.custom_id import BUTTONS, MENUS, decode
from bot.platforms.discord.settings import DiscordSettings

logger = logging.getLogger(__name__)
MAX_RATE_LIMIT_SECONDS = 30.0
"""Longer rate limits raise `discord.RateLimited`; 30 s is the shortest that discord.py accepts."""


class EventHandler(Protocol):
    """Receiver of the client's events."""

    def build(self, tree: app_commands.CommandTree[Any]) -> None: ...
    async def sync_commands(self, tree: app_commands.CommandTree[Any]) -> None: ...
    async def on_press(self, interaction: discord.Interaction, custom_id: str, picked: str) -> None: ...
    async def on_form(self, interaction: discord.Interaction) -> None: ...
    async def on_text(self, message: discord.Message, me: discord.abc.User) -> None: ...
    async def on_failure(self, interaction: discord.Interaction, error: Exception) -> None: ...
    def start(self, work: Coroutine[Any, Any, None]) -> None: ...


class RoomieCommandTree(app_commands.CommandTree[Any]):
    """Command tree that passes its errors to the event handler."""

    def __init__(self, client: discord.Client, handler: EventHandler) -> None:
        super().__init__(client)
        self._handler = handler

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        await self._handler.on_failure(interaction, error)


class RoomieClient(discord.Client):
    """discord.py client. Buttons and menus of any age work: their custom ids hold action and value."""

    def __init__(
        self,
        handler: EventHandler,
        online: asyncio.Event,
        *,
        syncs_commands: bool,
        **options: Any,  # noqa: ANN401 - discord.py's own
    ) -> None:
        super().__init__(**options)
        self.handler = handler
        self.online = online
        self._syncs_commands = syncs_commands
        self.tree = RoomieCommandTree(self, handler)
        handler.build(self.tree)
        self.add_dynamic_items(PersistentButton, PersistentMenu)

    def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:  # noqa: ANN401  # the library's own
        """Drop events while closing: discord.py has let go of its loop by then and would raise."""
        if not self.is_closed():
            super().dispatch(event, *args, **more)

    async def close(self) -> None:
        await super().close()
        await rate_limit.cancel_pauses()

    async def setup_hook(self) -> None:
        if self._syncs_commands:
            await self.handler.sync_commands(self.tree)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Handle forms, and buttons with unreadable custom ids; discord.py routes commands and the rest."""
        if interaction.type is InteractionType.modal_submit:
            self.handler.start(self.handler.on_form(interaction))
        elif interaction.type is InteractionType.component and decode(_custom_id(interaction)) is None:
            self.handler.start(self.handler.on_press(interaction, _custom_id(interaction), ""))

    async def on_message(self, message: discord.Message) -> None:
        if self.user is not None:
            self.handler.start(self.handler.on_text(message, self.user))

    async def on_connect(self) -> None:
        self.online.set()

    async def on_ready(self) -> None:
        logger.info("Connected to Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_disconnect(self) -> None:
        if self.online.is_set() and not self.is_closed():
            logger.warning("Lost the connection to Discord; reconnecting")
        self.online.clear()

    async def on_resumed(self) -> None:
        self.online.set()
        logger.info("Resumed the connection to Discord; no event was missed")


class ShardedRoomieClient(RoomieClient, discord.AutoShardedClient):
    """Client with as many gateway connections (shards) as Discord recommends."""


def _custom_id(interaction: discord.Interaction) -> str:
    payload: Mapping[str, Any] = interaction.data or {}
    return str(payload.get("custom_id", ""))


class PersistentButton(ui.DynamicItem[ui.Button[Any]], template=BUTTONS):
    """Button of any message of ours, also of one sent before the last restart."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> "PersistentButton":
        return cls(cast("ui.Button[Any]", item))

    async def callback(self, interaction: discord.Interaction) -> None:
        _press(interaction, self.custom_id, "")


class PersistentMenu(ui.DynamicItem[ui.Select[Any]], template=MENUS):
    """Select menu of any message of ours, also of one sent before the last restart."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> "PersistentMenu":
        return cls(cast("ui.Select[Any]", item))

    async def callback(self, interaction: discord.Interaction) -> None:
        _press(interaction, self.custom_id, next(iter(self.item.values), ""))


def _press(interaction: discord.Interaction, custom_id: str, picked: str) -> None:
    handler = cast("RoomieClient", interaction.client).handler
    handler.start(handler.on_press(interaction, custom_id, picked))


def intents_for(settings: DiscordSettings, *, privileged: bool) -> discord.Intents:
    """The fewest intents that the settings need; message content is privileged and can be refused."""
    intents = discord.Intents(guilds=True, dm_messages=True, guild_messages=True)
    intents.message_content = settings.message_content and privileged
    return intents


def connect(
    settings: DiscordSettings,
    handler: EventHandler,
    online: asyncio.Event,
    *,
    privileged: bool = True,
    syncs_commands: bool = True,
) -> RoomieClient:
    """Create a client, not logged in yet. It sets and clears `online` with its connection.

    The URLs are set for the whole process: discord.py keeps them in class attributes.
    """
    Route.BASE = settings.api_base_url.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    rate_limit.install()
    library_logs.install()
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # voice is not used
    kind: Callable[..., RoomieClient] = ShardedRoomieClient if settings.sharded else RoomieClient
    return kind(
        handler,
        online,
        syncs_commands=syncs_commands,
        intents=intents_for(settings, privileged=privileged),
        allowed_mentions=discord.AllowedMentions.none(),
        application_id=settings.application_id,
        max_ratelimit_timeout=MAX_RATE_LIMIT_SECONDS,
        chunk_guilds_at_startup=False,
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
    )
