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

from bot.config import Config
from bot.redaction import error_name, without_text
from bot.services import Services
from core.errors import RoomieError, Unavailable
from core.policy.retention import limits
from core.policy.schedule import DailyAt, Schedule
from core.ports.storage import UnitOfWork
from core.services.notices import queue_quota_notices
from core.services.purge import Purge

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 5
"""Seconds between two looks at what is due."""
_LEASE = timedelta(minutes=2)
_RENEWALS = 4
"""How often a claim is renewed before it would end."""
_RETRY_DELAY = timedelta(minutes=5)
"""How soon a job that failed runs again, unless its next time comes earlier."""
_MAX_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is done again and again."""

    name: str
    timing: Callable[[Config], Schedule]
    run: Callable[[Services], Awaitable[None]]


async def purge(services: Services) -> None:
    """Forget what is past its time, or too much."""
    what = limits(services.retention, services.rules, services.clock.now())
    gone = await Purge(services.storage).run(what, services.rules.tokens_per_person)
    logger.debug("%d rows were forgotten", gone)


async def notices(services: Services) -> None:
    """Tell those who asked for it that their minutes are fresh."""
    now = services.clock.now()
    await services.storage.write_relaxed(lambda unit: queue_quota_notices(unit, services.rules, now))


def _quota_reset(config: Config) -> Schedule:
    return config.jobs.quota_notices or DailyAt(config.booking.quota_reset_hour * 60, weekday=0)


JOBS: tuple[Job, ...] = (
    Job("purge", lambda config: config.jobs.purge, purge),
    Job("quota notices", _quota_reset, notices),
)


class JobRunner:
    """Does what is due, as one of any number of workers."""

    def __init__(self, services: Services, config: Config, jobs: Sequence[Job], worker: str) -> None:
        self._services = services
        self._jobs = {job.name: job for job in jobs}
        self._timings = {job.name: job.timing(config) for job in jobs}
        self._worker = worker
        self._lease = _LEASE
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def prepare(self) -> None:
        """Let the jobs be known; settings that bring one forward count at once."""
        now, zone = self._services.clock.now(), self._services.rules.zone
        times = {
            name: (timing.first(now, zone), timing.after(now, zone)) for name, timing in self._timings.items()
        }

        def work(unit: UnitOfWork) -> None:
            for name, (first, latest) in times.items():
                unit.jobs.register(name, first, latest)

        await self._services.storage.write_relaxed(work)

    async def poll(self) -> None:
        """Begin what is due and nobody is at."""
        now = self._services.clock.now()
        try:
            states = await self._services.storage.read(lambda unit: unit.jobs.all())
            due = [each.name for each in states if each.due_at <= now and each.name in self._jobs]
            for name in due:
                if name not in self._at_work and await self._claim(name, now):
                    self._at_work[name] = asyncio.ensure_future(self._run_job(self._jobs[name]))
        except Unavailable as trouble:
            logger.warning("what is due cannot be seen: %s", trouble)

    async def run_due(self) -> None:
        """Begin what is due, and come back when it is done."""
        await self.poll()
        while self._at_work:
            await asyncio.wait(self._at_work.values())

    async def stop(self) -> None:
        """Leave what is not finished to others."""
        for task in self._at_work.values():
            task.cancel()
        await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    async def _claim(self, name: str, now: datetime) -> bool:
        until = now + self._lease
        return await self._services.storage.write_relaxed(
            lambda unit: unit.jobs.claim(name, self._worker, now, until)
        )

    async def _run_job(self, job: Job) -> None:
        try:
            trouble = await self._run(job)
            await self._finish(job.name, trouble)
        except asyncio.CancelledError:
            with suppress(Unavailable):
                await self._services.storage.write_relaxed(
                    lambda unit: unit.jobs.release(job.name, self._worker)
                )
            raise
        except Unavailable as unavailable:
            logger.warning("how job %s went could not be noted: %s", job.name, unavailable)
        finally:
            del self._at_work[job.name]

    async def _run(self, job: Job) -> str:
        """What went wrong, if anything. The work ends when somebody else has got hold of the job."""
        work = asyncio.ensure_future(job.run(self._services))
        renewing = asyncio.ensure_future(self._renew(job.name, work))
        try:
            await work
        except RoomieError as trouble:
            logger.warning("job %s failed and runs again: %s", job.name, error_name(trouble))
            return str(trouble)[:_MAX_ERROR_LENGTH]
        except Exception as error:
            logger.exception("job %s failed and runs again", job.name, exc_info=without_text(error))
            return f"{type(error).__name__}: {error}"[:_MAX_ERROR_LENGTH]
        finally:
            work.cancel()
            renewing.cancel()
        return ""

    async def _renew(self, name: str, work: "asyncio.Future[None]") -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS)
            until = self._services.clock.now() + self._lease
            with suppress(Unavailable):
                if not await self._services.storage.write_relaxed(
                    lambda unit, until=until: unit.jobs.renew(name, self._worker, until)  # type: ignore[misc]
                ):
                    logger.warning("job %s was taken over by another worker", name)
                    work.cancel()

    async def _finish(self, name: str, trouble: str) -> None:
        now = self._services.clock.now()
        due = self._timings[name].after(now, self._services.rules.zone)
        if trouble:
            due = min(due, now + _RETRY_DELAY)
        await self._services.storage.write_relaxed(
            lambda unit: unit.jobs.finish(name, self._worker, now, due, trouble)
        )


def start(runner: JobRunner) -> "AsyncIOScheduler":
    """A scheduler that makes the workforce look every few seconds, already started."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.add_job(runner.poll, "interval", seconds=_POLL_INTERVAL, id="look")
    scheduler.start()
    return scheduler
