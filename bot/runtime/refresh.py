"""Refreshing a timetable source: reading it, judging it, taking it in; and noting when that failed."""

from collections.abc import Callable
from functools import partial

from bot.config.model import Config, SourceSection
from bot.runtime.app import read_source
from bot.services import Desk
from bot.worker.scheduler import Job
from core.errors import RoomieError
from core.policy.schedule import Every
from core.services.timetable_import import Refreshed

Progress = Callable[[int, int], None]


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


async def refresh(section: SourceSection, desk: Desk, progress: Progress = silent) -> Refreshed:
    """Take in what a source publishes now; the last good run stays when that is in doubt or fails."""
    try:
        published = await read_source(desk, section, progress)
        return await desk.timetables.take_in(section.name, published)
    except RoomieError as trouble:
        await desk.timetables.failed(section.name, str(trouble))
        raise


def source_jobs(config: Config) -> tuple[Job, ...]:
    """A job for each source."""
    return tuple(
        Job(f"refresh {each.name}", partial(_every, each), partial(_refresh, each)) for each in config.source
    )


def _every(section: SourceSection, _: Config) -> Every:
    return Every(section.every)


async def _refresh(section: SourceSection, desk: Desk) -> None:
    await refresh(section, desk)
