"""One user's way from a free room to a cancelled booking."""

import pytest
from msgspec.structs import replace

from bot.platforms.slack.settings import Mode
from tests.platforms.slack.environment import Environment
from tests.standins.slack import SlackStandIn


@pytest.mark.parametrize("mode", Mode)
async def test_from_a_free_room_to_a_cancelled_booking(
    environment: Environment, slack: SlackStandIn, mode: Mode
) -> None:
    environment.settings = replace(environment.settings, mode=mode)
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/rooms free now for 1 hour")
        free = bob.sees()[-1]
        assert "Room K-J17-G01" in free.words.replace("\u200b", "")

        await bob.presses(free, "Book")
        await slack.until(lambda: len(bob.sees()) == 2)
        booked = bob.sees()[-1]
        assert "You're booked" in booked.words

        await bob.presses(booked, "30 min more")
        await slack.until(lambda: "You now have" in booked.words)
        await bob.presses(booked, "Cancel")
        await slack.until(lambda: "You get 105 minutes back." in booked.words)
        await bob.presses(booked, "Yes, cancel it")
        await slack.until(lambda: "Cancelled" in booked.words)
        await slack.until(lambda: "Cancel" not in [each["text"]["text"] for _, each in booked.elements])

        await adapter.wait_idle()
        assert slack.person("U1").sees() == []
        assert bob.home is not None
        assert slack.refusals == []
