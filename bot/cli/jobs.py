"""`roomie jobs`: what is done again and again, when last and when next, and what went wrong."""

import argparse
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.config.model import Settings
from bot.runtime.app import open_desk, prepare
from core.model.jobs import JobState


async def jobs(_arguments: argparse.Namespace, settings: Settings) -> int:
    """1 when the last run of any job failed."""
    await prepare(settings.config.database.url)
    async with open_desk(settings) as desk:
        found = await desk.storage.read(lambda unit: unit.jobs.all())
        for each in found:
            print("\t".join(_told(each, desk.rules.zone, desk.clock.now())))
    if not found:
        print("No jobs yet: roomie run begins them.")
    return int(any(each.trouble for each in found))


def _told(job: JobState, zone: ZoneInfo, now: datetime) -> tuple[str, ...]:
    last = f"last {_local(job.finished_at, zone)}" if job.finished_at else "never done yet"
    if job.claimed_until is not None and job.claimed_until > now:
        return job.name, last, f"at work since {_local(job.started_at or now, zone)}", job.trouble
    return job.name, last, f"next {_local(job.due_at, zone)}", job.trouble


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
