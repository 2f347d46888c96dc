"""A Discord stand-in for each test, and a platform connected to it."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pytest
from msgspec.structs import replace

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # discord.py imports audioop, which Python 3.13 drops
    import discord as _  # noqa: F401

from bot.platforms.discord.adapter import DiscordPlatform
from bot.platforms.discord.settings import DiscordSettings
from core.clock import SystemClock
from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.fakes.clock import StillClock
from tests.platforms.discord.environment import Environment, build_environment
from tests.platforms.discord.fakes import COMMANDS, Autocompleter, Claims, KeyValues, Script
from tests.standins.discord import Discord


@dataclass
class Backend:
    """Fakes behind a platform; they outlive its restarts."""

    script: Script = field(default_factory=Script)
    key_values: KeyValues = field(default_factory=KeyValues)
    claims: Claims = field(default_factory=Claims)
    autocompleter: Autocompleter = field(default_factory=Autocompleter)


StartPlatform = Callable[..., AbstractAsyncContextManager[DiscordPlatform]]


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as running:
        yield running


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def start_platform(discord: Discord, backend: Backend) -> StartPlatform:
    """Runs a platform until the block is left; a second block is a restart."""

    @asynccontextmanager
    async def start(**changes: Any) -> AsyncIterator[DiscordPlatform]:
        settings = replace(settings_for(discord), **changes)
        platform = DiscordPlatform(
            settings,
            dispatcher=backend.script,
            autocompleter=backend.autocompleter,
            commands=COMMANDS,
            deduplicator=backend.claims,
            key_values=backend.key_values,
            clock=SystemClock(),
            zone=UTC,
        )
        running = asyncio.create_task(platform.run(), name="platform")
        online = asyncio.create_task(platform.wait_online())
        await asyncio.wait({running, online}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        online.cancel()
        try:
            yield platform
        finally:
            await platform.close()
            await asyncio.gather(running, return_exceptions=running.cancelling() > 0)

    return start


def settings_for(discord: Discord) -> DiscordSettings:
    return DiscordSettings(
        token=discord.token,
        api_base_url=discord.api_base_url,
        gateway_url=discord.gateway_url,
        public_key=discord.public_key,
        request_timeout=0.1,
    )


@pytest.fixture
async def platform(start_platform: StartPlatform) -> AsyncIterator[DiscordPlatform]:
    async with start_platform() as running:
        yield running


@pytest.fixture
async def environment(
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> AsyncIterator[Environment]:
    """The whole application on this platform, open."""
    discord.interactions.window = 15.0  # the 3 s deadline is tested elsewhere; this machine may be busy
    built = await build_environment(discord, storage, rules, clock)
    async with built.open() as built.platform:
        yield built
