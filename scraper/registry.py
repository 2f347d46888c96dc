"""Where published timetables come from: the kinds of sources, and how one is read."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from core.model.entities import Room
from scraper.common.errors import SourceFailed
from scraper.common.worker_process import ParsingProcess
from scraper.http.client import PoliteClient
from scraper.http.politeness import politeness_from_options
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.file import TimetableFile
from scraper.sources.icalendar.source import ICalendarFeed
from scraper.sources.publish.source import PublishSource
from scraper.sources.unsw.site import UnswTimetableSite


class TimetableSource(Protocol):
    """One kind of place that timetables are published at."""

    @property
    def kind(self) -> str: ...

    @property
    def provides_rooms(self) -> bool:
        """Whether its harvests hold buildings and rooms, and not entries alone."""

    @property
    def requests_per_second(self) -> float:
        """How many requests its sites bear, unless the configuration says otherwise."""

    async def scrape(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> ScrapeResult:
        """Read everything. `previous` are the fingerprints of the last good run.

        Raises `SourceFailed` when there is no use in going on.
        """


SOURCES: tuple[TimetableSource, ...] = (
    UnswTimetableSite(),
    PublishSource(),
    ICalendarFeed(),
    TimetableFile(),
)


def source_for(kind: str) -> TimetableSource:
    for source in SOURCES:
        if source.kind == kind:
            return source
    known = ", ".join(source.kind for source in SOURCES)
    raise SourceFailed(f"There is no kind of source called {kind!r}; there are {known}.")


def _ignore_progress(done: int, total: int) -> None:
    """Progress nobody watches."""


async def scrape(
    settings: SourceSettings,
    *,
    now: datetime,
    previous_fingerprints: Mapping[str, str],
    rooms: Collection[Room] = (),
    progress: ProgressCallback = _ignore_progress,
) -> ScrapeResult:
    """Read a source once, politely, with its pages parsed in a process that ends with the run."""
    source = source_for(settings.kind)
    manners = politeness_from_options(settings.options, source.requests_per_second)
    fetcher = PoliteClient(settings.address, manners, allow_private=settings.allow_private)
    async with fetcher as fetch, ParsingProcess() as parse:
        return await source.scrape(
            settings, SourceContext(fetch, parse, now, rooms), previous_fingerprints, progress
        )
