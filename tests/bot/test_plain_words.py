"""What people type without a command: small talk, questions, and requests that leave something open."""

import pytest

from bot.chat.reply import Tone
from bot.commands import COMMANDS
from tests.bot.chat import Chat
from tests.builders import a_room


@pytest.mark.parametrize(
    "words",
    [
        *("thanks", "Cheers mate!", "ok", "lol", "hahaha", "👍", "hi there", "HELLO", "see you tomorrow"),
        *("happy friday everyone", "this may take a while", "brb 5 mins", "good afternoon, is anyone there"),
        *("good luck on tuesday", "ok thanks, see you at 3", "bye", "no worries", "are you a bot?"),
        *("will get back to you on monday", "do you have a minute?", "thanks for tuesday"),
        *("did you have a good weekend?", "ill let you know tomorrow", "sorry for the late reply"),
    ],
)
async def test_small_talk_gets_a_short_answer_and_no_rooms(wil: Chat, words: str):
    reply = await wil.say(words, free=True)

    assert not wil.last.items
    assert wil.tone is Tone.INFO
    assert len(reply) < 200


@pytest.mark.parametrize("words", ["asdf", "surprise me", "i like turtles"])
async def test_words_that_mean_nothing_get_an_example_and_no_rooms(wil: Chat, words: str):
    reply = await wil.say(words, free=True)

    assert f"I didn't understand “{words}”" in reply
    assert "room for 6 tomorrow at 3pm" in reply
    assert wil.labels == ["Free now", "My bookings", "Help"]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("how do i book", "/rooms book"),
        ("How can I cancel a booking?", "/rooms cancel"),
        ("help me", "Here's what you can do"),
        ("/logout help", "/logout"),
        ("/book help", "/rooms book"),
        ("/settings help", "/settings"),
        ("/society help", "/society add"),
        ("/rooms extend HELP", "/rooms extend"),
        ("/book Wren G02 tomorrow 3pm help", "/rooms book"),
        ("/society token new help", "/society token"),
        ("/society add rema help", "/society add"),
        ("/rooms free now help", "/rooms free"),
        ("/settings notices on --help", "/settings"),
        ("/timetable help", "/rooms timetable"),
        ("/rooms close help", "/rooms close ROOM|BUILDING|campus"),
        ("/timetable accept help", "Only administrators can use it."),
    ],
)
async def test_asking_for_help_explains_and_does_nothing_else(wil: Chat, words: str, shown: str):
    reply = await wil.say(words, free=not words.startswith("/"))

    assert shown in reply
    assert wil.tone is Tone.INFO


async def test_a_name_or_title_that_ends_in_help_is_no_request_for_help(wil: Chat):
    await wil.services.storage.write(
        lambda unit: unit.rooms.put_rooms([a_room("H-C12-IT", "H-C12", name="IT Help")])
    )

    assert "IT Help" in await wil.say("/rooms status IT Help")
    assert "You're booked" in await wil.say('/book Wren G02 tomorrow 3pm "Homework help"')


async def test_anything_free_lists_rooms(wil: Chat):
    reply = await wil.say("is anything free tomorrow at noon", free=True)

    assert "Thu 12 Mar, 12:00" in reply
    assert "Book" in wil.labels


async def test_a_request_without_a_room_offers_rooms(wil: Chat):
    reply = await wil.say("book me a room for 5 tomorrow at 3pm", free=True)

    assert "Thu 12 Mar, 15:00–16:00 · 5+ seats" in reply
    assert "You're booked" in await wil.press("Book")


async def test_a_typed_title_keeps_its_capitals(wil: Chat, services):
    await wil.say('Book Wren G02 tomorrow 3pm "Committee Night"', free=True)

    (booking,) = services.read_model.bookings.values()
    assert booking.notes == "Committee Night"


async def test_a_timetable_of_a_building_asks_for_the_room_with_a_menu(wil: Chat):
    question = await wil.say("/rooms timetable Wren tomorrow")
    typed = await wil.run("rooms timetable", room="wren", when="tomorrow")
    shown = await wil.press("Wren G02 (H-C12-G02)")

    assert question.startswith("Which room in Wren Building?")
    assert typed == question
    assert "Wren G02 (H-C12-G02) is free all day Thu 12 Mar." in shown


