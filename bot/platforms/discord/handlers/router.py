"""Receives everything that happens on Discord and takes it to whoever deals with it."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.chat.command import Command, ParameterType
from bot.chat.reply import Option
from bot.platforms.discord.client.command_sync import CommandSync
from bot.platforms.discord.client.tree import add_commands, add_menus
from bot.platforms.discord.handlers import requests
from bot.platforms.discord.handlers.handler import InteractionHandler
from bot.platforms.discord.handlers.messages import MessageHandler
from bot.platforms.discord.handlers.responder import ResponseLost
from bot.platforms.discord.ports import Autocompleter
from bot.platforms.discord.render.text import clip
from bot.redaction import error_name, without_text
from core.errors import RoomieError

logger = logging.getLogger(__name__)
NAME, VALUE, CHOICES = 100, 100, 25
AUTOCOMPLETE_TIMEOUT = 1.0
"""Seconds after which suggestions are no help any more."""


class EventRouter:
    """What the connection reports to."""

    def __init__(
        self,
        commands: Sequence[Command],
        suggestions: Autocompleter,
        handler: InteractionHandler,
        listener: MessageHandler,
        sync: CommandSync,
    ) -> None:
        self._commands = commands
        self._suggestions = suggestions
        self._attendant = handler
        self._listener = listener
        self._sync = sync

    def build(self, tree: app_commands.CommandTree[Any]) -> None:
        """Put every command and context menu into the tree."""
        add_commands(tree, self._commands, self._run, self._suggest)
        add_menus(tree, self._book_with, self._book_from)

    async def sync_commands(self, tree: app_commands.CommandTree[Any]) -> None:
        await self._sync.sync_if_changed(tree)

    def watch(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        return self._attendant.watch(work)

    # Commands and context menus.

    async def _run(self, interaction: discord.Interaction, command: Command, values: dict[str, str]) -> None:
        await self._attendant.on_command(interaction, command.line(values), once=command.is_mutating)

    async def _book_with(self, interaction: discord.Interaction, user: discord.User) -> None:
        await self._attendant.on_form_opened(interaction, "form", {"title": f"With {user.display_name}"})

    async def _book_from(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await self._attendant.pointed_at(interaction, message)

    async def _suggest(
        self, interaction: discord.Interaction, takes: ParameterType, typed: str
    ) -> list[app_commands.Choice[str]]:
        try:
            async with asyncio.timeout(AUTOCOMPLETE_TIMEOUT):
                options = await self._suggestions.suggest(takes, typed, requests.requester_of(interaction))
        except (TimeoutError, RoomieError):
            return []
        return _choices(options)

    # Buttons, forms and words.

    async def on_press(self, interaction: discord.Interaction, custom_id: str, picked: str) -> None:
        await self._run_guarded(interaction, self._attendant.on_button(interaction, custom_id, picked))

    async def on_form(self, interaction: discord.Interaction) -> None:
        await self._run_guarded(interaction, self._attendant.on_modal_submit(interaction))

    async def on_text(self, message: discord.Message, me: discord.abc.User) -> None:
        try:
            await self._listener.on_message(message, me)
        except Exception as error:
            logger.exception("Answering message %s failed", message.id, exc_info=without_text(error))

    async def _run_guarded(self, interaction: discord.Interaction, work: Awaitable[None]) -> None:
        try:
            await work
        except ResponseLost as lost:
            logger.warning("Interaction %s cannot be answered any more: %s", interaction.id, lost)
        except Exception as error:
            logger.exception("Interaction %s failed", interaction.id, exc_info=without_text(error))
            await self._attendant.apologise(interaction)

    async def on_failure(self, interaction: discord.Interaction, error: Exception) -> None:
        """What went wrong in a way that nobody thought of."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            logger.warning("Discord still offers a command that is no more: %s", error_name(error))
            await self._attendant.apologise(
                interaction, "That command has changed. Try again in a few minutes."
            )
            return
        logger.error("Interaction %s failed", interaction.id, exc_info=without_text(error))
        await self._attendant.apologise(interaction)


def _choices(options: Sequence[Option]) -> list[app_commands.Choice[str]]:
    able = {each.value: each for each in options if each.value.strip() and len(each.value) <= VALUE}
    return [
        app_commands.Choice(name=clip(each.label, NAME) or clip(each.value, NAME), value=each.value)
        for each in list(able.values())[:CHOICES]
    ]
