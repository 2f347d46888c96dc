"""Reads a timetable from a CSV or JSON file, local or by URL."""

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from scraper.common.entries import EntryCollection
from scraper.common.errors import PageFormatChanged, SourceFailed, SourceTooLarge
from scraper.files.formats import UnreadableFile, decode
from scraper.files.timetable import read_timetable
from scraper.http.page import FetchedPage
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.document import DocumentContents, FetchDocument, scrape_document

_PARSER_VERSION = "1"
"""Incremented when files are parsed differently, so that all are parsed again."""


class TimetableFile:
    """Rejects a file with any invalid line as a whole: half a timetable shows rooms as free that are not."""

    kind = "file"
    provides_rooms = False
    requests_per_second = 5.0

    async def scrape(
        self,
        settings: SourceSettings,
        context: SourceContext,
        previous_fingerprints: Mapping[str, str],
        progress: ProgressCallback,
    ) -> ScrapeResult:
        async def read(content: bytes) -> DocumentContents:
            contents = await context.parse(parse_file, content, settings.zone, settings.name)
            return DocumentContents(contents.entries.filter_rooms(settings.includes_room))

        conditions = f"{_PARSER_VERSION}:{settings.zone.key}:{'|'.join(settings.rooms)}"
        return await scrape_document(
            _document_fetcher(settings, context), read, conditions, previous_fingerprints, progress
        )


def parse_file(content: bytes, zone: ZoneInfo, source: str) -> DocumentContents:
    try:
        reading = read_timetable(decode(content), zone, source)
    except UnreadableFile as error:
        raise PageFormatChanged(f"The file cannot be read: {error}.") from error
    if reading.rejected:
        more = f" ({len(reading.rejected) - 1} more)" if len(reading.rejected) > 1 else ""
        raise PageFormatChanged(f"The file is refused: {reading.rejected[0]}{more}.")
    return DocumentContents(EntryCollection.from_entries(reading.values, source))


def _document_fetcher(settings: SourceSettings, context: SourceContext) -> FetchDocument:
    path = local_path(settings.url)

    async def fetch(validator: str) -> FetchedPage:
        if path is None:
            return await context.client.get(settings.url, validator)
        return FetchedPage(
            await asyncio.to_thread(_read_local_file, path, context.client.politeness.max_bytes)
        )

    return fetch


def local_path(url: str) -> Path | None:
    """The local path of a `file:` URL or a bare path; None for other URLs."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in url else Path(url)


def _read_local_file(path: Path, max_bytes: int) -> bytes:
    """Reads a regular file only: a device or a pipe might never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceFailed(f"{path.name} is not a file.")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise SourceFailed(f"{path.name} cannot be opened: {error.strerror}.") from error
    if len(content) > max_bytes:
        raise SourceTooLarge(f"{path.name} is larger than {max_bytes:,} bytes.")
    return content
