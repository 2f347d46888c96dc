"""`roomie jobs`: periodic jobs with their last run, next run and last error."""

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.runtime.app import open_services, upgrade
from core.model import JobState


async def jobs(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Status 1 if the last run of any job failed."""
    await upgrade(settings.config.database.url)
    async with open_services(settings) as services:
        states = await services.storage.read(lambda unit: unit.jobs.all())
        for each in states:
            print("\t".join(_describe(each, services.rules.zone, services.clock.now())))
    if not states:
        print("No jobs yet. They are created by roomie run.")
    return int(any(each.last_error for each in states))


def _describe(job: JobState, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    last = f"last {_local(job.finished_at, zone)}" if job.finished_at else "never run"
    if job.claimed_until is not None and job.claimed_until > now:
        return job.name, last, f"running since {_local(job.started_at or now, zone)}", job.last_error
    return job.name, last, f"next {_local(job.due_at, zone)}", job.last_error


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
