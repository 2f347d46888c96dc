"""Announcing the commands to Discord, when they changed and not otherwise."""

import logging
from typing import Any

import discord
from discord import app_commands

from bot.platforms.discord.client.tree import fingerprint
from bot.platforms.discord.ports import KeyValues
from bot.platforms.discord.render.views import NETWORK_ERRORS
from bot.platforms.discord.settings import DiscordSettings
from bot.redaction import error_name

logger = logging.getLogger(__name__)


class CommandSync:
    """Remembers what was announced, for each application and server."""

    def __init__(self, settings: DiscordSettings, notebook: KeyValues) -> None:
        self._settings = settings
        self._notebook = notebook

    async def sync_if_changed(self, tree: app_commands.CommandTree[Any]) -> None:
        """Announce the commands if they are not what was announced last; a failure leaves the old ones."""
        if self._settings.sync == "never":
            return
        if self._settings.sync == "changed" and await self._notebook.get(self._key(tree)) == fingerprint(
            tree
        ):
            return
        try:
            await self.sync(tree)
        except (discord.DiscordException, *NETWORK_ERRORS) as error:
            logger.warning("Discord did not take the commands, the old ones stay: %s", error_name(error))

    async def sync(self, tree: app_commands.CommandTree[Any]) -> int:
        """Announce the commands whatever was announced before; how many they are."""
        guild = discord.Object(self._settings.guild_id) if self._settings.guild_id else None
        if guild is not None:
            tree.copy_global_to(guild=guild)
        announced = await tree.sync(guild=guild)
        await self._notebook.put(self._key(tree), fingerprint(tree))
        logger.info("Announced %d commands to Discord", len(announced))
        return len(announced)

    def _key(self, tree: app_commands.CommandTree[Any]) -> str:
        place = f".{self._settings.guild_id}" if self._settings.guild_id else ""
        return f"commands.{tree.client.application_id}{place}"
