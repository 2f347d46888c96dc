"""What people do on Discord most, one and many at once, through the complete application."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bot.chat.reply import Button, Reply
from bot.commands import COMMANDS
from bot.platforms.discord.render.custom_id import decode
from core.model import Identity
from core.policy.rules import Rules
from core.ports import ManagedStorage
from tests.builders import a_room
from tests.fakes.clock import StillClock
from tests.platforms.discord.environment import Environment, build_environment
from tests.standins.discord import Discord, Person, ShownMessage


@pytest.fixture
async def wil(environment: Environment) -> Person:
    person = environment.discord.person("wil")
    await environment.add_people(person)
    return person


async def test_a_room_is_found_booked_extended_and_cancelled(environment: Environment, wil: Person) -> None:
    guild, channel = environment.discord.guild()
    wil.join(guild)
    free = await wil.run("/rooms free", at=channel, when="now for 1 hour", seats=10)
    booked = await wil.press(free.seen, "Book")
    texts = [free.seen.text, booked.seen.text]
    await environment.platform.send(Identity(f"discord:{wil.id}"), _notice(booked.seen), "confirmation 1")
    for label in ("30 min more", "Cancel", "Yes, cancel it"):
        await wil.press(wil.sees()[0], label)
        texts.append(wil.sees()[0].text)
    mine = await wil.run("/rooms mine")

    assert "3 rooms are free" in texts[0]
    assert texts[1].startswith("You're booked: **Room K")
    assert "You now have" in texts[2]
    assert texts[3].startswith("Cancel **Room K")
    assert "You get 105 minutes back." in texts[3]
    assert texts[4].startswith("Cancelled: ")
    assert "30 min more" not in mine.seen.buttons


def _notice(booked: ShownMessage) -> Reply:
    """The notification of a booking, with the buttons of its reply."""
    custom_ids = [decode(str(booked.button(label)["custom_id"])) for label in ("30 min more", "Cancel")]
    extend, cancel = [each for each in custom_ids if each]
    return Reply(
        ("You have booked a room.",),
        actions=(
            Button(extend.action, "30 min more", extend.value),
            Button(cancel.action, "Cancel", cancel.value),
        ),
    )


async def test_times_are_timestamp_markup(environment: Environment, wil: Person) -> None:
    booked = await wil.run("/book", room="K-J17-G001", when="tomorrow 3pm for 1 hour")

    assert re.search(r"<t:\d+:F>\N{EN DASH}<t:\d+:t>", booked.seen.text)


async def test_a_suggested_time_can_be_booked(environment: Environment, wil: Person) -> None:
    shown = await wil.complete("/book", "when", "tomorrow 3pm for 1 hour")
    booked = await wil.run("/book", room="K-J17-G001", when=shown[0]["value"])

    assert "Thu 12 Mar" in shown[0]["name"]
    assert "You're booked" in booked.seen.text


async def test_the_form_books_and_a_wrong_time_can_be_tried_again(
    environment: Environment, wil: Person
) -> None:
    opened = await wil.run("/rooms form")
    refused = await wil.submit(opened, when="yesterday 3pm", room="K-J17-G001", title="Chess")
    again = await wil.press(refused.seen, "Try again")
    booked = await wil.submit(again, when="tomorrow 3pm for 1 hour")

    assert "**When**" in refused.seen.text
    assert "You're booked" in booked.seen.text


async def test_book_alone_opens_the_form_and_asks_for_what_is_missing(
    environment: Environment, wil: Person
) -> None:
    form = await wil.run("/book")
    times = await wil.run("/book", room="K-J17-G001")
    rooms = await wil.run("/book", when="tomorrow 3pm for 1 hour")

    assert form.modal is not None
    assert form.modal["title"] == "Book a room"
    assert times.seen.buttons[0] == "Book 10:30\N{EN DASH}11:30"
    assert "3 rooms are free" in rooms.seen.text
    assert rooms.seen.buttons.count("Book") == 3


async def test_of_fifty_people_pressing_one_button_one_gets_the_room(environment: Environment) -> None:
    guild, channel = environment.discord.guild()
    people = [environment.discord.person(f"p{number}", guild) for number in range(50)]
    await environment.add_people(*people)
    button = {
        "type": 2,
        "style": 1,
        "label": "Book",
        "custom_id": await _a_book_button(environment, people[0]),
    }
    environment.discord.world.message(
        channel, environment.discord.world.bot, "", components=[{"type": 1, "components": [button]}]
    )
    public = people[0].sees(channel)[0]

    pressed = await asyncio.gather(*(person.press(public, "Book") for person in people))

    booked = [each for each in pressed if each.seen.text.startswith("You're booked")]
    taken = [each for each in pressed if "is taken" in each.seen.text]
    assert (len(booked), len(taken)) == (1, 49)


async def _a_book_button(environment: Environment, person: Person) -> str:
    free = await person.run("/rooms free", when="tomorrow 3pm for 1 hour")
    return str(free.seen.button("Book")["custom_id"])


async def test_the_same_extension_delivered_twice_counts_once(environment: Environment, wil: Person) -> None:
    booked = await wil.run("/book", room="K-J17-G001", when="tomorrow 3pm for 1 hour")
    extended = await wil.press(booked.seen, "30 min more")

    await extended.deliver_again()
    quota = await wil.run("/rooms quota")

    assert "90 minutes" in quota.seen.text


async def test_three_hundred_free_rooms_are_paged(
    discord: Discord, open_another: Callable[[], Awaitable[ManagedStorage]], rules: Rules, clock: StillClock
) -> None:
    environment = await build_environment(discord, await open_another(), rules, clock, rooms=300)
    wil = discord.person("wil")
    await environment.add_people(wil)
    async with environment.open():
        first = await wil.run("/rooms free", when="now")
        first_text = first.seen.text
        second = await wil.press(first.seen, "292 more")

    assert "300 rooms are free" in first_text
    assert "284 more" in second.seen.buttons


def _paths_with_options(command: dict[str, Any], before: str = "") -> Iterator[tuple[str, list[str]]]:
    """A command and its subcommands, also those in groups, with the names of their options."""
    path, options = f"{before} {command['name']}".strip(), command.get("options", [])
    parts = [each for each in options if each["type"] in {1, 2}]
    yield path, [each["name"] for each in options if each not in parts]
    for part in parts:
        yield from _paths_with_options(part, path)


async def test_every_command_is_offered_with_its_parameters(environment: Environment, wil: Person) -> None:
    options = {
        path: names
        for command in environment.discord.world.commands[None]
        for path, names in _paths_with_options(command)
    }

    assert {command.name for command in COMMANDS} <= options.keys()
    for command in COMMANDS:
        if " " in command.name:
            assert sorted(options[command.name]) == sorted(each.name for each in command.parameters)


async def test_free_text_finds_rooms(environment: Environment, wil: Person) -> None:
    await wil.say("any room for 8 tomorrow at 3pm?")
    await environment.discord.wait_until(lambda: len(wil.sees()) == 2)

    assert "Book" in wil.sees()[1].buttons


async def test_an_unlinked_user_is_refused(environment: Environment) -> None:
    stranger = environment.discord.person("stranger")

    answered = await stranger.run("/rooms mine")

    assert "doesn't know who you are" in answered.seen.text


async def test_a_chosen_time_zone_applies_to_input_and_output(environment: Environment, wil: Person) -> None:
    await wil.run("/settings", timezone="Australia/Sydney")

    shown = await wil.complete("/book", "when", "tomorrow 8pm for 1 hour")
    await wil.run("/book", room="K-J17-G001", when="tomorrow 8pm for 1 hour")
    mine = await wil.complete("/rooms cancel", "booking", "")

    assert "20:00" in shown[0]["name"]
    assert "Thu 12 Mar 20:00" in mine[0]["name"]
    (booking,) = environment.services.read_model.bookings.values()
    assert f"{booking.interval.start:%H:%M}" == "09:00"


async def test_the_form_books_any_room_of_a_large_campus(
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> None:
    """What is typed is the room, or narrows to a menu of those that match."""
    discord.interactions.window = 15.0
    environment = await build_environment(discord, storage, rules, clock, rooms=150)
    async with environment.open():
        wil = discord.person("wil")
        await environment.add_people(wil)
        opened = await wil.run("/rooms form")
        at_once = await wil.submit(opened, when="tomorrow 3pm", room="g149", title="Chess")
        opened = await wil.run("/rooms form")
        several = await wil.submit(opened, when="friday 3pm", room="G14", title="Go")
        again = await wil.press(several.seen, "Try again")
        chosen = await wil.submit(again, room="K-J17-G147")
        opened = await wil.run("/rooms form")
        unknown = await wil.submit(opened, when="friday 3pm", room="Narnia")

    assert "Room K-J17-G149" in at_once.seen.text
    assert "Several rooms match that. Choose one." in several.seen.text
    assert "Room K-J17-G147" in chosen.seen.text
    assert "There's no room Narnia." in unknown.seen.text
    booked = environment.services.read_model.bookings.values()
    assert sorted((each.room_id, each.notes) for each in booked) == [
        ("K-J17-G147", "Go"),
        ("K-J17-G149", "Chess"),
    ]


async def test_book_with_this_user_names_the_user_in_the_booking(
    environment: Environment, wil: Person
) -> None:
    guild, channel = environment.discord.guild()
    ann = environment.discord.person("ann", guild)
    wil.join(guild)

    opened = await wil.use_on_person("Book with this user", ann, at=channel)
    booked = await wil.submit(opened, when="tomorrow 3pm", room="G001")

    assert "You're booked" in booked.seen.text
    assert [each.notes for each in environment.services.read_model.bookings.values()] == ["With Ann"]


async def test_a_message_fills_in_time_and_seats(environment: Environment, wil: Person) -> None:
    guild, channel = environment.discord.guild()
    wil.join(guild)
    message = await environment.discord.person("eve", guild).say(
        "shall we meet tomorrow 4-5pm, 8 of us?", at=channel
    )

    offered = await wil.use_on_message("Book from this message", message, at=channel)
    booked = await wil.press(offered.seen, "Book")

    (booking,) = environment.services.read_model.bookings.values()
    assert "<t:1773331200:F>–<t:1773334800:t> · **8+ seats**" in offered.seen.text
    assert "You're booked" in booked.seen.text
    assert (f"{booking.interval.start:%d %H:%M}", booking.interval.minutes) == ("12 16:00", 60)


TITLES = (
    'The "Great" debate',
    'a" for SOTECHSOC "b',
    "x" * 400,
    "🎉 *bold* _it_ ~gone~ `code` <@123> @everyone",
)


@pytest.mark.parametrize("title", TITLES)
async def test_a_typed_title_arrives_as_it_was_typed(
    environment: Environment, wil: Person, title: str
) -> None:
    booked = await wil.run("/book", room="K-J17-G001", when="tomorrow 3pm for 1 hour", title=title)

    (booking,) = environment.services.read_model.bookings.values()
    assert "You're booked" in booked.seen.text
    assert (booking.notes, booking.society_id) == (title, None)


async def test_a_mention_is_answered_in_the_channel_and_what_is_personal_privately(
    environment: Environment, wil: Person
) -> None:
    guild, channel = environment.discord.guild()
    wil.join(guild)
    stranger = environment.discord.person("stranger", guild)
    me = f"<@{environment.discord.world.bot.id}>"

    await wil.say(f"{me} any room for 8 tomorrow at 3pm?", at=channel)
    await environment.discord.wait_until(lambda: len(wil.sees(channel)) == 2)
    await wil.say(f"{me} my bookings", at=channel)
    await environment.discord.wait_until(lambda: len(wil.sees(channel)) == 4)
    await stranger.say(f"{me} book K-J17-G001 tomorrow 3pm for 1 hour", at=channel)
    await environment.discord.wait_until(lambda: len(wil.sees(channel)) == 6)

    answers = [each.text for each in wil.sees(channel)[1::2]]
    assert "3 rooms are free" in answers[0]
    assert str(wil.sees(channel)[1].payload["message_reference"]["message_id"]) == wil.sees(channel)[0].id
    assert "only for you" in answers[1]
    assert "no upcoming bookings" in wil.sees()[0].text
    assert "only for you" in answers[2]
    assert "doesn't know who you are" in stranger.sees()[0].text


async def test_a_bare_mention_gets_help(environment: Environment, wil: Person) -> None:
    guild, channel = environment.discord.guild()
    channel.hides_history = True
    wil.join(guild)

    await wil.say(f"<@{environment.discord.world.bot.id}>", at=channel)
    await environment.discord.wait_until(lambda: len(wil.sees(channel)) == 2)

    text = wil.sees(channel)[1].text
    assert re.search(r"</rooms free:\d+> `when:now`", text)
    assert "/rooms free now" not in text


async def test_help_can_be_typed_as_it_is_shown(environment: Environment, wil: Person) -> None:
    """Every command that help shows exists, with these options."""
    everything = await wil.run("/help", command="all")
    one = await wil.run("/help", command="rooms book")
    offered = environment.discord.world.commands[None]
    ids = {each["id"]: each["name"] for each in offered}

    shown = re.findall(r"</([a-z ]+):(\d+)>", f"{everything.seen.text} {one.seen.text}")
    assert len(shown) > 20
    assert [name for name, number in shown if ids[number] != name.split()[0]] == []
    assert "`/" not in everything.seen.text + one.seen.text


@pytest.mark.parametrize(
    ("words", "answer"), [("thanks!", "You're welcome!"), ("hello", "Hi! I find and book")]
)
async def test_small_talk_in_a_mention_gets_a_short_answer(
    environment: Environment, wil: Person, words: str, answer: str
) -> None:
    guild, channel = environment.discord.guild()
    wil.join(guild)

    await wil.say(f"<@{environment.discord.world.bot.id}> {words}", at=channel)
    await environment.discord.wait_until(
        lambda: any(answer in each.text for each in (*wil.sees(), *wil.sees(channel)))
    )


async def test_many_bookings_are_paged_and_each_can_be_cancelled(
    environment: Environment, wil: Person
) -> None:
    guild, channel = environment.discord.guild()
    wil.join(guild)
    environment.publish()
    for hour in range(11, 20):
        await wil.run("/book", at=channel, room="K-J17-G001", when=f"tomorrow {hour}:00 for 15 minutes")

    mine = await wil.run("/rooms mine", at=channel)
    first = [label for label in mine.seen.buttons if label == "Cancel"]
    second = await wil.press(mine.seen, "4 more")

    assert len(first) == 5
    assert [label for label in second.seen.buttons if label == "Cancel"] == ["Cancel"] * 4
    assert second.seen.buttons.count("Add to calendar") == 4


async def test_a_choice_narrows_a_long_list(
    discord: Discord, open_another: Callable[[], Awaitable[ManagedStorage]], rules: Rules, clock: StillClock
) -> None:
    storage = await open_another()
    environment = await build_environment(discord, storage, rules, clock, rooms=300)
    small = [a_room(f"K-J17-G{number:03}", capacity=6) for number in range(1, 101)]
    await storage.write(lambda unit: unit.rooms.put_rooms(small))
    wil = discord.person("wil")
    await environment.add_people(wil)
    async with environment.open():
        first = await wil.run("/rooms free", when="now")
        labels = [each["label"] for menu in first.seen.menus for each in menu["options"]]
        narrowed = await wil.pick(first.seen, "10+ seats")

    assert "10+ seats" in labels
    assert "10+ seats" in narrowed.seen.text
    assert "200 rooms are free" in narrowed.seen.text
