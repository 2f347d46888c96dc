"""Every platform offers the same commands, and none knows the booking rules."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.platforms.slack.installation.manifest import families
from bot.platforms.terminal.session import TerminalSession
from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.fakes.clock import StillClock
from tests.platforms.slack.environment import build_environment
from tests.standins.slack import SlackStandIn

PLATFORMS = Path(__file__).parents[2] / "bot/platforms"
OF_THE_CORE = {
    "core.bounded_cache",
    "core.clock",
    "core.names",
    "core.time_zones",
    "core.errors",
    "core.interval",
    "core.model",
}
OF_THE_MODEL = {"Identity"}


def discords() -> Iterator[str]:
    """Names of the commands registered with Discord, each with its group."""
    import discord
    from discord import app_commands

    from bot.platforms.discord.client.tree import add_commands

    async def nothing(*_: Any) -> Any:
        raise NotImplementedError

    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(
        discord.Client(intents=discord.Intents.none())
    )
    add_commands(tree, COMMANDS, nothing, nothing)
    return (each.qualified_name for each in tree.walk_commands())


def test_no_command_is_missing_in_slack() -> None:
    reached = {each.name for family in families(COMMANDS).values() for each in family}

    assert {each.name for each in COMMANDS} - reached <= {"help"}  # Slack keeps /help; /rooms help is ours


@pytest.mark.filterwarnings("ignore:'audioop'")  # the library imports it
def test_no_command_is_missing_on_discord() -> None:
    assert {each.name for each in COMMANDS} <= set(discords())


async def test_no_command_is_missing_at_a_terminal(
    storage: ManagedStorage, rules: Rules, clock: StillClock
) -> None:
    environment = await build_environment(SlackStandIn(), storage, rules, clock)
    session = TerminalSession(Dispatcher(environment.services, COMMANDS).dispatch, "nobody", rules.zone)

    replies = {each.name: await session.handle_line(f"/{each.name}") for each in COMMANDS}

    assert [
        name for name, reply in replies.items() if reply is None or "I don't know" in str(reply.text)
    ] == []


@pytest.mark.parametrize(
    "module", sorted(PLATFORMS.glob("*/**/*.py")), ids=lambda each: str(each.relative_to(PLATFORMS))
)
def test_platforms_import_no_rules_and_services_of_the_core(module: Path) -> None:
    imported = [
        node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
    ]

    theirs = {each.module for each in imported if (each.module or "").startswith(("core", "storage"))}
    names = {name.name for each in imported if each.module == "core.model" for name in each.names}

    assert theirs <= OF_THE_CORE
    assert names <= OF_THE_MODEL
