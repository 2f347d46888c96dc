"""Slack: what people type and who they are stays out of the log."""

import pytest
from msgspec.structs import replace

from bot.platforms.slack.settings import Mode
from tests.logs import captured_log, lines_with
from tests.platforms.slack.environment import Environment
from tests.standins.slack import SlackStandIn

PERSONAL = ("kumquat", "marmalade", "turnip", "periwinkle", "bob", "ada", "U1", "U2", "U3", "@example.org")


@pytest.mark.parametrize("mode", Mode)
async def test_a_day_of_conversation_leaves_no_trace_of_people(
    environment: Environment, slack: SlackStandIn, mode: Mode
) -> None:
    environment.settings = replace(environment.settings, mode=mode)
    object.__setattr__(environment.services, "public_url", "https://rooms.example.org")
    bob, cyd = slack.person("U2"), slack.person("U3")
    with captured_log() as log:
        async with environment.open() as adapter:
            await bob.types("/book Room K-J17-G01 3pm for kumquat marmalade")
            await slack.until(lambda: len(bob.sees()) == 1)
            await bob.types("/rooms invite <@U1>")
            await bob.types("/rooms free turnip periwinkle")
            await bob.types("/periwinkle")
            await bob.types("/privacy export")
            await bob.types("/whoami")
            await cyd.types("/rooms mine turnip")
            await cyd.types("/login")
            await slack.until(lambda: len(cyd.sees()) >= 2)
            await adapter.wait_idle()

    assert lines_with(log.getvalue(), PERSONAL) == []
