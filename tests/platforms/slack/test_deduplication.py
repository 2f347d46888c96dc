"""Every delivery acts once, across restarts and processes; buttons of old messages work."""

import asyncio
import logging
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.platforms.slack.settings import Mode
from core.model import Identity
from core.ports import UnitOfWork
from tests.builders import a_person
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import Person, SlackStandIn


async def use_everything(slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    await bob.types("/rooms free now")
    await bob.presses(bob.sees()[0], "Book")
    await slack.until(lambda: len(bob.sees()) == 2)
    await bob.presses(bob.sees()[1], "30 min more")
    await slack.until(lambda: "You now have" in read(bob.sees()[1]))
    await bob.types("/rooms form")
    await slack.until(lambda: bob.modal)
    await bob.submits(**{"in.time": "16:00", "in.room": "v1:K-J17-G02"})
    await slack.until(lambda: len(bob.sees()) == 3)
    await bob.says("my bookings")
    await slack.until(lambda: len(bob.dms) == 2)


@pytest.mark.parametrize("mode", Mode)
async def test_every_delivery_repeated_changes_nothing(
    environment: Environment, slack: SlackStandIn, caplog: pytest.LogCaptureFixture, mode: Mode
) -> None:
    environment.settings = replace(environment.settings, mode=mode)
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await use_everything(slack)
        await adapter.wait_idle()
        before = dict(environment.services.read_model.bookings)
        counts = (len(bob.sees()), len(bob.dms))

        for delivery in list(slack.deliveries):
            again = await asyncio.gather(*(slack.repeat(delivery) for _ in range(3)))
            assert all(each.acked for each in again)
        await adapter.wait_idle()

    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert (len(bob.sees()), len(bob.dms)) == counts
    assert environment.services.read_model.bookings == before
    assert slack.refusals == []


async def test_a_repetition_after_a_restart_changes_nothing(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        await use_everything(slack)
        await adapter.wait_idle()
    counts, deliveries = (len(bob.sees()), len(bob.dms)), list(slack.deliveries)

    async with environment.open() as adapter:
        for delivery in deliveries:
            await slack.repeat(delivery)
        await adapter.wait_idle()

    assert (len(bob.sees()), len(bob.dms)) == counts


async def test_buttons_from_before_a_restart_work(environment: Environment, slack: SlackStandIn) -> None:
    bob = slack.person("U2")
    async with environment.open():
        await bob.types("/book K-J17-G01 11:00-12:00")
    booked = bob.sees()[0]

    async with environment.open():
        await bob.presses(booked, "Cancel")
        await slack.until(lambda: booked.edits)
        await bob.presses(booked, "Yes, cancel it")
        await slack.until(lambda: booked.edits == 2)

    assert len(environment.services.read_model.bookings) == 0


async def test_one_of_fifty_people_pressing_the_same_button_gets_the_room(
    environment: Environment, slack: SlackStandIn
) -> None:
    students = [slack.person("U2")]
    async with environment.open() as adapter:
        await students[0].types("/rooms free 11:00-12:00")
        free = students[0].sees()[0]
        await students[0].presses(free, "Share to the channel")
        await slack.until(lambda: len(students[0].sees()) == 2)
        shared = students[0].sees()[1]
        students = [await enrolled(environment, slack, number) for number in range(50)]

        await asyncio.gather(*(each.presses(shared, "Book") for each in students))
        await slack.until(lambda: all(len(each.sees()) == 2 for each in students))
        await adapter.wait_idle()

    answers = [read(each.sees()[1]) for each in students]
    assert sum("You're booked" in each for each in answers) == 1
    assert sum("is taken" in each and "Free instead" in each for each in answers) == 49
    assert slack.refusals == []


async def enrolled(environment: Environment, slack: SlackStandIn, number: int) -> Person:
    person = slack.add_person("T1", f"UC{number}", f"students{number}", tz="Europe/London")
    added = a_person(f"students{number}")

    def work(unit: UnitOfWork) -> None:
        unit.people.link(unit.people.add(added, None).id, Identity(f"slack:T1:UC{number}"))

    await environment.storage.write(work)
    return person


async def test_an_event_left_unfinished_by_a_dead_process_is_answered_when_repeated(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    async with environment.open() as adapter:
        slack.sender.timeout = 0.0
        await bob.says("my bookings")
        await slack.until(lambda: len(bob.dms) == 2)
        (key,) = environment.deduplicator.finished
        environment.deduplicator.finished.clear()
        slack.sender.timeout = 3.0

        await slack.repeat(slack.deliveries[0])
        await adapter.wait_idle()
        assert len(bob.dms) == 2

        environment.clock.move(timedelta(seconds=41))
        await slack.repeat(slack.deliveries[0])
        await slack.until(lambda: len(bob.dms) == 3)
        await adapter.wait_idle()
        assert key in environment.deduplicator.finished
