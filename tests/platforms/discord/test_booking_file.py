"""*Add to calendar* on Discord: the booking as a file, through discord.py."""

import pytest
from icalendar import Calendar

from tests.platforms.discord.environment import Environment
from tests.standins.discord import Person


@pytest.fixture
async def wil(environment: Environment) -> Person:
    wil = environment.discord.person("wil")
    await environment.add_people(wil)
    return wil


async def test_the_booking_comes_as_a_file(environment: Environment, wil: Person) -> None:
    booked = await wil.run("/book", room="K-J17-G001", when="today 15:00-16:00", title="Chess, “blitz”")

    shown = await wil.press(booked.seen, "Add to calendar")
    await environment.discord.changed.wait_until(lambda: bool(shown.seen.attachments))

    [attachment] = shown.seen.attachments
    [event] = Calendar.from_ical(environment.discord.world.files[attachment["id"]]).walk("VEVENT")
    assert attachment["filename"] == "booking.ics"
    assert "Open this file to add" in shown.seen.text
    assert event["SUMMARY"] == "Chess, “blitz”"
    assert (event.end - event.start).total_seconds() == 3600


async def test_nobody_gets_the_file_of_a_strangers_booking(environment: Environment, wil: Person) -> None:
    booked = await wil.run("/book", room="K-J17-G001", when="today 15:00-16:00")
    rema = environment.discord.person("rema")
    await environment.add_people(rema)

    refused = await rema.press(booked.seen, "Add to calendar")

    assert "can't find that booking" in refused.seen.text
    assert refused.seen.attachments == []
