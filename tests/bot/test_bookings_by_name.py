"""Bookings named in plain words: by title, room or time, in any order, and what is said without any."""

import pytest

from bot.chat.reply import Tone
from tests.bot.chat import Chat


async def book_two(chat: Chat) -> None:
    await chat.say('/book Wren G02 tomorrow 3pm for 1 hour "Committee"')
    await chat.say('/book Lovelace 205 friday 9am for 30 min "Hack night"')


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("extend committee by 30 minutes", "16:30"),
        ("extend by 30 minutes committee", "16:30"),
        ("/rooms extend committee 30 min", "16:30"),
        ("/extend my committee booking by half an hour", "16:30"),
        ("extend wren g02 by an hour and a half", "17:30"),
        ("make committee 30 minutes longer", "16:30"),
        ("make committee 30 minutes shorter", "15:30"),
        ("could you make the committee 30 more minutes longer?", "16:30"),
        ("shorten committee by thirty minutes", "15:30"),
        ("/rooms shorten committee 30", "15:30"),
        ("extend committee until 17:00", "17:00"),
        ("extend until 17:00 committee", "17:00"),
        ("extend committee to 2 hours", "17:00"),
        ("make committee 90 minutes long", "16:30"),
        ("end committee 30 minutes earlier", "15:30"),
        ("/rooms extend committee -30 min", "15:30"),
        ("/rooms extend committee 30", "16:30"),
    ],
)
async def test_a_named_booking_changes_its_length(wil: Chat, words: str, end: str):
    await book_two(wil)

    assert f"You now have Wren G02 (H-C12-G02), Thu 12 Mar, 15:00–{end}" in await wil.say(
        words, free=not words.startswith("/")
    )


@pytest.mark.parametrize("words", ["extend my booking by 30 min", "make it 30 min longer", "extend by 30"])
async def test_the_only_booking_needs_no_name(wil: Chat, words: str):
    await wil.say("/book Wren G02 tomorrow 3pm for 1 hour")

    assert "15:00–16:30" in await wil.say(words, free=True)


async def test_a_length_without_a_name_offers_the_bookings(wil: Chat):
    await book_two(wil)

    assert "any of 2 bookings" in await wil.say("extend by 30 minutes", free=True)
    assert wil.labels == ["Until 16:30", "Until 10:00"]
    assert "You now have Wren G02" in await wil.press("Until 16:30")


async def test_without_a_length_the_example_has_the_bookings_own_id(wil: Chat):
    await wil.say("/book Wren G02 tomorrow 3pm")
    (booking,) = wil.services.read_model.bookings

    assert f"/rooms extend {booking[:8]} 30 min" in await wil.say("/rooms extend")
    assert "15:00–16:30" in await wil.press("30 min more")


async def test_without_a_length_several_bookings_are_offered(wil: Chat):
    await book_two(wil)

    await wil.say("/rooms extend")

    assert wil.labels == ["30 min more", "30 min more"]


@pytest.mark.parametrize("verb", ["cancel", "extend", "move"])
async def test_without_bookings_the_reply_says_so(wil: Chat, verb: str):
    for words in (f"/rooms {verb}", f"{verb} my booking", f"{verb} committee"):
        assert "You have no upcoming bookings." in await wil.say(words, free=words[0] != "/")


@pytest.mark.parametrize("words", ["cancel hack night", "cancel my Hack night booking", "cancel hack"])
async def test_a_title_is_looked_up_before_its_words_are_times(wil: Chat, words: str):
    await book_two(wil)

    assert "Cancelled: Lovelace 205" in await wil.cancel(words)


async def test_a_word_that_looks_like_an_id_does_not_stand_for_the_only_booking(wil: Chat):
    await wil.say('/book Wren G02 tomorrow 3pm "Committee"')

    assert "which booking “cafe” is" in await wil.say("/rooms cancel cafe")


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("move committee to friday 3pm", "Moved to Wren G02 (H-C12-G02), Fri 13 Mar, 15:00–16:00"),
        ("/rooms move committee friday 3pm", "Moved to Wren G02 (H-C12-G02), Fri 13 Mar, 15:00–16:00"),
        ("move hack night to monday 2pm", "Moved to Lovelace 205 (H-D20-205), Mon 16 Mar, 14:00–14:30"),
    ],
)
async def test_a_booking_is_moved_by_its_title(wil: Chat, words: str, reply: str):
    await book_two(wil)

    assert reply in await wil.say(words, free=words[0] != "/")


async def test_all_bookings_at_once_are_offered_one_by_one(wil: Chat):
    await book_two(wil)

    assert "One booking at a time" in await wil.say("cancel all my bookings", free=True)
    assert (wil.labels, wil.tone) == (["Cancel", "Cancel"], Tone.UNCLEAR)
