"""What is done again and again, and when. What is due lives in the database; APScheduler only wakes us.

A job belongs to whoever claimed it, for as long as he renews his claim: two processes never do one job at
once, and one that dies is followed by another. A job that fails says so and runs again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.config.model import Config
from bot.redaction import error_name, without_text
from bot.services import Desk
from core.errors import RoomieError, Unavailable
from core.policy.retention import limits
from core.policy.schedule import OnClock, Timing
from core.ports.storage import Unit
from core.services.notices import queue_notices
from core.services.purge import Purge

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

_LOOK_EVERY = 5
"""Seconds between two looks at what is due."""
_LEASE = timedelta(minutes=2)
_RENEWALS = 4
"""How often a claim is renewed before it would end."""
_AGAIN_AFTER = timedelta(minutes=5)
"""How soon a job that failed runs again, unless its next time comes earlier."""
_LONGEST_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is done again and again."""

    name: str
    timing: Callable[[Config], Timing]
    run: Callable[[Desk], Awaitable[None]]


async def purge(desk: Desk) -> None:
    """Forget what is past its time, or too much."""
    what = limits(desk.retention, desk.rules, desk.clock.now())
    gone = await Purge(desk.storage).run(what, desk.rules.tokens_per_person)
    logger.debug("%d rows were forgotten", gone)


async def notices(desk: Desk) -> None:
    """Tell those who asked for it that their minutes are fresh."""
    now = desk.clock.now()
    await desk.storage.take(lambda unit: queue_notices(unit, desk.rules, now))


def _quota_reset(config: Config) -> Timing:
    return config.jobs.quota_notices or OnClock(config.booking.quota_resets_at * 60, weekday=0)


JOBS: tuple[Job, ...] = (
    Job("purge", lambda config: config.jobs.purge, purge),
    Job("quota notices", _quota_reset, notices),
)


class Workforce:
    """Does what is due, as one of any number of workers."""

    def __init__(self, desk: Desk, config: Config, jobs: Sequence[Job], worker: str) -> None:
        self._desk = desk
        self._jobs = {job.name: job for job in jobs}
        self._timings = {job.name: job.timing(config) for job in jobs}
        self._worker = worker
        self._lease = _LEASE
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def prepare(self) -> None:
        """Let the jobs be known; settings that bring one forward count at once."""
        now, zone = self._desk.clock.now(), self._desk.rules.zone
        times = {
            name: (timing.first(now, zone), timing.after(now, zone)) for name, timing in self._timings.items()
        }

        def work(unit: Unit) -> None:
            for name, (first, latest) in times.items():
                unit.jobs.expect(name, first, latest)

        await self._desk.storage.take(work)

    async def look(self) -> None:
        """Begin what is due and nobody is at."""
        now = self._desk.clock.now()
        try:
            states = await self._desk.storage.read(lambda unit: unit.jobs.all())
            due = [each.name for each in states if each.due_at <= now and each.name in self._jobs]
            for name in due:
                if name not in self._at_work and await self._claim(name, now):
                    self._at_work[name] = asyncio.ensure_future(self._work(self._jobs[name]))
        except Unavailable as trouble:
            logger.warning("what is due cannot be seen: %s", trouble)

    async def do_due(self) -> None:
        """Begin what is due, and come back when it is done."""
        await self.look()
        while self._at_work:
            await asyncio.wait(self._at_work.values())

    async def stop(self) -> None:
        """Leave what is not finished to others."""
        for task in self._at_work.values():
            task.cancel()
        await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    async def _claim(self, name: str, now: datetime) -> bool:
        until = now + self._lease
        return await self._desk.storage.take(lambda unit: unit.jobs.claim(name, self._worker, now, until))

    async def _work(self, job: Job) -> None:
        try:
            trouble = await self._carried_out(job)
            await self._finish(job.name, trouble)
        except asyncio.CancelledError:
            with suppress(Unavailable):
                await self._desk.storage.take(lambda unit: unit.jobs.let_go(job.name, self._worker))
            raise
        except Unavailable as unavailable:
            logger.warning("how job %s went could not be noted: %s", job.name, unavailable)
        finally:
            del self._at_work[job.name]

    async def _carried_out(self, job: Job) -> str:
        """What went wrong, if anything. The work ends when somebody else has got hold of the job."""
        work = asyncio.ensure_future(job.run(self._desk))
        renewing = asyncio.ensure_future(self._renew(job.name, work))
        try:
            await work
        except RoomieError as trouble:
            logger.warning("job %s failed and runs again: %s", job.name, error_name(trouble))
            return str(trouble)[:_LONGEST_TROUBLE]
        except Exception as error:
            logger.exception("job %s failed and runs again", job.name, exc_info=without_text(error))
            return f"{type(error).__name__}: {error}"[:_LONGEST_TROUBLE]
        finally:
            work.cancel()
            renewing.cancel()
        return ""

    async def _renew(self, name: str, work: "asyncio.Future[None]") -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS)
            until = self._desk.clock.now() + self._lease
            with suppress(Unavailable):
                if not await self._desk.storage.take(
                    lambda unit, until=until: unit.jobs.renew(name, self._worker, until)  # type: ignore[misc]
                ):
                    logger.warning("job %s was taken over by another worker", name)
                    work.cancel()

    async def _finish(self, name: str, trouble: str) -> None:
        now = self._desk.clock.now()
        due = self._timings[name].after(now, self._desk.rules.zone)
        if trouble:
            due = min(due, now + _AGAIN_AFTER)
        await self._desk.storage.take(lambda unit: unit.jobs.finish(name, self._worker, now, due, trouble))


def start(workforce: Workforce) -> "AsyncIOScheduler":
    """A scheduler that makes the workforce look every few seconds, already started."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.add_job(workforce.look, "interval", seconds=_LOOK_EVERY, id="look")
    scheduler.start()
    return scheduler
