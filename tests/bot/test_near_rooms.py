"""Where a command takes a room, a near miss is that room, or a question with a button for each."""

import pytest

from bot.conversation.autocomplete import Autocomplete
from bot.conversation.room_suggestions import ROOMS
from bot.services import Services
from tests.bot.chat import Chat

NEAR = (
    ("301", "Lovelace 301"),
    ("number 301", "Lovelace 301"),
    ("3.01 lovelace", "Lovelace 301"),
    ("101", "Library Pod 101"),
    ("g 01", "Wren G01"),
    ("g-01", "Wren G01"),
    ("go1", "Wren G01"),
    ("G O1", "Wren G01"),
    ("wren room 01", "Wren G01"),
    ("wrens g01", "Wren G01"),
    ("library pods 101", "Library Pod 101"),
    ("committee", "Committee Room"),
    ("workshop", "Hub Workshop"),
    ("Engineering Hub workshop", "Hub Workshop"),
    ("H-G9-RO-POO", "Hub Workshop"),
    ("wren theatre", "Wren Lecture Theatre"),
    ("lecture theatre wren", "Wren Lecture Theatre"),
    ("lecture theatre 1 wren", "Wren Lecture Theatre"),
)


@pytest.mark.parametrize(("typed", "room"), NEAR)
async def test_a_near_miss_is_that_room_in_each_command(wil: Chat, typed: str, room: str):
    booked = await wil.say(f"/book {typed} tomorrow 3pm for 1 hour")
    chosen = await wil.run("book", room=typed, when="friday 5pm for 1 hour")

    assert f"You're booked: {room}" in booked
    assert f"You're booked: {room}" in chosen
    assert f"{room} (" in await wil.say(f"/rooms status {typed}")
    assert f"{room} (" in await wil.run("rooms status", where=typed)
    assert f"{room} (" in await wil.say(f"/rooms timetable {typed} tomorrow")


@pytest.mark.parametrize(
    ("typed", "room"), [*NEAR[:10], ("Wrem G03", "Wren G03"), ("comitee", "Committee Room")]
)
async def test_the_booking_form_suggests_a_near_miss(services: Services, wil: Chat, typed: str, room: str):
    options = await Autocomplete(services).search(ROOMS, typed, wil.requester, {}, 5)

    assert options[0].label.startswith(f"{room} (")


async def test_a_word_of_several_rooms_is_asked_about_with_a_button_for_each(wil: Chat):
    question = await wil.say("/book library pod tomorrow 3pm for 1 hour")

    assert "do you mean Library Pod 101 or Library Pod 102 or Library Pod 103?" in question
    assert len(wil.labels) == 3
    assert "You're booked: Library Pod 102" in await wil.press(wil.labels[1])


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("/rooms status library pod", "Library Pod 103 ("),
        ("/rooms timetable library pod", "Library Pod 103 ("),
    ],
)
async def test_the_buttons_of_the_question_show_the_room(wil: Chat, command: str, shown: str):
    await wil.say(command)

    assert shown in await wil.press("Library Pod 103")


@pytest.mark.parametrize("command", ["/rooms status {}", "/rooms timetable {}", "/book {} tomorrow 3pm"])
async def test_a_name_without_a_match_is_answered_with_the_nearest(wil: Chat, command: str):
    answer = await wil.say(command.format("Wrem G09x"))

    assert "I can't find a room" in answer
    assert "Did you mean one of these?" in answer
    assert any(label.startswith("Wren G0") for label in wil.labels)


async def test_the_question_for_a_room_is_answered_by_its_number(wil: Chat):
    await wil.say("/rooms status")

    assert "Lovelace 301 (" in await wil.say("301", free=True)


async def test_a_number_after_book_is_a_room_in_plain_words_too(wil: Chat):
    assert "You're booked: Lovelace 301" in await wil.say("book 301 tomorrow 3pm for 1 hour", free=True)


@pytest.mark.parametrize(
    "words",
    [
        "book a workshop tomorrow 3pm",
        "book workshop tomorrow 3pm",
        "book for 3 people tomorrow 3pm",
        "book 8 people tomorrow at 3pm",
        "book wren tomorrow 3pm",
        "book lecture theatre tomorrow 3pm",
    ],
)
async def test_ordinary_words_times_and_seats_book_no_room(wil: Chat, services: Services, words: str):
    await wil.say(words, free=True)

    assert not services.read_model.bookings
