"""Weekly quota notices for people and channels that subscribed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.reply import Tone
from bot.config import Config
from bot.config.sections import JobsSection
from bot.worker.scheduler import JOBS, JobRunner
from core.model import Identity, NotificationPreferences, QuietHours
from core.policy.schedule import DailyAt
from tests.builders import a_slot
from tests.outbox.environment import REMA, STAN, WIL, Environment

MONDAY = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)
CHANNEL = Identity("chat:C1")
CONFIG = Config(jobs=JobsSection(purge=DailyAt(3 * 60)))


@pytest.fixture
async def worker(environment: Environment) -> JobRunner:
    workforce = JobRunner(environment.services, CONFIG, JOBS, "worker")
    await workforce.prepare()
    return workforce


async def on(environment: Environment, worker: JobRunner, moment: datetime) -> None:
    environment.clock.set(moment)
    await worker.run_due()
    await environment.deliver()


async def test_subscribers_get_their_quota_and_last_weeks_use(environment: Environment, worker: JobRunner):
    await environment.want(NotificationPreferences(reminders=(), notices=True))
    await environment.book(a_slot("11:00", 120))

    await on(environment, worker, MONDAY - timedelta(seconds=1))
    before = environment.chat.texts_to()
    await on(environment, worker, MONDAY)

    assert before == []
    assert environment.chat.texts_to() == [
        "Your quota has been reset: you have 180 minutes this week. Last week you used 120 minutes."
    ]
    assert environment.chat.texts_to(REMA) == []


async def test_a_notice_comes_once_a_week_despite_restarts(environment: Environment, worker: JobRunner):
    await environment.want(NotificationPreferences(reminders=(), notices=True))

    for hours in range(0, 24 * 13, 5):
        restarted = JobRunner(environment.services, CONFIG, JOBS, f"worker {hours}")
        await restarted.prepare()
        await on(environment, restarted, MONDAY + timedelta(hours=hours))
        await environment.storage.write(
            lambda unit: unit.jobs.register("quota notices", environment.clock.now(), environment.clock.now())
        )

    assert len(environment.chat.texts_to()) == 2


async def test_a_notice_comes_once_after_weeks_of_downtime(environment: Environment, worker: JobRunner):
    await environment.want(NotificationPreferences(reminders=(), notices=True))

    await on(environment, worker, MONDAY + timedelta(days=21, hours=30))
    await on(environment, worker, MONDAY + timedelta(days=22))

    assert len(environment.chat.texts_to()) == 1


async def test_staff_get_no_quota_notice(environment: Environment, worker: JobRunner):
    await environment.want(NotificationPreferences(notices=True), who=STAN)

    await on(environment, worker, MONDAY)

    assert environment.chat.texts_to(STAN) == []


async def test_quiet_hours_delay_a_notice(environment: Environment, worker: JobRunner):
    await environment.want(NotificationPreferences(notices=True, quiet=QuietHours(22 * 60, 8 * 60)))

    await on(environment, worker, MONDAY)
    before = environment.chat.texts_to()
    await on(environment, worker, MONDAY.replace(hour=8))

    assert before == []
    assert len(environment.chat.texts_to()) == 1


async def test_channel_admins_subscribe_their_channel(environment: Environment, worker: JobRunner):
    refused = await environment.ask("/rooms notices on", channel="C1")
    accepted = await environment.ask("/rooms notices on", channel="C1", manages=True)

    await on(environment, worker, MONDAY)
    await environment.ask("/rooms notices off", channel="C1", manages=True)
    await on(environment, worker, MONDAY + timedelta(days=7))

    assert (refused.tone, accepted.tone) == (Tone.REFUSED, Tone.DONE)
    assert environment.chat.texts_to(CHANNEL) == [
        "It's a new week: everybody has 180 minutes to book rooms again."
    ]


@pytest.mark.parametrize(("words", "channel"), [("/rooms notices on", ""), ("/rooms notices loud", "C1")])
async def test_invalid_notice_commands_are_refused(environment: Environment, words: str, channel: str):
    reply = await environment.ask(words, WIL, manages=True, channel=channel)

    assert reply.is_refusal
