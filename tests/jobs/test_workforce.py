"""Jobs are done in time, by one worker at a time, and again when they failed."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from bot.config.model import Config
from bot.services import Desk
from bot.worker.scheduler import Job, Workforce
from core.errors import Unavailable
from core.model.jobs import JobState
from core.policy.schedule import Every, OnClock
from tests.builders import NOW
from tests.outbox.house import House

HOURLY = timedelta(hours=1)


@dataclass
class Chore:
    """Counts how often it is done; may fail, and may take until it is let go."""

    done: int = 0
    at_once: int = 0
    failures: list[Exception] = field(default_factory=list)
    may_end: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, _: Desk) -> None:
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


def workers(house: House, chore: Chore, count: int = 1, every: timedelta = HOURLY) -> list[Workforce]:
    job = Job("chore", lambda _: Every(every), chore.run)
    return [Workforce(house.desk, Config(), [job], f"worker {n}") for n in range(count)]


async def state(house: House) -> JobState:
    (found,) = await house.storage.read(lambda unit: unit.jobs.all())
    return found


async def test_a_job_is_done_at_once_and_then_at_its_interval(house: House):
    chore = Chore()
    (worker,) = workers(house, chore)
    await worker.prepare()

    for _ in range(5):
        await worker.do_due()
        house.clock.move(timedelta(minutes=30))

    assert chore.done == 3
    assert (await state(house)).due_at == NOW + timedelta(hours=3)


async def test_of_several_workers_one_does_it(house: House):
    chore = Chore()
    several = workers(house, chore, 4)
    for worker in several:
        await worker.prepare()

    await asyncio.gather(*(worker.do_due() for worker in several))

    assert chore.done == 1


async def test_after_downtime_it_is_done_once(house: House):
    chore = Chore()
    (worker,) = workers(house, chore)
    await worker.prepare()
    await worker.do_due()

    house.clock.move(timedelta(days=3))
    (restarted,) = workers(house, chore)
    await restarted.prepare()
    await restarted.do_due()
    await restarted.do_due()

    assert chore.done == 2


async def test_a_job_that_fails_says_so_and_runs_again(house: House):
    chore = Chore(failures=[Unavailable("The site is away."), ZeroDivisionError("oops")])
    (worker,) = workers(house, chore)
    await worker.prepare()

    await worker.do_due()
    first = await state(house)
    house.clock.move(timedelta(minutes=5))
    await worker.do_due()
    second = await state(house)
    house.clock.move(timedelta(minutes=5))
    await worker.do_due()

    assert (first.trouble, first.due_at) == ("The site is away.", NOW + timedelta(minutes=5))
    assert second.trouble == "ZeroDivisionError: oops"
    assert (await state(house)).trouble == ""


async def test_a_dead_workers_job_is_taken_over_when_his_claim_ends(house: House):
    chore = Chore()
    (worker,) = workers(house, chore)
    await worker.prepare()
    until = NOW + timedelta(minutes=2)
    await house.storage.take(lambda unit: unit.jobs.claim("chore", "dead", NOW, until))

    await worker.do_due()
    before = chore.done
    house.clock.set(until)
    await worker.do_due()

    assert (before, chore.done) == (0, 1)


async def test_a_worker_that_stops_leaves_its_job_to_others(house: House):
    chore = Chore(may_end=asyncio.Event())
    first, second = workers(house, chore, 2)
    await first.prepare()
    await first.look()
    await asyncio.wait_for(chore.begun.wait(), 5)

    await first.stop()
    chore.may_end = None
    await second.do_due()

    assert chore.done == 2


async def test_a_setting_that_brings_a_job_forward_counts_at_once(house: House):
    chore = Chore()
    (slow,) = workers(house, chore, every=timedelta(days=30))
    await slow.prepare()
    await slow.do_due()

    (quick,) = workers(house, chore, every=HOURLY)
    await quick.prepare()

    assert (await state(house)).due_at == NOW + HOURLY


async def test_a_job_on_the_clock_waits_for_its_first_time(house: House):
    chore = Chore()
    job = Job("chore", lambda _: OnClock(3 * 60, weekday=0), chore.run)
    worker = Workforce(house.desk, Config(), [job], "worker")
    await worker.prepare()

    await worker.do_due()

    assert chore.done == 0
