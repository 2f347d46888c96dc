"""Where published timetables come from: the kinds of sources, and how one is read."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from core.model.entities import Room
from scraper.common.errors import SourceFailed
from scraper.common.worker_process import ParsingProcess
from scraper.http.client import Fetcher
from scraper.http.politeness import manners_of
from scraper.model import Harvest, Progress, SourceSettings, Tools
from scraper.sources.file import TimetableFile
from scraper.sources.icalendar.source import ICalendarFeed
from scraper.sources.publish.source import Publish
from scraper.sources.unsw.site import UnswTimetableSite


class Source(Protocol):
    """One kind of place that timetables are published at."""

    @property
    def kind(self) -> str: ...

    @property
    def brings_rooms(self) -> bool:
        """Whether its harvests hold buildings and rooms, and not entries alone."""

    @property
    def per_second(self) -> float:
        """How many requests its sites bear, unless the configuration says otherwise."""

    async def harvest(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> Harvest:
        """Read everything. `previous` are the fingerprints of the last good run.

        Raises `SourceFailed` when there is no use in going on.
        """


SOURCES: tuple[Source, ...] = (UnswTimetableSite(), Publish(), ICalendarFeed(), TimetableFile())


def source_of(kind: str) -> Source:
    for source in SOURCES:
        if source.kind == kind:
            return source
    known = ", ".join(source.kind for source in SOURCES)
    raise SourceFailed(f"There is no kind of source called {kind!r}; there are {known}.")


def _silent(done: int, total: int) -> None:
    """Progress nobody watches."""


async def harvest(
    settings: SourceSettings,
    *,
    now: datetime,
    previous: Mapping[str, str],
    rooms: Collection[Room] = (),
    progress: Progress = _silent,
) -> Harvest:
    """Read a source once, politely, with its pages parsed in a process that ends with the run."""
    source = source_of(settings.kind)
    manners = manners_of(settings.options, source.per_second)
    fetcher = Fetcher(settings.address, manners, allow_private=settings.allow_private)
    async with fetcher as fetch, ParsingProcess() as parse:
        return await source.harvest(settings, Tools(fetch, parse, now, rooms), previous, progress)
