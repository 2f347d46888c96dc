"""The golden way of a person on Discord, and of many at once, through the whole house."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.chat.reply import Button, Reply
from bot.commands import COMMANDS
from bot.platforms.discord.render.custom_id import decode
from core.model.entities import Identity
from core.policy.rules import Rules
from storage.factory import ManagedStorage
from tests.fakes.clock import StillClock
from tests.platforms.discord.environment import Environment, build_environment
from tests.standins.discord import Discord, Person, Seen


@pytest.fixture
async def environment(
    discord: Discord, storage: ManagedStorage, rules: Rules, clock: StillClock
) -> AsyncIterator[Environment]:
    discord.interactions.window = 15.0  # what takes three seconds is measured elsewhere, on a machine at rest
    built = await build_environment(discord, storage, rules, clock)
    async with built.open() as built.door:
        yield built


@pytest.fixture
async def wil(environment: Environment) -> Person:
    person = environment.discord.person("wil")
    await environment.settle_in(person)
    return person


async def test_from_a_free_room_to_a_booking_a_message_longer_and_given_up(
    environment: Environment, wil: Person
) -> None:
    guild, channel = environment.discord.guild()
    wil.join(guild)
    free = await wil.run("/rooms free", at=channel, when="now for 1 hour", seats=10)
    booked = await wil.press(free.seen, "Book")
    told = [free.seen.text, booked.seen.text]
    await environment.door.send(Identity(f"discord:{wil.id}"), _notice(booked.seen), "confirmation 1")
    for label in ("30 min more", "Cancel", "Sure? Cancel"):
        await wil.press(wil.sees()[0], label)
        told.append(wil.sees()[0].text)
    mine = await wil.run("/rooms mine")

    assert "3 rooms are free" in told[0]
    assert told[1].startswith("You're booked: **Room K")
    assert "You now have" in told[2]
    assert "Cancel this booking?" in told[3]
    assert told[4].startswith("Cancelled: ")
    assert "30 min more" not in mine.seen.buttons


def _notice(booked: Seen) -> Reply:
    """The message that follows a booking, with the buttons that its answer had."""
    wishes = [decode(str(booked.button(label)["custom_id"])) for label in ("30 min more", "Cancel")]
    longer, cancel = [each for each in wishes if each]
    return Reply(
        ("You have booked a room.",),
        actions=(
            Button(longer.action, "30 min more", longer.value),
            Button(cancel.action, "Cancel", cancel.value, confirm="Cancel this booking?"),
        ),
    )


async def test_times_are_shown_in_the_readers_zone(environment: Environment, wil: Person) -> None:
    booked = await wil.run("/book", room="K-J17-G001", when="tomorrow 3pm for 1 hour")

    assert re.search(r"<t:\d+:F>\N{EN DASH}<t:\d+:t>", booked.seen.text)


async def test_the_suggested_time_is_what_gets_booked(environment: Environment, wil: Person) -> None:
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


async def test_of_fifty_who_press_the_same_button_one_gets_the_room(environment: Environment) -> None:
    guild, channel = environment.discord.guild()
    people = [environment.discord.person(f"p{number}", guild) for number in range(50)]
    await environment.settle_in(*people)
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
    await environment.settle_in(wil)
    async with environment.open():
        first = await wil.run("/rooms free", when="now")
        told = first.seen.text
        second = await wil.press(first.seen, "292 more")

    assert "300 rooms are free" in told
    assert "284 more" in second.seen.buttons


async def test_no_command_is_missing_and_none_refuses_its_options(
    environment: Environment, wil: Person
) -> None:
    offered = environment.discord.world.commands[None]
    paths = {
        f"{command['name']} {option['name']}" if option["type"] == 1 else command["name"]
        for command in offered
        for option in command.get("options") or [{"type": 0}]
    }
    takes = {
        f"{command['name']} {sub['name']}": [option["name"] for option in sub.get("options", [])]
        for command in offered
        for sub in command.get("options") or []
        if sub["type"] == 1
    }

    assert {command.name for command in COMMANDS} <= paths
    for command in COMMANDS:
        if " " in command.name:
            assert sorted(takes[command.name]) == sorted(each.name for each in command.parameters)


async def test_plain_words_find_rooms_too(environment: Environment, wil: Person) -> None:
    await wil.say("any room for 8 tomorrow at 3pm?")
    await environment.discord.until(lambda: len(wil.sees()) == 2)

    assert "Book" in wil.sees()[1].buttons


async def test_a_stranger_is_told_who_is_missing(environment: Environment) -> None:
    stranger = environment.discord.person("stranger")

    answered = await stranger.run("/rooms mine")

    assert "doesn't know who you are" in answered.seen.text


async def test_a_zone_that_somebody_chose_counts_for_what_is_read_and_shown(
    environment: Environment, wil: Person
) -> None:
    await wil.run("/settings", timezone="Australia/Sydney")

    shown = await wil.complete("/book", "when", "tomorrow 8pm for 1 hour")
    await wil.run("/book", room="K-J17-G001", when="tomorrow 8pm for 1 hour")
    mine = await wil.complete("/rooms cancel", "booking", "")

    assert "20:00" in shown[0]["name"]
    assert "Thu 12 Mar 20:00" in mine[0]["name"]
    (booking,) = environment.services.read_model.bookings.values()
    assert f"{booking.interval.start:%H:%M}" == "09:00"
