"""A conversation with a memory: short words after an answer, for ten minutes, of one person in one place."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.chat.reply import Tone
from bot.chat.request import ChatRequest
from bot.services import Services
from core.model import PersonId
from core.policy.rules import Rules
from tests.bot.chat import Chat
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

TEN_MINUTES = timedelta(minutes=10)
NOTHING_TO_REFER_TO = "I remember my last answer for ten minutes"


async def talk(chat: Chat, *lines: str) -> str:
    """Says all lines in plain words; the reply to the last."""
    reply = ""
    for line in lines:
        reply = await chat.say(line, free=not line.startswith("/"))
    return reply


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        (
            ["room for 20 tomorrow 3pm", "the second one"],
            "You're booked: Hub Workshop (RO-POO), Thu 12 Mar, 15:00",
        ),
        (["room for 20 tomorrow 3pm", "number 3"], "You're booked: Lovelace 206"),
        (["room for 300 tomorrow 3pm", "search for 180 seats"], "180+ seats"),
        (["/rooms free tomorrow 3pm 150 seats", "book it"], "You're booked: Wren Lecture Theatre"),
        (["/rooms free tomorrow 3pm 150 seats", "/book it"], "You're booked: Wren Lecture Theatre"),
        (
            ["/rooms free tomorrow 3pm 150 seats", "/rooms the first one"],
            "You're booked: Wren Lecture Theatre",
        ),
        (["/book wren g02 tomorrow 3:05pm", "yes"], "You're booked: Wren G02"),
        (["/book wren g02 tomorrow 3:05pm", "no"], "Okay, nothing changed."),
        (["/book wren g02 tomorrow", "the second one"], "You're booked: Wren G02"),
        (["book for 8", "8 people"], "8+ seats"),
        (["book for 8", "people"], "8+ seats"),
        (["book for 2", "hours"], "10:15–12:30"),
        (
            ["book the banana room tomorrow 3pm", "wren g02"],
            "You're booked: Wren G02 (H-C12-G02), Thu 12 Mar, 15:00",
        ),
        (["/rooms status banana tomorrow 9am", "wren"], "Wren Building Thu 12 Mar, 09:00"),
        (["/rooms timetable banana tomorrow", "wren g02"], "Wren G02"),
    ],
)
async def test_short_words_mean_what_was_shown(wil: Chat, lines: list[str], reply: str):
    assert reply in await talk(wil, *lines)


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("an hour later", "Thu 12 Mar, 16:00–17:00 · 20+ seats"),
        ("half an hour earlier", "Thu 12 Mar, 14:30–15:30 · 20+ seats"),
        ("friday instead", "Fri 13 Mar, 15:00–16:00 · 20+ seats"),
        ("a day later", "Fri 13 Mar, 15:00–16:00 · 20+ seats"),
        ("at 5 instead", "Thu 12 Mar, 17:00–18:00 · 20+ seats"),
        ("what about 5pm?", "Thu 12 Mar, 17:00–18:00 · 20+ seats"),
        ("monday 9-11 instead", "Mon 16 Mar, 09:00–11:00 · 20+ seats"),
        ("for 2 hours", "Thu 12 Mar, 15:00–17:00 · 20+ seats"),
        ("make it 6 people", "Thu 12 Mar, 15:00–16:00 · 6+ seats"),
        ("6 people", "Thu 12 Mar, 15:00–16:00 · 6+ seats"),
        ("with a projector instead", "Thu 12 Mar, 15:00–16:00 · 20+ seats · with projector"),
        ("in lovelace instead", "Thu 12 Mar, 15:00–16:00 · 20+ seats · Lovelace: "),
        ("a bigger one", "Thu 12 Mar, 15:00–16:00 · 21+ seats"),
        ("somewhere else", "Thu 12 Mar, 15:00–16:00 · 20+ seats · not Lovelace Building"),
        ("show me more", "Thu 12 Mar, 15:00–16:00 · 20+ seats"),
    ],
)
async def test_a_search_is_changed_and_says_what_was_understood(wil: Chat, words: str, understood: str):
    assert understood in await talk(wil, "room for 20 tomorrow 3pm", words)


async def test_changes_add_up(wil: Chat):
    reply = await talk(
        wil, "room for 20 tomorrow 3pm", "friday instead", "for 2 hours", "with a projector instead"
    )

    assert "Fri 13 Mar, 15:00–17:00 · 20+ seats · with projector" in reply


async def test_more_rooms_come_page_by_page_until_all_were_shown(wil: Chat):
    first = await talk(wil, "room for 20 tomorrow 3pm")
    second = await talk(wil, "show me more")
    last = await talk(wil, "show me more")

    assert not set(first.splitlines()[1:8]) & set(second.splitlines()[1:])
    assert "Those were all" in last


async def test_which_of_several_is_asked_with_buttons(wil: Chat):
    reply = await talk(wil, "room for 20 tomorrow 3pm", "book it")

    assert "Which one?" in reply
    assert "“the first one”, “the second one”" in reply
    assert "You're booked: Hub Workshop" in await talk(wil, "the second one")


@pytest.mark.parametrize(("words", "room"), [("2", "Hub Workshop"), ("the last one", "Rehearsal Studio")])
async def test_the_question_which_one_is_answered_by_a_number_or_a_place(wil: Chat, words: str, room: str):
    await talk(wil, "room for 20 tomorrow 3pm", "book it")

    assert f"You're booked: {room}" in await talk(wil, words)


async def test_a_number_after_a_list_is_an_hour_unless_which_one_was_asked(wil: Chat):
    assert "Wed 11 Mar, 14:00–15:00" in await talk(wil, "room for 20 tomorrow 3pm", "2")


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("book it", "You have it already; nothing changed."),
        ("an hour later", "Move to Wren G02 (H-C12-G02), Thu 12 Mar, 16:00–17:00?"),
        ("friday instead", "Move to Wren G02 (H-C12-G02), Fri 13 Mar, 15:00–16:00?"),
        ("for 2 hours", "Move to Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–17:00?"),
        ("move it an hour later", "Move to Wren G02 (H-C12-G02), Thu 12 Mar, 16:00–17:00?"),
        ("move it to friday 3pm", "Moved to Wren G02 (H-C12-G02), Fri 13 Mar, 15:00–16:00"),
        ("extend it by 30 min", "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:30"),
        ("make it 30 min longer", "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:30"),
        ("shorten it by 30 min", "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–15:30"),
        ("30 min more", "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:30"),
        ("cancel that", "Cancel Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:00? You get 60 minutes back."),
    ],
)
async def test_a_booking_just_made_is_it(wil: Chat, words: str, reply: str):
    await wil.say("/book lovelace 205 friday 9am for 30 min")

    assert reply in await talk(wil, "/book wren g02 tomorrow 3pm for 1 hour", words)


async def test_an_offered_move_is_made_by_yes(wil: Chat):
    await wil.say("/book wren g02 tomorrow 3pm for 1 hour")

    assert "Moved to Wren G02 (H-C12-G02), Thu 12 Mar, 16:00–17:00" in await talk(wil, "an hour later", "yes")


async def test_a_booking_moves_to_a_bigger_room(wil: Chat):
    await talk(wil, "/book wren g02 tomorrow 3pm for 1 hour", "a bigger one")

    assert set(wil.labels) == {"Move"}
    assert "Moved to " in await talk(wil, "the first one")
    assert await wil.quota() == 120


async def test_a_time_that_is_taken_is_refused_with_alternatives(wil: Chat, rema: Chat):
    await rema.say("/book wren g02 tomorrow 4pm for 1 hour")

    reply = await talk(wil, "/book wren g02 tomorrow 3pm for 1 hour", "an hour later")

    assert "is taken Thu 12 Mar, 16:00–17:00" in reply
    assert wil.tone is Tone.REFUSED


async def test_one_of_the_listed_bookings_is_changed_by_its_place(wil: Chat):
    await wil.say("/book wren g02 tomorrow 3pm for 1 hour")
    await wil.say("/book lovelace 205 friday 9am for 30 min")

    assert "Cancel Lovelace 205" in await talk(wil, "/rooms mine", "cancel the second one")
    assert "You now have Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–16:30" in await talk(
        wil, "/rooms mine", "extend the first one by 30 min"
    )
    assert "Move to Lovelace 205 (H-D20-205), Fri 13 Mar, 10:00–10:30?" in await talk(
        wil, "/rooms mine", "move the last one an hour later"
    )
    assert "Lovelace 205" in await talk(wil, "/rooms mine", "the second one")
    assert wil.labels == ["30 min more", "Cancel"]


@pytest.mark.parametrize(
    ("command", "answer", "reply"),
    [
        ("/rooms move", "friday 4pm", "Moved to Lovelace 205 (H-D20-205), Fri 13 Mar, 16:00–16:30"),
        ("/rooms extend 30 min", "", "You now have Lovelace 205 (H-D20-205), Fri 13 Mar, 09:00–10:00"),
        ("/rooms cancel", "yes", "Cancelled: Lovelace 205"),
    ],
)
async def test_which_booking_is_answered_in_words(wil: Chat, command: str, answer: str, reply: str):
    await wil.say("/book wren g02 tomorrow 3pm for 1 hour")
    await wil.say("/book lovelace 205 friday 9am for 30 min")

    assert reply in await talk(wil, command, "the second one", *filter(None, [answer]))


@pytest.mark.parametrize(
    "words",
    [
        "book it",
        "the second one",
        "number 3",
        "an hour later",
        "earlier",
        "tomorrow instead",
        "make it 6 people",
        "a bigger one",
        "somewhere else",
        "another room",
    ],
)
async def test_without_an_answer_before_it_is_asked_to_say_it_in_full(wil: Chat, words: str):
    assert NOTHING_TO_REFER_TO in await talk(wil, words)
    assert wil.tone is Tone.UNCLEAR
    assert not wil.services.read_model.bookings


@pytest.mark.parametrize(
    ("words", "reply"), [("yes", "Okay!"), ("no", "Okay!"), ("for 2 hours", "10:15–12:30")]
)
async def test_words_that_say_something_alone_keep_their_meaning(wil: Chat, words: str, reply: str):
    assert reply in await talk(wil, words)


async def test_what_was_not_listed_is_not_guessed(wil: Chat):
    reply = await talk(wil, "/rooms free tomorrow 3pm 100 seats", "the fifth one")

    assert "I can't tell what “the fifth one” means here. You can say “the first one”" in reply


async def test_an_answer_is_remembered_for_ten_minutes(wil: Chat, clock: StillClock):
    await wil.say("/rooms free tomorrow 3pm 150 seats")
    clock.move(TEN_MINUTES - timedelta(seconds=1))
    assert "16:00–17:00" in await talk(wil, "an hour later")

    clock.move(TEN_MINUTES)

    assert NOTHING_TO_REFER_TO in await talk(wil, "book it")


async def test_what_may_be_booked_is_checked_when_the_word_comes(wil: Chat):
    await wil.say("/rooms free tomorrow 3pm 150 seats")
    await say_in(wil, "C1", "/book wren g02 tomorrow 9am for 2 hours 30 min")

    assert "you only have 30 minutes left" in await talk(wil, "book it")


async def test_a_slot_that_was_taken_meanwhile_is_refused(wil: Chat, rema: Chat):
    await wil.say("/rooms free tomorrow 3pm 150 seats")
    await rema.say("/book wren lecture theatre tomorrow 3pm for 1 hour")

    assert "is taken" in await talk(wil, "book it")


async def test_a_cancelled_booking_is_not_it_any_more(wil: Chat):
    await wil.say("/book wren g02 tomorrow 3pm")
    await wil.cancel("cancel that")

    assert NOTHING_TO_REFER_TO in await talk(wil, "book it")


async def say_in(chat: Chat, channel: str, words: str, thread: str = "") -> str:
    request = ChatRequest(chat.requester, text=words, is_free_text=True, channel=channel, thread=thread)
    chat.last = await chat.dispatcher.dispatch(request)
    return str(chat.last.text)


async def test_somebody_elses_words_in_the_channel_mean_nothing(wil: Chat, rema: Chat):
    await say_in(wil, "C1", "room for 150 tomorrow 3pm")

    assert NOTHING_TO_REFER_TO in await say_in(rema, "C1", "book it")
    assert "You're booked" in await say_in(wil, "C1", "book it")


async def test_each_channel_and_thread_has_its_own_memory(wil: Chat):
    await say_in(wil, "C1", "room for 150 tomorrow 3pm", "T1")

    for channel, thread in (("C2", "T1"), ("C1", "T2"), ("C1", ""), ("", "")):
        assert NOTHING_TO_REFER_TO in await say_in(wil, channel, "book it", thread)
    assert "You're booked" in await say_in(wil, "C1", "book it", "T1")


async def test_strangers_are_not_remembered(stranger: Chat):
    await stranger.say("/rooms free tomorrow 3pm 150 seats")

    reply = await talk(stranger, "book it")
    assert NOTHING_TO_REFER_TO not in reply
    assert "I remember answers only for people who have logged in" in reply
    assert "/login" in reply


@pytest.fixture
async def elsewhere(
    services: Services, database_url: str, clock: StillClock, rules: Rules
) -> AsyncIterator[Chat]:
    """The same person, answered by another process."""
    other = create_services(database_url, clock, rules)
    await other.storage.open()
    await other.storage.load()
    yield Chat(other, "wil")
    await other.storage.close()


async def test_another_process_answers(wil: Chat, elsewhere: Chat):
    await wil.say("/rooms free tomorrow 3pm 150 seats")
    await wil.memory.settle()
    assert "16:00–17:00" in await talk(elsewhere, "an hour later")
    await elsewhere.memory.settle()

    assert "You're booked: Wren Lecture Theatre (H-C12-LT1), Thu 12 Mar, 16:00–17:00" in await talk(
        wil, "book it"
    )


async def test_the_words_of_a_button_press_it_in_a_list_and_as_a_command_word(wil: Chat, rema: Chat):
    await wil.say('/book Lovelace 205 every tuesday 5-6pm 3 times for SOTECHSOC "Committee"')
    assert "3 dates" in await wil.say("book all 3", free=False)

    await rema.say("/book Wren G02 tomorrow 3pm")
    await rema.say("/rooms give to wil")
    await wil.say("/rooms mine")
    assert "yours" in await wil.say("accept", free=True)


@pytest.mark.parametrize("words", ["an hour later", "a bigger one", "friday instead", "somewhere else"])
async def test_a_booking_that_has_started_is_not_offered_to_be_moved(
    wil: Chat, clock: StillClock, words: str
):
    await wil.say("/rooms book Wren G02 15:00 for 1 hour")
    (booking,) = wil.services.read_model.of_person(PersonId(1))
    clock.set(booking.interval.start + timedelta(minutes=10))

    assert "You're checked in" in await talk(wil, "I'm here")
    assert "has started: you can extend or shorten it, but not move it" in await talk(wil, words)


async def test_a_yes_books_the_only_room_and_asks_which_of_several(wil: Chat):
    await wil.say("/rooms free tomorrow 3pm 20 seats")
    assert "Which one? I showed you" in await talk(wil, "yes")

    await wil.say("/rooms free tomorrow 3pm 150 seats")
    assert "You're booked: Wren Lecture Theatre" in await talk(wil, "yes please")
    await wil.say("/rooms book Lovelace 205 tomorrow 5pm")

    assert "any of 2 bookings" in await wil.say("/rooms cancel")
    assert "Which one? I showed you 2" in await talk(wil, "yes")


async def test_moving_a_booking_to_where_it_is_changes_nothing(wil: Chat):
    await wil.say("/rooms book Wren G02 tomorrow 3pm for 1 hour")

    assert "You have it already; nothing changed" in await talk(wil, "tomorrow instead")


async def test_a_booking_that_was_cancelled_is_not_found_again(wil: Chat):
    await wil.say("/rooms book Wren G02 tomorrow 3pm for 1 hour")
    booking_id = wil.services.read_model.of_person(PersonId(1))[0].id
    await wil.cancel()

    assert "can't find that booking among yours" in await wil.say(f"/rooms cancel {booking_id}")
    assert booking_id not in await talk(wil, "cancel that")
