"""Fixtures: a fake Slack server, and a Roomie connected to it."""

from collections.abc import AsyncIterator

import pytest

from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.fakes.clock import StillClock
from tests.platforms.slack.environment import Environment, build_environment
from tests.standins.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        for user in stand_in.state.workspaces["T1"].users.values():
            user.tz = "Europe/London"
        yield stand_in


@pytest.fixture
async def environment(
    slack: SlackStandIn, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> Environment:
    return await build_environment(slack, storage, rules, clock)
