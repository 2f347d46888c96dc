"""`/why`: people learn what happened to their bookings and why they were refused, and nothing of others."""

import pytest

from bot.explaining import Explanations
from bot.explaining.questions import is_booking_id
from bot.explaining.service import OPERATOR, viewer_of
from bot.services import Services
from core.errors import NotPermitted, UnknownBooking
from core.model import Booking, Identity
from core.policy.disclosure import Viewer
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

    said = await wil.say(f"/rooms why {booking.id[:8]}")

    assert "It was cancelled." in said
    assert "You booked Wren G02, Wed 11 Mar, 11:00–12:00 from the terminal, for 60 minutes of quota." in said
    assert "You moved it to Wren G02, Wed 11 Mar, 11:00–12:30, for 30 minutes of quota." in said
    assert "You cancelled it; 90 minutes of quota came back." in said
    assert "Quota: 90 minutes, of which 90 minutes came back" in said


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

    said = await wil.say(words, free=not words.startswith("/"))

    assert "you wanted to book Wren G02, Wed 11 Mar, 14:00–17:00." in said
    assert "It needed 180 minutes of quota, and 120 were left." in said


async def test_after_a_booking_why_tells_of_the_booking(wil: Chat, clock: StillClock):
    await wil.say("/book Wren G02 14:00 for 4 hours")
    clock.set(a_slot("10:30").start)
    await wil.say("/book Wren G02 11:00 for 1 hour")

    said = await wil.say("why?", free=True)

    assert "You booked Wren G02" in said


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


@pytest.mark.parametrize("who", ["wil", "emily", "dana", None])
async def test_only_administrators_hear_about_rooms_and_other_people(services: Services, who: str | None):
    account = services.read_model.directory.by_name(who) if who else None
    viewer = viewer_of(account, Identity(f"terminal:{who}"))
    room = next(iter(services.read_model.catalogue.rooms.values()))

    with pytest.raises(NotPermitted):
        await Explanations(services).room(room, a_slot(), viewer)
    with pytest.raises(NotPermitted):
        await Explanations(services).person("wil", viewer)


async def test_administrators_hear_about_everything(wil: Chat, services: Services):
    await wil.say("/book Wren G02 11:00 for 1 hour")
    booking = booking_of(wil)
    explanations = Explanations(services)
    admin = Viewer(None, is_administrator=True)

    assert (await explanations.booking(booking.id, admin)).events
    assert (await explanations.person("wil", admin)).title == "Wil"
    assert (
        await explanations.room(services.read_model.catalogue.rooms[booking.room_id], a_slot(), admin)
    ).events


@pytest.mark.parametrize("text", ["21cf0a17", "#21cf0a17", "21cf", "deadbeef"])
def test_the_beginning_of_an_id_is_one(text: str):
    assert is_booking_id(text)


@pytest.mark.parametrize("text", ["cafe", "G01", "Wren G02", ""])
def test_other_words_are_no_id(text: str):
    assert not is_booking_id(text)


async def test_a_beginning_that_several_bookings_share_is_unknown(services: Services):
    with pytest.raises(UnknownBooking):
        await Explanations(services).booking("00", OPERATOR)


def test_the_command_line_tells_why_and_who(roomie: Roomie):
    roomie("sample")
    roomie("chat", "--as", "wil", "/book Wren G02 11:00 for 1 hour", "/book Wren G02 14:00 for 3 hours")

    room, person = roomie("why", "Wren G02 11:15"), roomie("who", "wil")

    assert (room.status, person.status) == (0, 0)
    assert "the room is booked." in room.out
    assert "Booked by Wil, Wed 11 Mar, 11:00–12:00" in room.out
    assert "Quota this week: 60 minutes spent, 120 minutes left" in person.out
    assert "Refused: It needed 180 minutes of quota, and 120 were left." in person.out


def test_the_command_line_tells_why_a_room_is_taken_or_closed(roomie: Roomie):
    roomie("sample")
    roomie("closure", "add", "H-C12-G02", "2026-03-14 09:00", "2026-03-14 17:00", "--reason", "painting")

    taken, free = roomie("why", "Wren G01 now"), roomie("why", "Wren G02 tomorrow 8:15")
    closed = roomie("why", "Wren G02 14 march 10:00")

    assert "published by the source sample, run 1." in taken.out
    assert "the room is closed." in closed.out
    assert "Closed by an administrator (painting), Sat 14 Mar, 09:00–17:00." in closed.out
    assert "the room is free: no class, no booking and no closure." in free.out
    assert roomie("why", "frobnicate").status == 1
    assert "User does not exist." in roomie("who", "nobody").err
