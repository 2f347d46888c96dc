"""Registers the commands with Discord when they changed, and tries again until Discord has them."""

import asyncio
import json
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import discord
from discord import app_commands

from bot.platforms.discord.client.tree import fingerprint
from bot.platforms.discord.render.command_mentions import CommandMentions
from bot.platforms.discord.render.views import NETWORK_ERRORS
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import KeyValueStore
from bot.platforms.tasks import growing_pauses
from bot.redaction import error_name, without_text

logger = logging.getLogger(__name__)
COMMANDS = "commands"
"""Subject of the problem that `/readyz` shows while Discord does not take the commands."""
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 3600.0
_FORESEEN = (discord.DiscordException, *NETWORK_ERRORS)


class CommandSync:
    """Syncs the command tree; stores fingerprint and ids of the last sync per application and server."""

    def __init__(
        self,
        settings: DiscordSettings,
        key_values: KeyValueStore,
        mentions: CommandMentions,
        status: PlatformHealth,
    ) -> None:
        self._settings = settings
        self._key_values = key_values
        self._mentions = mentions
        self._status = status
        self._retrying: asyncio.Task[None] | None = None

    async def start(self, tree: app_commands.CommandTree[Any]) -> None:
        """Sync as the `sync` setting says. After a failure the old commands stay and it is tried again."""
        await self.stop()
        if not await self._try(tree):
            self._retrying = asyncio.create_task(self._retry(tree), name="discord commands")

    async def stop(self) -> None:
        """Give up trying."""
        if self._retrying is not None:
            self._retrying.cancel()
            with suppress(asyncio.CancelledError):
                await self._retrying
            self._retrying = None

    async def _retry(self, tree: app_commands.CommandTree[Any]) -> None:
        for pause in growing_pauses(FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS):
            await asyncio.sleep(pause)
            if await self._try(tree):
                return

    async def _try(self, tree: app_commands.CommandTree[Any]) -> bool:
        """Whether Discord has the commands now; any trouble is reported and never raised."""
        try:
            await self._sync_if_changed(tree)
        except Exception as error:
            self._status.report(
                COMMANDS, f"Discord did not take the commands, the old ones stay: {error_name(error)}"
            )
            if not isinstance(error, _FORESEEN):
                logger.debug("Registering the commands failed", exc_info=without_text(error))
            return False
        self._status.clear(COMMANDS)
        return True

    async def _sync_if_changed(self, tree: app_commands.CommandTree[Any]) -> None:
        if self._settings.sync == "never" or (
            self._settings.sync == "changed" and await self._is_current(tree)
        ):
            await self._load_ids(tree)
        else:
            await self.sync(tree)

    async def _is_current(self, tree: app_commands.CommandTree[Any]) -> bool:
        return await self._key_values.get(self._key(tree)) == fingerprint(tree)

    async def sync(self, tree: app_commands.CommandTree[Any]) -> int:
        """Sync unconditionally; returns the number of commands."""
        guild = self._guild
        if guild is not None:
            tree.copy_global_to(guild=guild)
        commands = await tree.sync(guild=guild)
        await self._save_ids(tree, commands)
        await self._key_values.put(self._key(tree), fingerprint(tree))
        logger.info("Registered %d commands with Discord", len(commands))
        return len(commands)

    # Ids, by which messages name the commands.

    async def _load_ids(self, tree: app_commands.CommandTree[Any]) -> None:
        """The stored ids of the commands, or Discord's where an earlier release stored none."""
        stored = await self._key_values.get(self._ids_key(tree))
        if stored is None:
            await self._save_ids(tree, await tree.fetch_commands(guild=self._guild))
        else:
            self._mentions.set_ids(json.loads(stored))

    async def _save_ids(
        self, tree: app_commands.CommandTree[Any], commands: Iterable[app_commands.AppCommand]
    ) -> None:
        ids = {each.name: str(each.id) for each in commands if each.type is discord.AppCommandType.chat_input}
        self._mentions.set_ids(ids)
        await self._key_values.put(self._ids_key(tree), json.dumps(ids))

    @property
    def _guild(self) -> discord.Object | None:
        return discord.Object(self._settings.guild_id) if self._settings.guild_id else None

    def _ids_key(self, tree: app_commands.CommandTree[Any]) -> str:
        return f"ids of {self._key(tree)}"

    def _key(self, tree: app_commands.CommandTree[Any]) -> str:
        guild = f".{self._settings.guild_id}" if self._settings.guild_id else ""
        return f"commands.{tree.client.application_id}{guild}"
