"""A Slack, and a Roomie to live in it."""

from collections.abc import AsyncIterator

import pytest

from core.policy.rules import Rules
from storage.factory import Kept
from tests.fakes.clock import StillClock
from tests.platforms.slack.house import House, a_house
from tests.standins.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn() as stand_in:
        for user in stand_in.state.workspaces["T1"].users.values():
            user.tz = "Europe/London"
        yield stand_in


@pytest.fixture
async def house(slack: SlackStandIn, storage: Kept, rules: Rules, clock: StillClock) -> House:
    return await a_house(slack, storage, rules, clock)
