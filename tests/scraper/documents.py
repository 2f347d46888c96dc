"""Reads the text of files of a known format and kind."""

from collections.abc import Callable
from datetime import tzinfo
from typing import TypeVar

from core.model import Building, Room, TimetableEntry
from scraper.files.catalogue import parse_buildings, parse_rooms
from scraper.files.documents import Document
from scraper.files.formats import UnreadableFile, parse_json
from scraper.files.kind import FileKind, is_heading
from scraper.files.records import ParsedFile, RejectedRecord
from scraper.files.sheets import read_csv
from scraper.files.tables import find_table
from scraper.files.timetable import parse_timetable

T = TypeVar("T")


def read_buildings(text: str) -> ParsedFile[Building]:
    return _read(lambda: Document(FileKind.BUILDINGS, parse_json(text)), parse_buildings)


def read_rooms_json(text: str) -> ParsedFile[Room]:
    return _read(lambda: Document(FileKind.ROOMS, parse_json(text)), parse_rooms)


def read_rooms_csv(text: str) -> ParsedFile[Room]:
    return _read(lambda: Document(FileKind.ROOMS, find_table(read_csv(text), is_heading)), parse_rooms)


def read_timetable_csv(text: str, zone: tzinfo) -> ParsedFile[TimetableEntry]:
    return _read(
        lambda: Document(FileKind.TIMETABLE, find_table(read_csv(text), is_heading)),
        lambda document: parse_timetable(document, zone),
    )


def _read(make: Callable[[], Document], parse: Callable[[Document], ParsedFile[T]]) -> ParsedFile[T]:
    """A file that cannot be read is one rejection."""
    try:
        return parse(make())
    except UnreadableFile as error:
        return ParsedFile((), (RejectedRecord("", str(error)),))
