"""A little Discord for each test."""

import warnings
from collections.abc import AsyncIterator

import pytest

from tests.standins.discord import Discord

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore", DeprecationWarning
    )  # the library imports audioop, which Python 3.13 drops
    import discord as _  # noqa: F401


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord() as running:
        yield running
