"""Registers the commands with Discord when they changed."""

import logging
from typing import Any

import discord
from discord import app_commands

from bot.platforms.discord.client.tree import fingerprint
from bot.platforms.discord.render.views import NETWORK_ERRORS
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.ports import KeyValueStore
from bot.redaction import error_name

logger = logging.getLogger(__name__)


class CommandSync:
    """Syncs the command tree; stores the fingerprint of the last sync per application and server."""

    def __init__(self, settings: DiscordSettings, key_values: KeyValueStore) -> None:
        self._settings = settings
        self._key_values = key_values

    async def sync_if_changed(self, tree: app_commands.CommandTree[Any]) -> None:
        """Sync as the `sync` setting says. On an error the commands registered before stay."""
        if self._settings.sync == "never":
            return
        if self._settings.sync == "changed" and await self._is_current(tree):
            return
        try:
            await self.sync(tree)
        except (discord.DiscordException, *NETWORK_ERRORS) as error:
            logger.warning("Discord did not take the commands, the old ones stay: %s", error_name(error))

    async def _is_current(self, tree: app_commands.CommandTree[Any]) -> bool:
        return await self._key_values.get(self._key(tree)) == fingerprint(tree)

    async def sync(self, tree: app_commands.CommandTree[Any]) -> int:
        """Sync unconditionally; returns the number of commands."""
        guild = discord.Object(self._settings.guild_id) if self._settings.guild_id else None
        if guild is not None:
            tree.copy_global_to(guild=guild)
        commands = await tree.sync(guild=guild)
        await self._key_values.put(self._key(tree), fingerprint(tree))
        logger.info("Registered %d commands with Discord", len(commands))
        return len(commands)

    def _key(self, tree: app_commands.CommandTree[Any]) -> str:
        guild = f".{self._settings.guild_id}" if self._settings.guild_id else ""
        return f"commands.{tree.client.application_id}{guild}"
