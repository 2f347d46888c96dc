"""A timetable in a CSV or JSON file, on this machine or at an address."""

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from scraper.common.entries import Entries
from scraper.common.errors import PageChanged, SourceFailed, TooLarge
from scraper.files.formats import Unreadable, decoded
from scraper.files.timetable import read_timetable
from scraper.http.client import Page
from scraper.model import Harvest, Progress, SourceSettings, Tools
from scraper.sources.document import Ask, Contents, harvest_document

_READER = "1"
"""Counted up when files are read differently, so that all are read anew."""


class TimetableFile:
    """A file with any refused line is refused as a whole: half a timetable shows rooms free that are not."""

    kind = "file"
    brings_rooms = False
    per_second = 5.0

    async def harvest(
        self, settings: SourceSettings, tools: Tools, previous: Mapping[str, str], progress: Progress
    ) -> Harvest:
        async def read(content: bytes) -> Contents:
            contents = await tools.parse(read_file, content, settings.zone, settings.name)
            return Contents(contents.entries.of_rooms(settings.wants))

        conditions = f"{_READER}:{settings.zone.key}:{'|'.join(settings.rooms)}"
        return await harvest_document(_ask(settings, tools), read, conditions, previous, progress)


def read_file(content: bytes, zone: ZoneInfo, source: str) -> Contents:
    try:
        reading = read_timetable(decoded(content), zone, source)
    except Unreadable as error:
        raise PageChanged(f"The file cannot be read: {error}.") from error
    if reading.refusals:
        more = f" ({len(reading.refusals) - 1} more)" if len(reading.refusals) > 1 else ""
        raise PageChanged(f"The file is refused: {reading.refusals[0]}{more}.")
    return Contents(Entries.of(reading.values, source))


def _ask(settings: SourceSettings, tools: Tools) -> Ask:
    path = local_path(settings.address)

    async def ask(validator: str) -> Page:
        if path is None:
            return await tools.fetch.get(settings.address, validator)
        return Page(await asyncio.to_thread(_read_local, path, tools.fetch.manners.largest))

    return ask


def local_path(address: str) -> Path | None:
    """The file an address means, by `file:` or by its bare path; None when it lies in the web."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in address else Path(address)


def _read_local(path: Path, largest: int) -> bytes:
    """Only an ordinary file: a device or a pipe might never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceFailed(f"{path.name} is not a file.")
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise SourceFailed(f"{path.name} cannot be opened: {error.strerror}.") from error
    if len(content) > largest:
        raise TooLarge(f"{path.name} is larger than {largest:,} bytes.")
    return content
