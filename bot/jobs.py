"""What happens by itself, and how often. APScheduler only wakes these; what is due lives in the database."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.config import JobsSection
from bot.desk import Desk

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

logger = logging.getLogger(__name__)

_GRACE = 3600
"""Seconds. A wake-up that comes this late still counts; several missed ones count once."""


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is done every so often."""

    name: str
    every: Callable[[JobsSection], timedelta]
    run: Callable[[Desk], Awaitable[None]]


async def purge(desk: Desk) -> None:
    """Forget changes that every process has read, and requests that nobody will repeat."""
    now = desk.clock.now()
    await desk.storage.write(lambda unit: unit.purge(now - timedelta(hours=1), now - timedelta(days=7)))


JOBS: tuple[Job, ...] = (Job("purge", lambda jobs: jobs.purge, purge),)


def start(desk: Desk, settings: JobsSection) -> "AsyncIOScheduler":
    """A scheduler that runs the jobs on this event loop, already started."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": _GRACE, "coalesce": True, "max_instances": 1}
    )
    for job in JOBS:
        seconds = max(1, int(job.every(settings).total_seconds()))
        scheduler.add_job(_carry_out, "interval", seconds=seconds, args=(job, desk), id=job.name)
    scheduler.start()
    return scheduler


async def _carry_out(job: Job, desk: Desk) -> None:
    try:
        await job.run(desk)
    except Exception:
        logger.exception("job %s failed; it runs again at its next time", job.name)
