"""Runs periodic jobs. Due times are stored in the database; APScheduler only triggers the polling.

A worker claims a due job with a lease and renews it while the job runs, so two processes never run the same
job at the same time, and another takes over when one dies. A job that fails is retried.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.config import Config
from bot.redaction import error_name, without_text
from bot.services import Services
from core.errors import RoomieError, Unavailable
from core.model import PersonId
from core.policy.retention import limits
from core.policy.schedule import DailyAt, Periodic, Schedule
from core.ports import UnitOfWork
from core.services.notices import queue_channel_notices, queue_quota_notices
from core.services.purge import Purge

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

_POLL_INTERVAL = 5
"""Seconds."""
_LEASE = timedelta(minutes=2)
_RENEWALS = 4
"""Renewals during one lease."""
_RETRY_DELAY = timedelta(minutes=5)
"""Delay before a failed job runs again, unless its schedule comes earlier."""
_MAX_ERROR_LENGTH = 500
_ERASURES_INTERVAL = timedelta(minutes=5)
"""Usually there is nothing to do: the process that was asked erases at once."""


class Job(Struct, frozen=True):
    """A periodic job; `timing` reads its schedule from the configuration."""

    name: str
    timing: Callable[[Config], Schedule]
    run: Callable[[Services], Awaitable[None]]


async def purge(services: Services) -> None:
    """Deletes rows beyond their retention time or number."""
    retention_limits = limits(services.retention, services.rules, services.clock.now())
    deleted = await Purge(services.storage).run(retention_limits, services.rules.tokens_per_person)
    logger.debug("purged %d rows", deleted)


async def complete_erasures(services: Services) -> None:
    """Completes what a killed process has left of erasing people."""
    await services.erasures.complete_all()


async def send_quota_notices(services: Services) -> None:
    """Queues a notice of the new quota week for everyone who subscribed to it, a few at a time.

    It pauses for as long as each transaction took, so that others have the database at least half of the
    time.
    """
    now, rules = services.clock.now(), services.rules
    await services.storage.write_relaxed(lambda unit: queue_channel_notices(unit, rules, now))
    last: PersonId | None = PersonId(0)
    while last is not None:
        began = perf_counter()
        last = await services.storage.write_relaxed(
            partial(queue_quota_notices, rules=rules, now=now, after=last)
        )
        await asyncio.sleep(perf_counter() - began)


def _quota_reset(config: Config) -> Schedule:
    return config.jobs.quota_notices or DailyAt(config.booking.quota_reset_hour * 60, weekday=0)


JOBS: tuple[Job, ...] = (
    Job("purge", lambda config: config.jobs.purge, purge),
    Job("erasures", lambda _: Periodic(_ERASURES_INTERVAL), complete_erasures),
    Job("quota notices", _quota_reset, send_quota_notices),
)


class JobRunner:
    """Claims and runs due jobs, as one of any number of workers."""

    def __init__(self, services: Services, config: Config, jobs: Sequence[Job], worker: str) -> None:
        self._services = services
        self._jobs = {job.name: job for job in jobs}
        self._timings = {job.name: job.timing(config) for job in jobs}
        self._worker = worker
        self._lease = _LEASE
        self._running: dict[str, asyncio.Task[None]] = {}

    async def prepare(self) -> None:
        """Registers the jobs; a schedule that was changed to an earlier time takes effect now."""
        now, zone = self._services.clock.now(), self._services.rules.zone
        times = {
            name: (timing.first(now, zone), timing.after(now, zone)) for name, timing in self._timings.items()
        }

        def register(unit: UnitOfWork) -> None:
            for name, (first, latest) in times.items():
                unit.jobs.register(name, first, latest)

        await self._services.storage.write_relaxed(register)

    async def poll(self) -> None:
        """Starts jobs that are due and unclaimed."""
        now = self._services.clock.now()
        try:
            states = await self._services.storage.read(lambda unit: unit.jobs.all())
            due = [each.name for each in states if each.due_at <= now and each.name in self._jobs]
            for name in due:
                if name not in self._running and await self._claim(name, now):
                    self._running[name] = asyncio.ensure_future(self._run_job(self._jobs[name]))
        except Unavailable as error:
            logger.warning("could not read due jobs: %s", error)

    async def run_due(self) -> None:
        """Starts due jobs and waits for them."""
        await self.poll()
        while self._running:
            await asyncio.wait(self._running.values())

    async def stop(self) -> None:
        """Cancels running jobs and releases their claims."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _claim(self, name: str, now: datetime) -> bool:
        until = now + self._lease
        return await self._services.storage.write_relaxed(
            lambda unit: unit.jobs.claim(name, self._worker, now, until)
        )

    async def _run_job(self, job: Job) -> None:
        try:
            error = await self._run(job)
            await self._finish(job.name, error)
        except asyncio.CancelledError:
            with suppress(Unavailable):
                await self._services.storage.write_relaxed(
                    lambda unit: unit.jobs.release(job.name, self._worker)
                )
            raise
        except Unavailable as unavailable:
            logger.warning("could not store the result of job %s: %s", job.name, unavailable)
        finally:
            del self._running[job.name]

    async def _run(self, job: Job) -> str:
        """Runs the job; returns its error text, if any. Cancels it if another worker takes the claim over."""
        task = asyncio.ensure_future(job.run(self._services))
        renewing = asyncio.ensure_future(self._renew(job.name, task))
        try:
            await task
        except RoomieError as error:
            logger.warning("job %s failed and will be retried: %s", job.name, error_name(error))
            return str(error)[:_MAX_ERROR_LENGTH]
        except Exception as error:
            logger.exception("job %s failed and will be retried", job.name, exc_info=without_text(error))
            return f"{type(error).__name__}: {error}"[:_MAX_ERROR_LENGTH]
        finally:
            task.cancel()
            renewing.cancel()
        return ""

    async def _renew(self, name: str, task: "asyncio.Future[None]") -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / _RENEWALS)
            until = self._services.clock.now() + self._lease
            with suppress(Unavailable):
                if not await self._services.storage.write_relaxed(
                    lambda unit, until=until: unit.jobs.renew(name, self._worker, until)  # type: ignore[misc]
                ):
                    logger.warning("job %s was taken over by another worker", name)
                    task.cancel()

    async def _finish(self, name: str, error: str) -> None:
        now = self._services.clock.now()
        due = self._timings[name].after(now, self._services.rules.zone)
        if error:
            due = min(due, now + _RETRY_DELAY)
        await self._services.storage.write_relaxed(
            lambda unit: unit.jobs.finish(name, self._worker, now, due, error)
        )


def start(runner: JobRunner) -> "AsyncIOScheduler":
    """Starts a scheduler that polls for due jobs every few seconds."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    scheduler.add_job(runner.poll, "interval", seconds=_POLL_INTERVAL, id="poll")
    scheduler.start()
    return scheduler
