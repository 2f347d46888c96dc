"""Routes Discord's events to the handlers and reports their errors."""

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
from bot.platforms.ports import Autocompleter
from bot.platforms.tasks import BackgroundTasks
from bot.platforms.text import clip_line
from bot.redaction import error_name, without_text
from core.errors import RoomieError

logger = logging.getLogger(__name__)
MAX_NAME, MAX_VALUE, MAX_CHOICES = 100, 100, 25
AUTOCOMPLETE_TIMEOUT = 1.0
"""Seconds; Discord drops suggestions after 3 s, and typing has gone on long before."""


class EventRouter:
    """Event handler of the client."""

    def __init__(
        self,
        commands: Sequence[Command],
        autocompleter: Autocompleter,
        handler: InteractionHandler,
        messages: MessageHandler,
        sync: CommandSync,
        tasks: BackgroundTasks,
    ) -> None:
        self._commands = commands
        self._autocompleter = autocompleter
        self._handler = handler
        self._messages = messages
        self._sync = sync
        self._tasks = tasks

    def build(self, tree: app_commands.CommandTree[Any]) -> None:
        """Add every command and context menu to the tree."""
        add_commands(tree, self._commands, self._run, self._suggest)
        add_menus(tree, self._book_with_user, self._book_from_message)

    async def sync_commands(self, tree: app_commands.CommandTree[Any]) -> None:
        await self._sync.start(tree)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Handle an event in the background."""
        self._tasks.start(work)

    # Commands and context menus.

    async def _run(self, interaction: discord.Interaction, command: Command, values: dict[str, str]) -> None:
        await self._handler.on_command(interaction, command.name, values, deduplicate=command.is_mutating)

    async def _book_with_user(self, interaction: discord.Interaction, user: discord.User) -> None:
        await self._handler.on_form_opened(interaction, "form", {"title": f"With {user.display_name}"})

    async def _book_from_message(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await self._handler.on_message_chosen(interaction, message)

    async def _suggest(
        self, interaction: discord.Interaction, kind: ParameterType, typed: str
    ) -> list[app_commands.Choice[str]]:
        try:
            async with asyncio.timeout(AUTOCOMPLETE_TIMEOUT):
                options = await self._autocompleter.suggest(kind, typed, requests.requester_of(interaction))
        except (TimeoutError, RoomieError):
            return []
        return _choices(options)

    # Buttons, forms and messages.

    async def on_press(self, interaction: discord.Interaction, custom_id: str, picked: str) -> None:
        await self._run_guarded(interaction, self._handler.on_button(interaction, custom_id, picked))

    async def on_form(self, interaction: discord.Interaction) -> None:
        await self._run_guarded(interaction, self._handler.on_modal_submit(interaction))

    async def on_text(self, message: discord.Message, me: discord.abc.User) -> None:
        try:
            await self._messages.on_message(message, me)
        except Exception as error:
            logger.exception("Answering message %s failed", message.id, exc_info=without_text(error))

    async def _run_guarded(self, interaction: discord.Interaction, work: Awaitable[None]) -> None:
        try:
            await work
        except ResponseLost as lost:
            logger.warning("The response to interaction %s was lost: %s", interaction.id, lost)
        except Exception as error:
            logger.exception("Interaction %s failed", interaction.id, exc_info=without_text(error))
            await self._handler.apologise(interaction)

    async def on_failure(self, interaction: discord.Interaction, error: Exception) -> None:
        """Log an unexpected error of a command and apologise."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            logger.warning("Discord offers an outdated command: %s", error_name(error))
            await self._handler.apologise(
                interaction, "That command has changed. Please try again in a few minutes."
            )
            return
        logger.error("Interaction %s failed", interaction.id, exc_info=without_text(error))
        await self._handler.apologise(interaction)


def _choices(options: Sequence[Option]) -> list[app_commands.Choice[str]]:
    usable = {each.value: each for each in options if each.value.strip() and len(each.value) <= MAX_VALUE}
    return [
        app_commands.Choice(
            name=clip_line(each.label, MAX_NAME) or clip_line(each.value, MAX_NAME), value=each.value
        )
        for each in list(usable.values())[:MAX_CHOICES]
    ]
