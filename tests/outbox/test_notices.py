"""On Monday mornings, those who asked for it hear that their quota is fresh: once a week."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.reply import Tone
from bot.config.model import Config
from bot.worker.scheduler import JOBS, Workforce
from core.model.entities import Habits, Identity, QuietHours
from tests.builders import a_slot
from tests.outbox.house import REMA, STAN, WIL, House

MONDAY = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)
CHANNEL = Identity("chat:C1")


@pytest.fixture
async def worker(house: House) -> Workforce:
    workforce = Workforce(house.desk, Config(), JOBS, "worker")
    await workforce.prepare()
    return workforce


async def on(house: House, worker: Workforce, moment: datetime) -> None:
    house.clock.set(moment)
    await worker.do_due()
    await house.deliver()


async def test_who_asked_for_it_hears_what_is_left_and_what_last_week_took(house: House, worker: Workforce):
    await house.want(Habits(reminders=(), notices=True))
    await house.book(a_slot("11:00", 120))

    await on(house, worker, MONDAY - timedelta(seconds=1))
    before = house.chat.told()
    await on(house, worker, MONDAY)

    assert before == []
    assert house.chat.told() == ["You have 180 minutes again. Last week you used 120."]
    assert house.chat.told(REMA) == []


async def test_it_comes_once_a_week_whatever_restarts(house: House, worker: Workforce):
    await house.want(Habits(reminders=(), notices=True))

    for hours in range(0, 24 * 13, 5):
        restarted = Workforce(house.desk, Config(), JOBS, f"worker {hours}")
        await restarted.prepare()
        await on(house, restarted, MONDAY + timedelta(hours=hours))
        await house.storage.write(lambda unit: unit.jobs.hasten("quota notices", house.clock.now()))

    assert len(house.chat.told()) == 2


async def test_after_downtime_of_weeks_it_comes_once(house: House, worker: Workforce):
    await house.want(Habits(reminders=(), notices=True))

    await on(house, worker, MONDAY + timedelta(days=21, hours=30))
    await on(house, worker, MONDAY + timedelta(days=22))

    assert len(house.chat.told()) == 1


async def test_staff_have_no_quota_to_hear_of(house: House, worker: Workforce):
    await house.want(Habits(notices=True), who=STAN)

    await on(house, worker, MONDAY)

    assert house.chat.told(STAN) == []


async def test_quiet_hours_hold_it_back(house: House, worker: Workforce):
    await house.want(Habits(notices=True, quiet=QuietHours(22 * 60, 8 * 60)))

    await on(house, worker, MONDAY)
    before = house.chat.told()
    await on(house, worker, MONDAY.replace(hour=8))

    assert before == []
    assert len(house.chat.told()) == 1


async def test_a_channel_hears_it_when_those_who_manage_it_asked(house: House, worker: Workforce):
    refused = await house.ask("/rooms notices on", channel="C1")
    asked = await house.ask("/rooms notices on", channel="C1", manages=True)

    await on(house, worker, MONDAY)
    await house.ask("/rooms notices off", channel="C1", manages=True)
    await on(house, worker, MONDAY + timedelta(days=7))

    assert (refused.tone, asked.tone) == (Tone.REFUSED, Tone.DONE)
    assert house.chat.told(CHANNEL) == ["A new week: everybody has 180 minutes to book rooms with again."]


@pytest.mark.parametrize(("words", "channel"), [("/rooms notices on", ""), ("/rooms notices loud", "C1")])
async def test_what_makes_no_sense_is_refused(house: House, words: str, channel: str):
    reply = await house.ask(words, WIL, manages=True, channel=channel)

    assert reply.is_refusal
