"""The connection to Discord: which events are heard, and who attends to them."""

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

from bot.platforms.discord.client import rate_limit
from bot.platforms.discord.render.custom_id import BUTTONS, MENUS, decode
from bot.platforms.discord.settings import DiscordSettings

logger = logging.getLogger(__name__)
MAX_RATE_LIMIT_SECONDS = 30.0
"""Longer rate limits are errors rather than pauses; the least that discord.py accepts."""


class EventHandler(Protocol):
    """What the connection reports to."""

    def build(self, tree: app_commands.CommandTree[Any]) -> None: ...
    async def sync_commands(self, tree: app_commands.CommandTree[Any]) -> None: ...
    async def on_press(self, interaction: discord.Interaction, custom_id: str, picked: str) -> None: ...
    async def on_form(self, interaction: discord.Interaction) -> None: ...
    async def on_text(self, message: discord.Message, me: discord.abc.User) -> None: ...
    async def on_failure(self, interaction: discord.Interaction, error: Exception) -> None: ...
    def watch(self, work: Coroutine[Any, Any, None]) -> object: ...


class RoomieCommandTree(app_commands.CommandTree[Any]):
    """The command tree, whose failures are answered in one place."""

    def __init__(self, client: discord.Client, attends: EventHandler) -> None:
        super().__init__(client)
        self._attends = attends

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        await self._attends.on_failure(interaction, error)


class RoomieClient(discord.Client):
    """The events that matter. Buttons and menus of any age are served, for their custom ids say it all."""

    def __init__(
        self,
        attends: EventHandler,
        online: asyncio.Event,
        *,
        announces: bool,
        **options: Any,  # noqa: ANN401 - discord.py's own
    ) -> None:
        super().__init__(**options)
        self.attends = attends
        self.online = online
        self._announces = announces
        self.tree = RoomieCommandTree(self, attends)
        attends.build(self.tree)
        self.add_dynamic_items(PersistentButton, PersistentMenu)

    def dispatch(self, event: str, /, *args: Any, **more: Any) -> None:  # noqa: ANN401  # the library's own
        """Nothing happens any more while we leave; the library would stumble over a loop that it let go."""
        if not self.is_closed():
            super().dispatch(event, *args, **more)

    async def close(self) -> None:
        await super().close()
        await rate_limit.cancel_pauses()

    async def setup_hook(self) -> None:
        if self._announces:
            await self.attends.sync_commands(self.tree)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Forms, and buttons that nobody knows any more; commands and known buttons have their own ways."""
        if interaction.type is InteractionType.modal_submit:
            self.attends.watch(self.attends.on_form(interaction))
        elif interaction.type is InteractionType.component and decode(_custom_id(interaction)) is None:
            self.attends.watch(self.attends.on_press(interaction, _custom_id(interaction), ""))

    async def on_message(self, message: discord.Message) -> None:
        if self.user is not None:
            self.attends.watch(self.attends.on_text(message, self.user))

    async def on_connect(self) -> None:
        self.online.set()

    async def on_ready(self) -> None:
        logger.info("On Discord as %s in %d servers", self.user, len(self.guilds))

    async def on_disconnect(self) -> None:
        if self.online.is_set() and not self.is_closed():
            logger.warning("The connection to Discord was lost; it comes back by itself")
        self.online.clear()

    async def on_resumed(self) -> None:
        self.online.set()
        logger.info("The connection to Discord is back, and nothing was missed")


class ShardedRoomieClient(RoomieClient, discord.AutoShardedClient):
    """The same over as many connections as Discord asks for."""


def _custom_id(interaction: discord.Interaction) -> str:
    payload: Mapping[str, Any] = interaction.data or {}
    return str(payload.get("custom_id", ""))


class PersistentButton(ui.DynamicItem[ui.Button[Any]], template=BUTTONS):
    """Any button of ours, however old its message."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> "PersistentButton":
        return cls(cast("ui.Button[Any]", item))

    async def callback(self, interaction: discord.Interaction) -> None:
        await _press(interaction, self.custom_id, "")


class PersistentMenu(ui.DynamicItem[ui.Select[Any]], template=MENUS):
    """Any menu of ours, however old its message."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> "PersistentMenu":
        return cls(cast("ui.Select[Any]", item))

    async def callback(self, interaction: discord.Interaction) -> None:
        await _press(interaction, self.custom_id, next(iter(self.item.values), ""))


async def _press(interaction: discord.Interaction, custom_id: str, picked: str) -> None:
    attends = cast("RoomieClient", interaction.client).attends
    attends.watch(attends.on_press(interaction, custom_id, picked))


def intents_for(settings: DiscordSettings, *, privileged: bool) -> discord.Intents:
    """Only what is listened to; reading everybody's words is privileged and can be refused."""
    intents = discord.Intents(guilds=True)
    intents.dm_messages = settings.direct_messages
    intents.guild_messages = settings.mentions
    intents.message_content = settings.message_content and privileged
    return intents


def connect(
    settings: DiscordSettings,
    attends: EventHandler,
    online: asyncio.Event,
    *,
    privileged: bool = True,
    announces: bool = True,
) -> RoomieClient:
    """A client for these settings, not logged in yet. It says through `online` whether it is connected.

    The library knows one set of addresses for the whole process.
    """
    Route.BASE = settings.api_base_url.rstrip("/")
    rate_limit.install()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks here
    kind: Callable[..., RoomieClient] = ShardedRoomieClient if settings.sharded else RoomieClient
    return kind(
        attends,
        online,
        announces=announces,
        intents=intents_for(settings, privileged=privileged),
        allowed_mentions=discord.AllowedMentions.none(),
        application_id=settings.application_id,
        max_ratelimit_timeout=MAX_RATE_LIMIT_SECONDS,
        chunk_guilds_at_startup=False,
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
    )
