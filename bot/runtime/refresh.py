"""Refreshes timetable sources: reads, compares with the last good run, imports or records the failure."""

import asyncio
from collections.abc import Callable
from functools import partial
from importlib import import_module

from bot.config import Config, SourceSection
from bot.services import Services
from bot.worker.scheduler import Job
from core.errors import RoomieError
from core.memory import pause_full_collections
from core.policy.schedule import Periodic
from core.services.timetable_import import ImportResult, TimetableSnapshot

Progress = Callable[[int, int], None]
"""Called with the number of pages read and the expected total."""


def no_progress(done: int, total: int) -> None:
    """Ignores progress."""


async def refresh(
    section: SourceSection, services: Services, progress: Progress = no_progress
) -> ImportResult:
    """Imports what a source publishes now. A rejected or failed run leaves the last good one current."""
    try:
        with pause_full_collections():  # of a hundred thousand entries, for which bookings would wait
            snapshot = await read_source(services, section, progress)
            return await services.timetables.import_run(section.name, snapshot)
    except RoomieError as error:
        await services.timetables.record_failure(section.name, str(error))
        raise


async def read_source(
    services: Services, section: SourceSection, progress: Progress, *, anew: bool = False
) -> TimetableSnapshot:
    """Scrapes a source and compares it with its last good run. Raises `Unavailable` if it cannot be read.

    `anew` reads what is as it was, too.
    """
    await asyncio.to_thread(import_module, "scraper.pipeline")  # 0.2 s, for which the event loop would wait
    from scraper.model import SourceSettings
    from scraper.pipeline import LastGoodRun, scrape_and_compare

    state, rooms = await services.timetables.last_good(section.name)
    last_good = LastGoodRun(section.name, rooms)
    async for slots in services.timetables.current_slots(section.name):
        last_good.add_slots(slots)
    settings = SourceSettings(
        name=section.name,
        kind=section.kind,
        url=section.url,
        zone=services.rules.zone,
        year=section.year,
        interval=section.interval,
        rooms=section.patterns,
        room_names=section.room_names,
        allow_private=section.allow_private,
        options=section.options,
    )
    return await scrape_and_compare(
        settings,
        now=services.clock.now(),
        previous_fingerprints={} if anew else state.fingerprints,
        rooms=tuple(services.read_model.catalogue.rooms.values()),
        buildings=tuple(services.read_model.catalogue.buildings.values()),
        last_good=last_good,
        progress=progress,
    )


def source_jobs(config: Config) -> tuple[Job, ...]:
    """One refresh job for each configured source."""
    return tuple(
        Job(f"refresh {each.name}", partial(_schedule, each), partial(_refresh, each))
        for each in config.source
    )


def _schedule(section: SourceSection, _: Config) -> Periodic:
    return Periodic(section.interval)


async def _refresh(section: SourceSection, services: Services) -> None:
    await refresh(section, services)
