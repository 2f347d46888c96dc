"""Typed options are values: each says what its type can say, whatever else is written into it."""

from itertools import product

import pytest

from bot.chat.command import Command, ParameterType
from bot.commands import COMMANDS
from bot.services import Services
from core.directory import Account
from core.model import Booking
from tests.bot.chat import Chat

FOREIGN_WORDS = (
    'a" for SOTECHSOC "b',
    "for SOTECHSOC",
    'tomorrow 8pm "Party" for SOTECHSOC with printer',
    "H-C12-G01 tomorrow 8pm",
    "timezone UTC deliver discord",
    "revoke 1",
    "new",
    "<@1234>",
    "/rooms cancel",
)
COMPLETE: dict[str, dict[str, str]] = {
    "rooms book": {"room": "H-C12-G02", "when": "tomorrow 3pm for 1 hour", "title": "Chess"},
}
COMMANDS_WITH_OPTIONS = [each for each in COMMANDS if each.parameters]


def all_bookings(services: Services) -> dict[str, Booking]:
    return dict(services.read_model.bookings)


def account(services: Services) -> Account:
    known = services.read_model.directory.by_name("wil")
    assert known is not None
    return known


@pytest.mark.parametrize("command", COMMANDS_WITH_OPTIONS, ids=lambda each: each.name)
async def test_an_option_says_nothing_that_another_option_says(
    wil: Chat, services: Services, command: Command
):
    """Whatever is booked or set is what the options say, never what stands in a wrong one."""
    await wil.run("rooms book", room="H-C12-G03", when="friday 3pm for 1 hour", key="before")
    before, person = all_bookings(services), account(services)

    for parameter, words in product(command.parameters, FOREIGN_WORDS):
        wrong = (parameter.name, words)

        await wil.run(command.name, **{**COMPLETE.get(command.name, {}), parameter.name: words})

        new = [each for key, each in all_bookings(services).items() if key not in before]
        assert {key for key in before if key not in all_bookings(services)} == set(), wrong
        assert {each.room_id for each in new} <= {"H-C12-G02"}, wrong
        assert [each for each in new if each.society_id] == [] or parameter.type is ParameterType.SOCIETY, (
            wrong
        )
        assert {each.interval.minutes for each in new} <= {60}, wrong
        assert account(services).person.zone == person.person.zone, wrong
        assert account(services).memberships == person.memberships, wrong
        assert account(services).identities == person.identities, wrong
        for each in new:  # the next words find the campus as these did
            await services.bookings.cancel(each.id, person.person.id)


TITLES = (
    'The "Great" debate',
    'a" for SOTECHSOC "b',
    "x" * 400,
    "tomorrow 5pm 40 seats near Wren",
    "“Quotes” «of» `all` kinds'",
    "*bold* _it_ ~gone~ ||hidden|| # head > quote",
    "🎉🎉 Party 👩‍👩‍👧 ключ 夜",
    "title: {} {0} %s \\n",
    "/rooms cancel",
)


@pytest.mark.parametrize("title", TITLES)
async def test_a_title_is_kept_as_it_was_typed(wil: Chat, services: Services, title: str):
    before = set(all_bookings(services))

    reply = await wil.run(
        "rooms book", room="H-C12-G02", when="tomorrow 3pm for 1 hour", for_="SOTECHSOC", title=title
    )

    (booking,) = [each for key, each in all_bookings(services).items() if key not in before]
    assert reply.startswith("You're booked")
    assert (booking.title, booking.society_id) == (title, "SOTECHSOC")


async def test_a_title_that_is_too_long_is_refused_and_not_cut(wil: Chat, services: Services):
    before = all_bookings(services)

    reply = await wil.run("rooms book", room="H-C12-G02", when="tomorrow 3pm for 1 hour", title="x" * 600)

    assert "under 500 characters" in reply
    assert all_bookings(services) == before


async def test_words_that_name_no_booking_cancel_none(wil: Chat, services: Services):
    await wil.run("rooms book", room="H-C12-G02", when="tomorrow 3pm for 1 hour", title="Chess")
    before = all_bookings(services)

    replies = [await wil.run("rooms cancel", booking=words) for words in ("<@1234>", "8 people", '"Go"')]

    assert all_bookings(services) == before
    assert "I can't tell which booking “8 people” is" in replies[1]


async def test_options_are_read_by_their_type(wil: Chat, services: Services):
    """Each reply names what it understood."""
    free = await wil.run(
        "rooms free", when="tomorrow 3pm for 1 hour", seats="8", where="Wren", with_="printer"
    )
    moved = await wil.run("rooms book", room="Wren G02", when="tomorrow 3pm for 1 hour", title="Chess")
    (booking,) = [each for each in services.read_model.bookings.values() if each.notes == "Chess"]
    moved = await wil.run("rooms move", booking=booking.id[:8], when="friday 4pm")
    longer = await wil.run("rooms extend", booking=booking.id[:8], length="30 min")
    settings = await wil.run("settings", reminders="30, 10", quiet="22:00-8:00")
    status = await wil.run("rooms status", where="Wren G02, 8 seats", when="friday 4pm")

    assert "Thu 12 Mar, 15:00–16:00 · 8+ seats · with printer · Wren: " in free
    assert moved.startswith("Moved to Wren G02 (H-C12-G02), Fri 13 Mar, 16:00–17:00")
    assert longer.startswith("You now have Wren G02 (H-C12-G02), Fri 13 Mar, 16:00–17:30")
    assert "22:00" in settings
    assert "busy" in status


async def test_what_an_option_says_beside_its_type_is_named_and_not_guessed(wil: Chat, services: Services):
    before = all_bookings(services)

    reply = await wil.run("rooms book", room="H-C12-G02", when="tomorrow 3pm for 1 hour for SOTECHSOC")
    unknown = await wil.run("rooms free", where="Narnia", when="tomorrow 3pm")
    stranger = await wil.run("rooms free", for_="Narnia", when="tomorrow 3pm")

    assert "I didn't understand “SOTECHSOC”, so I left it out." in reply
    assert all_bookings(services) == before
    assert "I didn't understand “Narnia”" in unknown
    assert "You don't belong to a society called Narnia" in stranger


async def test_the_answer_to_a_question_keeps_the_other_options(wil: Chat, services: Services):
    before = set(all_bookings(services))
    question = await wil.run(
        "rooms book", room="H-C12-G02", when="tomorrow 3pm for 2", for_="SOTECHSOC", title="for 2"
    )
    await wil.press("for 2 hours: Thu 12 Mar 15:00–17:00")

    (booking,) = [each for key, each in all_bookings(services).items() if key not in before]
    assert "“for 2”: do you mean" in question
    assert (booking.interval.minutes, booking.society_id, booking.title) == (120, "SOTECHSOC", "for 2")


async def test_a_title_survives_the_confirmation_and_a_refusal(wil: Chat, dana: Chat, services: Services):
    """Also where a button of 70 characters must carry the booking."""
    before = set(all_bookings(services))
    title = 'The "Great" debate 🎉 ' + "x" * 380
    question = await wil.run("rooms book", room="H-C12-G02", when="tomorrow 15:10 for 1 hour", title=title)
    await wil.press("Book it")
    await dana.run("rooms book", room="H-C12-G03", when="friday 3pm for 1 hour")
    taken = await wil.run("rooms book", room="H-C12-G03", when="friday 3pm for 1 hour", title=title)
    await wil.press("Book")

    new = [each for key, each in all_bookings(services).items() if key not in before]
    assert title in " ".join(question.split())
    assert "is taken" in taken
    assert sorted(each.notes for each in new) == ["", title, title]
