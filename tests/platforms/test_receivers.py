"""Which process receives the requests of a platform: those without one release nothing."""

import pytest

from bot.config import Config
from bot.config.sections import DiscordSection, SlackSection
from bot.config.types import Secret
from bot.runtime.platforms import receiving_platforms
from bot.runtime.roles import ALL_ROLES, ProcessRole

SLACK = SlackSection(bot_token=Secret("xoxb-1"), app_token=Secret("xapp-1"))
DISCORD = DiscordSection(token=Secret("token"), application_id="1")


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (ALL_ROLES, {"slack", "discord"}),
        ({ProcessRole.SLACK}, {"slack"}),
        ({ProcessRole.DISCORD}, {"discord"}),
        ({ProcessRole.WORKER}, set()),
        ({ProcessRole.WEB, ProcessRole.WORKER}, set()),
    ],
)
def test_only_what_holds_the_connection_receives(roles: frozenset[ProcessRole], expected: set[str]) -> None:
    config = Config(slack=SLACK, discord=DISCORD)

    assert set(receiving_platforms(config, frozenset(roles))) - {"terminal"} == expected
