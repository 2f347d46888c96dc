"""`/why`: people learn what happened to their bookings and why they were refused, and nothing of others."""

import pytest
from msgspec.structs import replace

from bot.explaining import Explanations
from bot.explaining.questions import is_booking_id
from bot.services import Services
from bot.usage import UsageService
from core.errors import NotPermitted, UnknownBooking
from core.model import Booking
from core.ports import UnitOfWork
from core.services.administration import Administrator
from tests.bot.chat import Chat
from tests.bot.conftest import Roomie
from tests.builders import a_slot
from tests.fakes.clock import StillClock


def booking_of(chat: Chat) -> Booking:
    account = chat.services.read_model.directory.by_name(chat.name)
    assert account is not None
    return chat.services.bookings.upcoming(account.person.id)[-1]


async def test_a_booking_tells_its_whole_story_to_its_owner(wil: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    booking = booking_of(wil)
    await wil.say("/rooms extend 30 min")
    await wil.cancel()

    shown = await wil.say(f"/rooms why {booking.id[:8]}")

    assert "It was cancelled." in shown
    assert "You booked Wren G02, Wed 11 Mar, 11:00–12:00 from the terminal, for 60 minutes of quota." in shown
    assert "You moved it to Wren G02, Wed 11 Mar, 11:00–12:30, for 30 minutes of quota." in shown
    assert "You cancelled it; 90 minutes of quota came back." in shown
    assert "Quota: 90 minutes, of which 90 minutes came back" in shown


async def test_bookings_made_at_once_differ_in_their_first_digits(wil: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    await wil.say("/book Wren G02 14:00 for 1 hour")
    one, other = wil.services.read_model.bookings

    assert one[:8] != other[:8]


async def test_a_check_in_and_a_reminder_to_come_are_part_of_the_story(wil: Chat, clock: StillClock):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    before = await wil.say(f"/why {booking_of(wil).id}")
    assert "Roomie will send a reminder to you" in before

    clock.set(a_slot("11:05").start)
    await wil.say("/rooms here")

    assert "You checked in." in await wil.say(f"/why {booking_of(wil).id}")


@pytest.mark.parametrize(
    "words", ["why?", "why", "But why not?", "why can't I book it", "/why", "/rooms why"]
)
async def test_after_a_refusal_why_names_the_rule(wil: Chat, words: str):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    await wil.say("/book Wren G02 14:00 for 3 hours")

    shown = await wil.say(words, free=not words.startswith("/"))

    assert "you wanted to book Wren G02, Wed 11 Mar, 14:00–17:00." in shown
    assert "It needed 180 minutes of quota, and 120 were left." in shown


async def test_after_a_booking_why_tells_of_the_booking(wil: Chat, clock: StillClock):
    await wil.say("/book Wren G02 14:00 for 4 hours")
    clock.set(a_slot("10:30").start)
    await wil.say("/book Wren G02 11:00 for 1 hour")

    shown = await wil.say("why?", free=True)

    assert "You booked Wren G02" in shown


async def test_without_a_refusal_there_is_a_hint(wil: Chat):
    assert "Nothing of yours was refused lately." in await wil.say("/why")


async def test_a_booking_can_be_named_by_its_room(wil: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")

    assert "You booked Wren G02" in await wil.say("/why wren g02")


async def test_a_stranger_is_asked_to_log_in(stranger: Chat):
    assert "log in" in await stranger.say("/why")


async def test_others_hear_what_they_hear_of_an_unknown_booking(wil: Chat, rema: Chat, stranger: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    known, unknown = booking_of(wil).id, "00000000-0000-4000-8000-000000000000"

    for chat in (rema, stranger):
        assert await chat.say(f"/why {known}") == await chat.say(f"/why {unknown}")
        assert "can't find that booking" in await chat.say(f"/why {known[:8]}")


async def test_members_of_the_society_hear_less_than_the_owner(wil: Chat, emily: Chat):
    await wil.say('/book Wren G02 11:00 for 1 hour for SOTECHSOC "Chess"')
    booking = booking_of(wil)

    mine, theirs = await wil.say(f"/why {booking.id}"), await emily.say(f"/why {booking.id}")

    assert "reminder" in mine
    assert "reminder" not in theirs
    assert "Wil booked Wren G02" in theirs


async def test_guests_hear_that_it_takes_place_and_no_more(wil: Chat, rema: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    booking = booking_of(wil)
    await wil.say(f"/rooms invite rema to {booking.id[:8]}")

    theirs = await rema.say(f"/why {booking.id}")

    assert "Wil booked Wren G02" in theirs
    assert "quota" not in theirs
    assert "invited" not in theirs


@pytest.fixture
async def admin(services: Services, dana: Chat) -> Chat:
    """Dana, as an administrator."""

    def promote(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.put(replace(person, is_admin=True))

    await services.storage.write(promote)
    return dana


_QUESTIONS = ("/admin why 21cf0a17", "/admin why Wren G02 11:00", "/admin who wil", "/admin usage this week")


@pytest.mark.parametrize("question", _QUESTIONS)
@pytest.mark.parametrize("who", ["wil", "emily", "rema", "dana", "nobody"])
async def test_only_administrators_hear_about_rooms_and_other_people(
    services: Services, who: str, question: str
):
    shown = await Chat(services, who).say(question)

    assert "Only administrators can do this." in shown or "log in" in shown


async def test_the_right_is_checked_where_it_is_read(services: Services):
    wil = services.read_model.directory.by_name("wil")
    assert wil is not None
    room, by = next(iter(services.read_model.catalogue.rooms.values())), Administrator(wil.person.id)
    explanations, usage = Explanations(services), UsageService(services)

    for question in (
        explanations.any_booking("21cf0a17", by),
        explanations.room(room, a_slot(), by),
        explanations.person("wil", by),
        usage.figures(by, *usage.read_request("this week")),
    ):
        with pytest.raises(NotPermitted):
            await question


async def test_administrators_hear_about_everything(wil: Chat, admin: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    await wil.say("/book Wren G02 14:00 for 3 hours")
    booking = booking_of(wil)

    assert "Wil booked Wren G02" in await admin.say(f"/admin why {booking.id[:8]}")
    assert "the room is booked." in await admin.say("/admin why Wren G02 11:15")
    assert "Refused: It needed 180 minutes of quota" in await admin.say("/admin who wil")
    usage = await admin.say("/admin usage this week Wren")
    assert "Wren Building" in usage
    assert "booked fewer than 5" in usage


async def test_administrators_use_the_verb_for_what_is_not_theirs(wil: Chat, admin: Chat):
    await wil.say("/book Wren G02 11:00 for 1 hour")

    assert "can't find that booking" in await admin.say(f"/why {booking_of(wil).id}")


@pytest.mark.parametrize("text", ["21cf0a17", "#21cf0a17", "21cf", "deadbeef"])
def test_the_beginning_of_an_id_is_one(text: str):
    assert is_booking_id(text)


@pytest.mark.parametrize("text", ["cafe", "G01", "Wren G02", ""])
def test_other_words_are_no_id(text: str):
    assert not is_booking_id(text)


async def test_too_little_of_an_id_is_unknown(services: Services):
    with pytest.raises(UnknownBooking):
        await Explanations(services).any_booking("00", Administrator())


def test_the_command_line_tells_why_and_who(sample_roomie: Roomie):
    roomie = sample_roomie
    roomie("chat", "--as", "wil", "/book Wren G02 11:00 for 1 hour", "/book Wren G02 14:00 for 3 hours")

    room, person = roomie("why", "Wren G02 11:15"), roomie("who", "wil")

    assert (room.status, person.status) == (0, 0)
    assert "the room is booked." in room.out
    assert "Booked by Wil, Wed 11 Mar, 11:00–12:00" in room.out
    assert "Quota this week: 60 minutes of 180 spent, 120 minutes left" in person.out
    assert "Refused: It needed 180 minutes of quota, and 120 were left." in person.out


def test_the_command_line_tells_why_a_room_is_taken_or_closed(sample_roomie: Roomie):
    roomie = sample_roomie
    roomie("closure", "add", "H-C12-G02", "2026-03-14 09:00", "2026-03-14 17:00", "--reason", "painting")

    taken, free = roomie("why", "Wren G01 now"), roomie("why", "Wren G02 tomorrow 8:15")
    closed = roomie("why", "Wren G02 14 march 10:00")

    assert "published by the source sample, run 1." in taken.out
    assert "the room is closed." in closed.out
    assert "Closed by an administrator (painting), Sat 14 Mar, 09:00–17:00." in closed.out
    assert "the room is free: no class, no booking and no closure." in free.out
    assert roomie("why", "frobnicate").status == 1
    assert roomie("who", "nobody").err == (
        "roomie: There's nobody called nobody. Use a username or an e-mail address."
        " Search: roomie user find …\n"
    )
