"""The code at the door with Slack: typed behind the command, or into the form behind *I'm here*."""

import pytest

from core.model import RoomId
from core.policy.rules import Rules
from tests.builders import at
from tests.fakes.clock import StillClock
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import SlackStandIn


@pytest.fixture
def rules() -> Rules:
    return Rules(door_code_rooms=("*",))


async def test_the_button_leads_to_a_form_for_the_code(
    environment: Environment, slack: SlackStandIn, clock: StillClock
) -> None:
    ada = slack.person("U1")
    async with environment.open() as adapter:
        await ada.types("/book K-J17-G01 11:00-12:00")
        clock.set(at("11:00"))
        await ada.types("/rooms mine")
        await ada.presses(ada.sees()[-1], "I'm here")
        await slack.until(lambda: "Check in at the door" in read(ada.sees()[-1]))
        await ada.presses(ada.sees()[-1], "Type the code")
        await slack.until(lambda: ada.modal is not None)
        await ada.submits(**{"in.code": "KXPM WRTQ"})
        assert ada.modal is not None
        code = environment.services.door_codes.current(RoomId("K-J17-G01"), clock.now())
        await ada.submits(**{"in.code": code})
        await slack.until(lambda: any("You're checked in" in read(each) for each in (*ada.sees(), *ada.dms)))
        await adapter.wait_idle()
        assert slack.refusals == []


async def test_the_code_may_follow_the_command(
    environment: Environment, slack: SlackStandIn, clock: StillClock
) -> None:
    ada = slack.person("U1")
    async with environment.open() as adapter:
        await ada.types("/book K-J17-G01 11:00-12:00")
        clock.set(at("11:00"))
        code = environment.services.door_codes.current(RoomId("K-J17-G01"), clock.now())
        await ada.types(f"/rooms here {code[:4]} {code[4:]}")
        await slack.until(lambda: "You're checked in" in read(ada.sees()[-1]))
        await adapter.wait_idle()
