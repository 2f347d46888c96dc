"""Registry of the kinds of timetable sources."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from core.model import Building, Room
from scraper.common.errors import SourceFailed
from scraper.common.worker_process import ParsingPool
from scraper.http.client import PoliteClient
from scraper.http.politeness import politeness_from_options
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.file import TimetableFile
from scraper.sources.icalendar.source import ICalendarFeed
from scraper.sources.publish.source import PublishSource
from scraper.sources.unsw.site import UnswTimetableSite


class TimetableSource(Protocol):
    """One kind of timetable source."""

    @property
    def kind(self) -> str: ...

    @property
    def provides_rooms(self) -> bool:
        """Whether its results have buildings and rooms, not only entries."""

    @property
    def requests_per_second(self) -> float:
        """Default request rate for its sites."""

    async def scrape(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> ScrapeResult:
        """Reads everything. `previous_fingerprints` are those of the last good run.

        Raises `SourceFailed` when the run is aborted.
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
    """Default for `progress`."""


async def scrape(
    settings: SourceSettings,
    *,
    now: datetime,
    previous_fingerprints: Mapping[str, str],
    rooms: Collection[Room] = (),
    buildings: Collection[Building] = (),
    progress: ProgressCallback = _ignore_progress,
) -> ScrapeResult:
    """Runs a source once; its pages are parsed in processes that end with the run."""
    source = source_for(settings.kind)
    politeness = politeness_from_options(settings.options, source.requests_per_second)
    async with (
        PoliteClient(settings.url, politeness, allow_private=settings.allow_private) as client,
        ParsingPool() as parse,
    ):
        context = SourceContext(client, parse, now, rooms, buildings)
        return await source.scrape(settings, context, previous_fingerprints, progress)
