"""Reads a timetable from a CSV or JSON file, local or by URL."""

import asyncio
import stat
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from scraper.common.entries import EntryCollection
from scraper.common.errors import PageFormatChanged, SourceFailed, SourceTooLarge
from scraper.common.room_lookup import RoomLookup
from scraper.files.formats import UnreadableFile, decode
from scraper.files.timetable import read_timetable
from scraper.http.page import FetchedPage
from scraper.model import ProgressCallback, ScrapeResult, SourceContext, SourceSettings
from scraper.sources.document import DocumentContents, FetchDocument, scrape_document
from scraper.sources.rooms import source_room_lookup

_PARSER_VERSION = "3"
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
        lookup = source_room_lookup(settings, context)

        async def read(content: bytes) -> DocumentContents:
            contents = await context.parse(parse_file, content, settings.zone, settings.name, lookup)
            return replace(contents, entries=contents.entries.filter_rooms(settings.includes_room))

        names = blake2b(lookup.names.fingerprint.encode(), digest_size=8).hexdigest()
        conditions = f"{_PARSER_VERSION}:{settings.zone.key}:{'|'.join(settings.rooms)}:{names}"
        return await scrape_document(
            _document_fetcher(settings, context), read, conditions, previous_fingerprints, progress
        )


def parse_file(content: bytes, zone: ZoneInfo, source: str, lookup: RoomLookup) -> DocumentContents:
    """Rooms are read by any of their names; those that are not found keep the name they have."""
    try:
        reading = read_timetable(decode(content), zone, source)
    except UnreadableFile as error:
        raise PageFormatChanged(f"The file cannot be read: {error}.") from error
    if reading.rejected:
        more = f" ({len(reading.rejected) - 1} more)" if len(reading.rejected) > 1 else ""
        raise PageFormatChanged(f"The file is refused: {reading.rejected[0]}{more}.")
    names = Counter(entry.room_id for entry in reading.values)
    found = {name: lookup.find_all((name,)) for name in names}
    entries = [
        replace(entry, room_id=room)
        for entry in reading.values
        for room in (found[entry.room_id].rooms if found[entry.room_id].is_explained else (entry.room_id,))
    ]
    unknown = {str(name): names[name] for name, each in found.items() if not each.is_explained}
    return DocumentContents(
        EntryCollection.from_entries(entries, source),
        reading.remarks,
        unknown_places=unknown,
        event_count=len(reading.values),
        lost_count=sum(unknown.values()),
    )


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
