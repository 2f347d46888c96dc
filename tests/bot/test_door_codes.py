"""Checking in with the code at the door, in chat."""

import pytest

from bot.chat.reply import Tone
from bot.services import Services
from core.model import RoomId
from core.policy.door_code import format_code
from core.policy.rules import Rules
from tests.bot.chat import Chat
from tests.builders import at
from tests.fakes.clock import StillClock

ROOM = "Wren G02"


@pytest.fixture
def rules() -> Rules:
    return Rules(door_code_rooms=("*",))


def code_of(services: Services, name: str = ROOM) -> str:
    room = next(each for each in services.read_model.catalogue.order if name in (each.name, each.abbr))
    return format_code(services.door_codes.current(RoomId(room.id), services.clock.now()))


async def book(chat: Chat, room: str = ROOM, start: str = "10:30") -> None:
    assert "You're booked" in await chat.say(f"/book {room} {start} for 30 min")


@pytest.mark.parametrize(
    "words", ["/rooms here {}", "/here {}", "I'm here {}", "check in with code {}", "we're in, {}"]
)
async def test_the_code_behind_the_words_checks_in(wil: Chat, services: Services, words: str):
    await book(wil)

    assert "You're checked in" in await wil.say(words.format(code_of(services)), free=words[0] != "/")


async def test_without_the_code_roomie_says_to_scan_it(wil: Chat):
    await book(wil)

    refused = await wil.say("/rooms here")

    assert f"{ROOM} (H-C12-G02): Check in at the door: scan the code that it shows, or type it in." in refused
    assert wil.tone is Tone.REFUSED
    assert wil.last.code == "door_code_needed"


async def test_the_next_words_may_be_the_code(wil: Chat, services: Services):
    await book(wil)
    await wil.say("/rooms here")

    assert "You're checked in" in await wil.say(code_of(services).lower(), free=True)


async def test_the_button_asks_for_the_code_in_a_form(wil: Chat, services: Services, clock: StillClock):
    await book(wil)
    clock.set(at("10:30"))
    await wil.say("/rooms mine")
    await wil.press("I'm here")
    await wil.press("Type the code")

    wrong = await wil.fill_in(code="KXPM WRTQ")
    right = await wil.fill_in(code=code_of(services))

    assert "Scan the code at the door again" in wrong
    assert "You're checked in" in right


async def test_the_code_of_another_room_is_refused(wil: Chat, services: Services):
    await book(wil)

    refused = await wil.say(f"/rooms here {code_of(services, 'Wren G03')}")

    assert "too old, or not this room's" in refused
    assert wil.last.code == "wrong_door_code"


async def test_of_two_bookings_the_code_chooses_that_of_its_room(wil: Chat, services: Services):
    await book(wil)
    await book(wil, "Wren G03")

    assert "Wren G03 (H-C12-G03) is yours until" in await wil.say(
        f"/rooms here {code_of(services, 'Wren G03')}"
    )


async def test_typed_options_have_the_code_on_its_own(wil: Chat, services: Services):
    await book(wil)

    assert "You're checked in" in await wil.run("rooms here", code=code_of(services))


async def test_the_code_checks_nobody_in_to_the_bookings_of_others(wil: Chat, rema: Chat, services: Services):
    await book(wil)
    await book(rema, "Wren G03")
    (booking,) = services.bookings.upcoming(
        services.read_model.directory.by_name("wil").person.id  # type: ignore[union-attr]
    )

    refused = await rema.act("door_code", booking.id, code=code_of(services))

    assert "That booking isn't yours" in refused
    assert services.read_model.bookings[booking.id].checked_in_at is None


async def test_it_is_still_too_early_with_the_code(wil: Chat, services: Services):
    await book(wil, start="12:00")

    assert "You can check in from 15 minutes before" in await wil.say(f"/here {code_of(services)}")
