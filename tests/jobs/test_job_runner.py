"""Jobs run in time, in one worker at a time, and again after an error."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from bot.config import Config
from bot.services import Services
from bot.worker.scheduler import Job, JobRunner
from core.errors import Unavailable
from core.model import JobState
from core.policy.schedule import DailyAt, Periodic
from tests.builders import NOW
from tests.outbox.environment import Environment

HOURLY = timedelta(hours=1)


@dataclass
class Chore:
    """Counts its runs; may fail, and may block until it is released."""

    done: int = 0
    at_once: int = 0
    failures: list[Exception] = field(default_factory=list)
    may_end: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, _: Services) -> None:
        self.done += 1
        self.begun.set()
        self.at_once += 1
        assert self.at_once == 1
        try:
            if self.may_end is not None:
                await self.may_end.wait()
            if self.failures:
                raise self.failures.pop(0)
        finally:
            self.at_once -= 1


def workers(
    environment: Environment, chore: Chore, count: int = 1, every: timedelta = HOURLY
) -> list[JobRunner]:
    job = Job("chore", lambda _: Periodic(every), chore.run)
    return [JobRunner(environment.services, Config(), [job], f"worker {n}") for n in range(count)]


async def state(environment: Environment) -> JobState:
    (found,) = await environment.storage.read(lambda unit: unit.jobs.all())
    return found


async def test_a_job_runs_immediately_and_then_at_its_interval(environment: Environment):
    chore = Chore()
    (worker,) = workers(environment, chore)
    await worker.prepare()

    for _ in range(5):
        await worker.run_due()
        environment.clock.move(timedelta(minutes=30))

    assert chore.done == 3
    assert (await state(environment)).due_at == NOW + timedelta(hours=3)


async def test_of_several_workers_one_does_it(environment: Environment):
    chore = Chore()
    several = workers(environment, chore, 4)
    for worker in several:
        await worker.prepare()

    await asyncio.gather(*(worker.run_due() for worker in several))

    assert chore.done == 1


async def test_after_downtime_it_is_done_once(environment: Environment):
    chore = Chore()
    (worker,) = workers(environment, chore)
    await worker.prepare()
    await worker.run_due()

    environment.clock.move(timedelta(days=3))
    (restarted,) = workers(environment, chore)
    await restarted.prepare()
    await restarted.run_due()
    await restarted.run_due()

    assert chore.done == 2


async def test_a_job_that_fails_records_the_error_and_runs_again(environment: Environment):
    chore = Chore(failures=[Unavailable("The site is away."), ZeroDivisionError("oops")])
    (worker,) = workers(environment, chore)
    await worker.prepare()

    await worker.run_due()
    first = await state(environment)
    environment.clock.move(timedelta(minutes=5))
    await worker.run_due()
    second = await state(environment)
    environment.clock.move(timedelta(minutes=5))
    await worker.run_due()

    assert (first.last_error, first.due_at) == ("The site is away.", NOW + timedelta(minutes=5))
    assert second.last_error == "ZeroDivisionError: oops"
    assert (await state(environment)).last_error == ""


async def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(environment: Environment):
    chore = Chore()
    (worker,) = workers(environment, chore)
    await worker.prepare()
    until = NOW + timedelta(minutes=2)
    await environment.storage.write_relaxed(lambda unit: unit.jobs.claim("chore", "dead", NOW, until))

    await worker.run_due()
    before = chore.done
    environment.clock.set(until)
    await worker.run_due()

    assert (before, chore.done) == (0, 1)


async def test_a_worker_that_stops_leaves_its_job_to_others(environment: Environment):
    chore = Chore(may_end=asyncio.Event())
    first, second = workers(environment, chore, 2)
    await first.prepare()
    await first.poll()
    await asyncio.wait_for(chore.begun.wait(), 5)

    await first.stop()
    chore.may_end = None
    await second.run_due()

    assert chore.done == 2


async def test_a_shorter_interval_takes_effect_immediately(environment: Environment):
    chore = Chore()
    (slow,) = workers(environment, chore, every=timedelta(days=30))
    await slow.prepare()
    await slow.run_due()

    (quick,) = workers(environment, chore, every=HOURLY)
    await quick.prepare()

    assert (await state(environment)).due_at == NOW + HOURLY


async def test_a_job_on_the_clock_waits_for_its_first_time(environment: Environment):
    chore = Chore()
    job = Job("chore", lambda _: DailyAt(3 * 60, weekday=0), chore.run)
    worker = JobRunner(environment.services, Config(), [job], "worker")
    await worker.prepare()

    await worker.run_due()

    assert chore.done == 0
