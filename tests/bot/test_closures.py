"""Closures in chat: operators close and open, others are refused, and holders see alternatives."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.chat.reply import Tone
from bot.services import Services
from core.model import Block
from core.ports import UnitOfWork
from tests.bot.chat import Chat


@pytest.fixture
async def dana(services: Services) -> Chat:
    """Staff, and an administrator: so an operator."""

    def promote(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.put(replace(person, is_admin=True))

    await services.storage.write(promote)
    return Chat(services, "dana")


async def test_an_operator_closes_a_room_and_opens_it_again(dana: Chat, wil: Chat):
    closed = await dana.say('/rooms close Wren G01 saturday 9-17 "exam"')
    assert closed.startswith("Closed: Wren G01 (H-C12-G01), Sat 14 Mar, 09:00–17:00 (exam).")

    refused = await wil.say("/book Wren G01 saturday 10-11")
    assert "Wren G01 (H-C12-G01) is closed Sat 14 Mar, 09:00–17:00 (exam)." in refused
    assert "It opens again Sat 14 Mar, 17:00." in refused
    assert "Nearby: " in refused
    assert wil.tone is Tone.REFUSED
    assert "busy until 17:00 (closed: exam)" in await wil.say("/rooms status Wren G01 saturday 11:00")
    assert "H-C12-G01" not in await wil.say("/rooms free saturday 10-11 in Wren")

    assert "Open again: Wren G01" in await dana.say("/rooms open Wren G01 saturday")
    assert "You're booked: Wren G01" in await wil.say("/book Wren G01 saturday 10-11")


async def test_a_blocked_administrator_closes_nothing(dana: Chat, services: Services):
    def block(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.block(person.id, Block(services.clock.now() + timedelta(days=1), "misuse"))

    await services.storage.write(block)

    refused = await dana.say('/rooms close Wren G01 saturday 9-17 "exam"')

    assert "Only operators can close and open rooms." in refused


async def test_a_building_and_the_campus_can_be_closed(dana: Chat, wil: Chat):
    assert "Closed: Wren Building, " in await dana.say('/rooms close Wren friday 9-17 "fire drill"')
    assert "(fire drill)" in await wil.say("/book Wren G02 friday 10-11")

    closed = await dana.say('/rooms close the whole campus 16 march every year "Founder\'s day"')
    assert "Closed: The whole campus, " in closed
    assert "every year (Founder's day)" in closed
    assert "(Founder's day)" in await wil.say("/book RO-POO 16 march 10-11")
    listed = await dana.say("/rooms open")
    assert "Wren Building" in listed
    assert "The whole campus" in listed
    assert "Open again: The whole campus" in await dana.press("Open again", 1)
    assert "You're booked" in await wil.say("/book RO-POO 16 march 10-11")


async def test_closing_over_bookings_names_whom_it_hits_and_needs_a_press(dana: Chat, wil: Chat, rema: Chat):
    await wil.say("/book Wren G01 saturday 10-11")
    await rema.say("/book Wren G02 saturday 12-13")

    question = await dana.say('/rooms close Wren saturday 9-17 "exam"')
    assert "2 bookings are in that time: Wren Building, Sat 14 Mar, 09:00–17:00 (exam)." in question
    assert "Wren G01 (H-C12-G01) · Wil" in question
    assert "Wren G02 (H-C12-G02) · rema boo" in question
    assert "Nothing is closed." in await dana.say("/rooms open")

    await dana.say('/rooms close Wren saturday 9-17 "exam"')
    assert "Closed: Wren Building, Sat 14 Mar, 09:00–17:00 (exam)." in await dana.press("Close anyway")
    assert "Sat 14 Mar, 10:00–11:00" in await wil.say("/rooms mine")
    assert "That is closed already" in await dana.say('/rooms close Wren saturday 9-17 "exam" --yes')


async def test_own_bookings_say_when_their_room_is_closed(dana: Chat, wil: Chat):
    await wil.say("/book Wren G01 saturday 10-11")
    await wil.say("/book Wren G02 every saturday 10-11 2 times for SOTECHSOC")
    await wil.press("Book both")
    await dana.say('/rooms close Wren saturday 9-17 "exam" --yes')

    listed = await wil.say("/rooms mine")
    assert "Sat 14 Mar, 10:00–11:00, closed then (exam) · " in listed
    assert "2 to come, next Sat 14 Mar, 1 of them closed (exam) · " in listed
    await dana.say("/rooms open")
    await dana.press("Open again")
    assert "closed" not in await wil.say("/rooms mine")


async def test_a_long_reason_is_kept_whole(dana: Chat, wil: Chat):
    reason = "the examinations of the faculty of engineering and of the medical school, all year groups"
    await wil.say("/book Wren G01 saturday 10-11")

    question = await dana.say(f'/rooms close Wren saturday 9-17 "{reason}"')
    assert "Close anyway" not in dana.labels
    assert "type the command again with --yes" in question
    assert f"({reason})" in await dana.say(f'/rooms close Wren saturday 9-17 "{reason}" --yes')


@pytest.mark.parametrize(
    "line", ['/rooms close Wren saturday 9-17 "exam"', "/rooms open Wren", "/rooms open"]
)
async def test_others_may_neither_close_nor_open(wil: Chat, line: str):
    assert "Only operators can close and open rooms." in await wil.say(line)
    assert "Only operators" in await wil.act("close_anyway", "H-C12-G01~~abc~60~~")
    assert "Only operators" in await wil.act("open_closure", "1")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/rooms close", "What is closed? Name a room or a building, or say campus."),
        ("/rooms close Wren", "From when to when?"),
        ("/rooms close saturday 9-17", "What is closed?"),
        ("/rooms close Wren saturday 9am", "Until when?"),
        (
            "/rooms close Wren saturday 9-17 maintenance",
            "I don't understand “maintenance”. Put the reason in quotes.",
        ),
        ("/rooms close Wren every saturday 9-17", "once or every year"),
        ("/rooms close Atlantis saturday 9-17", "Atlantis"),
        ("/rooms close Wren yesterday 9-17", "past"),
        ("/rooms open Wren", "Wren Building isn't closed."),
        ("/rooms open saturday", "What is open again?"),
    ],
)
async def test_what_cannot_be_read_is_asked_for(dana: Chat, line: str, answer: str):
    assert answer in await dana.say(line)


async def test_stale_buttons_say_so(dana: Chat):
    assert "There is no such closure." in await dana.act("open_closure", "99")
    assert "There is no such closure." in await dana.act("open_closure", "x")
    assert "expired" in await dana.act("close_anyway", "x")


async def test_options_close_and_open_by_their_type(dana: Chat, wil: Chat):
    closed = await dana.run(
        "rooms close", where="the whole campus", when="16 march every year", reason="Founder's day, 9-17 only"
    )
    assert "Closed: The whole campus, " in closed
    assert "every year (Founder's day, 9-17 only)" in closed
    assert "The whole campus" in await dana.run("rooms open")
    assert "Open again: The whole campus" in await dana.run("rooms open", where="campus")

    assert "I don't understand “Nowhere Hall”." in await dana.run(
        "rooms close", where="Nowhere Hall", when="saturday 9-17"
    )
    assert "Nothing is closed." in await dana.run("rooms open")


async def test_an_option_confirms_a_reason_that_is_too_long_for_a_button(dana: Chat, wil: Chat):
    reason = "the examinations of the faculty of engineering and of the medical school, all year groups"
    options = {"where": "Wren G01", "when": "saturday 9-17", "reason": reason}
    await wil.say("/book Wren G01 saturday 10-11")

    question = await dana.run("rooms close", **options)
    assert "type the command again with confirm: yes" in question
    assert "Nothing is closed." in await dana.run("rooms open")
    assert f"({reason})" in await dana.run("rooms close", **options, confirm="yes")


async def test_help_lists_closing_for_operators_only(dana: Chat, wil: Chat):
    assert "/rooms close" in await dana.say("/help all")
    assert "/rooms close" not in await wil.say("/help all")
