"""Short words after an answer on Discord: direct messages, mentions in a channel, buttons between them."""

import pytest

from tests.platforms.discord.environment import Environment
from tests.standins.discord import Person, ShownMessage
from tests.standins.discord.world import Channel


@pytest.fixture
async def wil(environment: Environment) -> Person:
    person = environment.discord.person("wil")
    await environment.add_people(person)
    return person


async def says(
    environment: Environment, person: Person, words: str, at: Channel | None = None
) -> ShownMessage:
    """Writes to Roomie; the message with its answer."""
    before = len(person.sees(at))
    await person.say(words, at=at)
    await environment.discord.wait_until(lambda: len(person.sees(at)) == before + 2)
    return person.sees(at)[-1]


async def test_a_room_is_found_changed_booked_and_cancelled_in_short_words(
    environment: Environment, wil: Person
) -> None:
    replies = [
        (await says(environment, wil, words)).text
        for words in (
            "room for 6 tomorrow at 3pm",
            "for 2 hours",
            "the second one",
            "book it",
            "cancel that",
            "yes",
            "book it",
        )
    ]

    assert "3 rooms are free. Booking one uses 120 minutes" in replies[1]
    assert "You're booked: **Room K-J17-G002" in replies[2]
    assert "You have it already" in replies[3]
    assert replies[4].startswith("Cancel **Room K-J17-G002")
    assert "You get 120 minutes back." in replies[4]
    assert replies[5].startswith("Cancelled: **Room K-J17-G002")
    assert "I remember my last answer for ten minutes" in replies[6]


async def test_a_pressed_button_is_remembered_as_well(environment: Environment, wil: Person) -> None:
    shown = await says(environment, wil, "room for 6 tomorrow at 3pm")
    await wil.press(shown, "Book")

    extended = await says(environment, wil, "extend it by 30 min")

    assert "You now have **Room K-J17-G001" in extended.text


async def test_nobody_else_in_the_channel_can_refer_to_an_answer(
    environment: Environment, wil: Person
) -> None:
    guild, channel = environment.discord.guild()
    rema = environment.discord.person("rema", guild)
    wil.join(guild)
    await environment.add_people(rema)
    me = f"<@{environment.discord.world.bot.id}>"
    await says(environment, wil, f"{me} room for 6 tomorrow at 3pm", channel)

    await says(environment, rema, f"{me} the first one", channel)

    assert not environment.services.read_model.bookings
    await says(environment, wil, f"{me} the first one", channel)
    assert len(environment.services.read_model.bookings) == 1


async def test_which_booking_is_a_menu_to_press_or_to_answer(environment: Environment, wil: Person) -> None:
    first = await wil.run("/book", room="K-J17-G001", when="tomorrow 3pm for 1 hour")
    assert first.seen.text.startswith("You're booked")
    second = await wil.run("/book", room="K-J17-G002", when="friday 3pm for 1 hour")
    assert second.seen.text.startswith("You're booked")

    shown = await wil.run("/rooms cancel")
    menu = shown.seen.buttons
    question = await wil.press(shown.seen, "Cancel", 1)
    done = await says(environment, wil, "yes")

    assert menu.count("Cancel") == 2
    assert question.seen.text.startswith("Cancel **Room K-J17-G002")
    assert done.text.startswith("Cancelled: **Room K-J17-G002")