@pytest.mark.parametrize("place", ["Wren G02", "Wren"])
async def test_status_says_when_a_room_is_closed_then(wil: Chat, place: str):
    closed = await wil.say(f"/rooms status {place} tomorrow 4am")
    offered = wil.labels
    is_open = await wil.say(f"/rooms status {place} tomorrow 3pm")

    assert "The room is only open 08:00–21:00 that day (campus time)." in closed
    assert not any("Book" in each for each in offered)
    assert "only open" not in is_open


async def test_book_alone_opens_the_form(wil: Chat):
    await wil.say("/book")

    assert wil.last.form is not None


async def test_a_room_within_a_window_is_offered_at_its_first_free_slot(wil: Chat, rema: Chat):
    await rema.say("/book Wren G02 tomorrow 1pm for 2 hours")

    await wil.say("/book Wren G02 tomorrow afternoon")

    assert wil.labels[0] == "Book 15:00–16:00"
    assert wil.labels[1] == "16:00–17:00"
    assert "You're booked: Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:00" in await wil.press(
        "Book 15:00–16:00"
    )


async def test_a_room_without_a_time_is_offered_with_buttons(wil: Chat):
    await wil.say("/book Wren G02")

    assert wil.labels[0].startswith("Book ")
    assert len(wil.labels) > 1


async def test_people_or_hours_are_two_buttons(wil: Chat):
    await wil.say("/rooms free tomorrow 3pm for 2")

    assert wil.labels == ["for 2 people", "for 2 hours"]
    assert "15:00–17:00" in await wil.press("for 2 hours")


async def test_an_hour_without_a_day_names_the_only_booking_at_that_hour(wil: Chat):
    await wil.say("/book Wren G02 friday 5pm")

    assert "Cancelled: Wren G02" in await wil.cancel("cancel my 5pm")


async def test_several_bookings_are_chosen_by_a_button(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 3pm")
    await wil.say("/book Lovelace 205 friday 9am")

    assert "any of 2 bookings" in await wil.say("/rooms extend 30 min")
    assert wil.labels == ["Until 16:30", "Until 10:30"]
    assert "You now have Lovelace 205" in await wil.press("Until 10:30")

    await wil.say("/rooms move next monday 2pm")
    assert "Moved to Wren G02" in await wil.press("Move this one")


async def test_a_series_without_an_end_is_asked_for_one_and_its_first_date_can_be_booked(wil: Chat):
    reply = await wil.say("/book Wren G02 every tuesday 5-6pm")

    assert "A series needs an end" in reply
    assert "You're booked: Wren G02 (H-C12-G02), Tue 17 Mar" in await wil.press("Only Tue 17 Mar 17:00–18:00")


async def test_a_time_in_another_zone_is_converted_and_echoed(wil: Chat):
    reply = await wil.say("/rooms free tomorrow 3pm new york time")

    assert "19:00" in reply
    assert "That's 15:00 in New York" in reply


@pytest.mark.parametrize(
    "line",
    [
        "/rooms free tomorrow 25:00",
        "/book Wren G02 25:00",
        "/book Wren G02 tomorrow at 25:00 for 1 hour",
        "/rooms status Wren 25:00",
    ],
)
async def test_a_time_that_no_clock_shows_is_named(wil: Chat, line: str):
    reply = await wil.say(line)

    assert "I didn't understand “25:00”" in reply
    assert wil.tone is Tone.UNCLEAR


async def test_words_without_a_meaning_are_named_beside_free_slots(wil: Chat):
    assert "I didn't understand “flibber”" in await wil.say("/book Wren G02 tomorrow flibber")


@pytest.mark.parametrize(
    "words",
    [
        "we lost 3-0 on saturday",
        "the exam was moved to friday 3pm",
        "what's closed next week?",
        "i'm meeting joe at 3",
        "is it cold on saturday",
    ],
)
async def test_a_remark_with_a_time_in_it_gets_a_question_and_no_rooms(wil: Chat, words: str):
    reply = await wil.say(words, free=True)

    assert "I'm not sure what you'd like. Do you need a room then?" in reply
    assert wil.last.items == ()
    assert wil.tone is Tone.UNCLEAR
    assert "rooms are free" in await wil.press(wil.labels[0])


@pytest.mark.parametrize(
    "words",
    [
        "we need somewhere on saturday morning because we lost ours",
        "can we have a room for another group tomorrow",
        "tomorrow 3pm flibber",
        "we are 8 people on friday afternoon, alas",
        "i have a meeting friday 2-4, is anything free?",
    ],
)
async def test_a_request_with_unknown_words_is_searched(wil: Chat, words: str):
    await wil.say(words, free=True)

    assert wil.last.items


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("can I have it longer", "How much longer?"),
        ("could we stay a bit longer", "How much longer?"),
        ("can i keep the room 30 more minutes", "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 14:00–15:30"),
        (
            "can we have the room for another 30 min",
            "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 14:00–15:30",
        ),
        ("extend my booking by 30 min", "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 14:00–15:30"),
        ("make my booking weekly 3 times", "Thursdays 14:00–15:00, 12 Mar to 26 Mar"),
        ("turn it into a weekly booking 3 times", "Thursdays 14:00–15:00, 12 Mar to 26 Mar"),
        ("please repeat my booking every week 3 times", "Thursdays 14:00–15:00, 12 Mar to 26 Mar"),
    ],
)
async def test_a_booking_is_kept_longer_or_repeated_in_plain_words(wil: Chat, words: str, answer: str):
    await wil.say("/book Wren G02 tomorrow 2-3pm for SOTECHSOC")

    assert answer in await wil.say(words, free=True)


