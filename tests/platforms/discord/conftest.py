"""A little Discord for each test, and a door on it."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore", DeprecationWarning
    )  # the library imports audioop, which Python 3.13 drops
    import discord as _  # noqa: F401

from bot.platforms.discord.adapter import DiscordPlatform
from bot.platforms.discord.settings import DiscordSettings
from core.clock import SystemClock
from tests.platforms.discord.fakes import COMMANDS, Pages, Script, Seen, Suggestions
from tests.standins.discord import Discord


@dataclass
class Behind:
    """What stands behind a door; it outlives the door."""

    script: Script = field(default_factory=Script)
    pages: Pages = field(default_factory=Pages)
    once: Seen = field(default_factory=Seen)
    suggestions: Suggestions = field(default_factory=Suggestions)


Opening = Callable[..., AbstractAsyncContextManager[DiscordPlatform]]


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as running:
        yield running


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def opened(discord: Discord, behind: Behind) -> Opening:
    """Opens a door on the little Discord until the block is left; a second one is a restart."""

    @asynccontextmanager
    async def opening(**changes: Any) -> AsyncIterator[DiscordPlatform]:
        settings = replace(settings_for(discord), **changes)
        door = DiscordPlatform(
            settings,
            dispatcher=behind.script,
            suggestions=behind.suggestions,
            commands=COMMANDS,
            once=behind.once,
            notebook=behind.pages,
            clock=SystemClock(),
            zone=UTC,
        )
        running = asyncio.create_task(door.run(), name="door")
        opened = asyncio.create_task(door.opened())
        await asyncio.wait({running, opened}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        try:
            yield door
        finally:
            await door.close()
            await asyncio.gather(running, return_exceptions=running.cancelling() > 0)

    return opening


def settings_for(discord: Discord) -> DiscordSettings:
    return DiscordSettings(
        token=discord.token,
        api_base_url=discord.api_base_url,
        gateway_url=discord.gateway_url,
        public_key=discord.public_key,
        request_timeout=0.1,
    )


@pytest.fixture
async def door(opened: Opening) -> AsyncIterator[DiscordPlatform]:
    async with opened() as running:
        yield running
