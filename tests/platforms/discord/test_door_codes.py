"""The code at the door on Discord: typed into a form, or as an option of the command."""

import pytest

from core.model import RoomId
from core.policy.rules import Rules
from tests.fakes.clock import StillClock
from tests.platforms.discord.environment import Environment


@pytest.fixture
def rules() -> Rules:
    return Rules(door_code_rooms=("*",), check_in_opens_before=60)


async def test_a_button_leads_to_a_form_for_the_code(environment: Environment, clock: StillClock) -> None:
    wil = environment.discord.person("wil")
    await environment.add_people(wil)
    await wil.run("/book", room="K-J17-G001", when="11:00-12:00")

    needed = (await wil.run("/rooms here")).seen
    question = needed.text
    form = await wil.press(needed, "Type the code")
    await wil.submit(form, code="KXPM WRTQ")
    wrong = wil.sees()[-1]
    refusal = wrong.text
    again = await wil.press(wrong, wrong.buttons[0])
    code = environment.services.door_codes.current(RoomId("K-J17-G001"), clock.now())
    await wil.submit(again, code=code.lower())

    assert "Check in at the door" in question
    assert "Scan the code at the door again" in refusal
    assert any("You're checked in" in each.text for each in wil.sees())


async def test_the_code_is_an_option_of_the_command(environment: Environment, clock: StillClock) -> None:
    wil = environment.discord.person("wil")
    await environment.add_people(wil)
    await wil.run("/book", room="K-J17-G001", when="11:00-12:00")
    code = environment.services.door_codes.current(RoomId("K-J17-G001"), clock.now())

    assert "You're checked in" in (await wil.run("/rooms here", code=code)).seen.text