@pytest.mark.parametrize(
    "words", ["keep me a room for 2 hours tomorrow", "can we have another room tomorrow"]
)
async def test_a_request_for_a_room_is_none_for_more_time(wil: Chat, words: str):
    await wil.say("/book Wren G02 tomorrow 2-3pm for SOTECHSOC")

    await wil.say(words, free=True)

    assert wil.last.items


async def test_a_search_while_everything_is_closed_says_when_rooms_are_open(wil: Chat):
    closed = await wil.say("/rooms free tomorrow 11pm 20 seats")
    assert "The room is only open 08:00–21:00 that day (campus time). Free instead:" in closed
    assert all(item.buttons for item in wil.last.items)

    await wil.say("/rooms free tomorrow 6am to 10am")
    assert "rooms are free" in await wil.press("Free 08:00–10:00")


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("share it", "no channel here to share it with"),
        ("share my booking", "no channel here to share it with"),
        ("stop waiting", "You aren't waiting for anything"),
        ("accept", "no upcoming bookings"),
    ],
)
async def test_words_of_buttons_are_requests_of_their_own(wil: Chat, words: str, reply: str):
    assert reply in await wil.say(words, free=True)


async def test_accepting_in_words_shows_the_offer(wil: Chat, rema: Chat):
    await rema.say("/book Wren G02 tomorrow 3pm")
    await rema.say("/rooms give to wil")

    assert "offers you Wren G02" in await wil.say("accept", free=True)
    assert "It's yours" in await wil.say("accept", free=True)


@pytest.mark.parametrize(
    "example",
    [
        each
        for command in COMMANDS
        if command.name
        in {f"rooms {name}" for name in ("free", "plan", "status", "timetable", "wait", "watch")}
        for each in command.examples
    ],
)
async def test_examples_of_the_help_work_on_the_sample_campus(wil: Chat, example: str):
    reply = await wil.say(example)

    assert wil.tone is not Tone.UNCLEAR
    assert "didn't understand" not in reply
    assert "don't know" not in reply


@pytest.mark.parametrize("command", ["/rooms list", "/rooms bookings"])
async def test_bookings_are_listed_by_other_names(wil: Chat, command: str):
    assert "no upcoming bookings" in await wil.say(command)
