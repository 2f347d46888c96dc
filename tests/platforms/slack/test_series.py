"""A series in Slack: 52 dates within the limits, one taken meanwhile, one moved, the rest cancelled."""

import pytest
from msgspec.structs import replace

from core.policy.rules import Rules
from tests.platforms.slack.environment import Environment, labels, read
from tests.standins.slack import SlackStandIn


@pytest.fixture
def rules() -> Rules:
    return replace(Rules(), society_series=60)


async def test_a_series_from_its_preview_to_its_end(environment: Environment, slack: SlackStandIn) -> None:
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        await ada.types('/book K-J17-G01 every day 5-6pm 52 times for CHESS "Board"')
        preview = ada.sees()[-1]
        assert "free on all 52 dates" in read(preview)
        assert "Fri 1 May" in read(preview)
        await bob.types("/book K-J17-G01 tomorrow 5pm")
        await ada.presses(preview, "Book all 52")
        await slack.until(lambda: "something changed meanwhile: Thu 12 Mar" in read(ada.sees()[-1]))
        await ada.presses(ada.sees()[-1], "Book the 51 that are free")
        await slack.until(lambda: "51 dates" in read(ada.sees()[-1]))

        await ada.types("/rooms mine")
        mine = ada.sees()[-1]
        assert "51 to come, next" in read(mine)
        assert labels(mine)[:4] == ["Next", "All dates", "Change…", "Cancel…"]
        await ada.presses(mine, "Next")
        await slack.until(lambda: "It's number 1 of 51" in read(ada.sees()[-1]))
        await ada.presses(ada.sees()[-1], "Change…")
        await slack.until(lambda: ada.modal is not None)
        await ada.submits(**{"in.scope": "Only Wed 11 Mar", "in.time": "18:00-19:00"})
        await slack.until(lambda: "Changed 1 date: " in read(ada.sees()[-1]))
        await ada.presses(mine, "All dates")
        await slack.until(lambda: any("51 dates to come" in read(each) for each in ada.sees()))
        await ada.types("/rooms cancel")
        await ada.presses(ada.sees()[-1], "All 51 to come")
        await slack.until(lambda: "Cancelled 5" in read(ada.sees()[-1]))
        await adapter.wait_idle()
        assert slack.refusals == []
