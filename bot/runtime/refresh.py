"""Refreshing a timetable source: reading it, judging it, taking it in; and noting when that failed."""

from collections.abc import Callable
from functools import partial

from bot.config import Config, SourceSection
from bot.runtime.app import read_source
from bot.services import Services
from bot.worker.scheduler import Job
from core.errors import RoomieError
from core.policy.schedule import Periodic
from core.services.timetable_import import ImportResult

Progress = Callable[[int, int], None]


def no_progress(done: int, total: int) -> None:
    """Progress that nobody watches."""


async def refresh(
    section: SourceSection, services: Services, progress: Progress = no_progress
) -> ImportResult:
    """Take in what a source publishes now; the last good run stays when that is in doubt or fails."""
    try:
        published = await read_source(services, section, progress)
        return await services.timetables.import_run(section.name, published)
    except RoomieError as trouble:
        await services.timetables.record_failure(section.name, str(trouble))
        raise


def source_jobs(config: Config) -> tuple[Job, ...]:
    """A job for each source."""
    return tuple(
        Job(f"refresh {each.name}", partial(_every, each), partial(_refresh, each)) for each in config.source
    )


def _every(section: SourceSection, _: Config) -> Periodic:
    return Periodic(section.interval)


async def _refresh(section: SourceSection, services: Services) -> None:
    await refresh(section, services)
