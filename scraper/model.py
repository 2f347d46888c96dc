"""What a timetable source is asked for, and what it brings home."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.model.entities import Building, Room, RoomId
from scraper.common.entries import EntryCollection

if TYPE_CHECKING:
    from scraper.common.worker_process import Parser
    from scraper.http.client import PoliteClient

ProgressCallback = Callable[[int, int], None]
"""Told how many pages are done, and how many there will be."""


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One `[[source]]` of the configuration.

    `rooms` are patterns such as `K-J17-*`; none means all. `options` are words that only its kind knows.
    """

    name: str
    kind: str
    address: str
    zone: ZoneInfo
    year: int | None = None
    interval: timedelta = timedelta(hours=6)
    rooms: tuple[str, ...] = ()
    allow_private: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def includes_room(self, room_id: RoomId) -> bool:
        return not self.rooms or any(fnmatchcase(room_id, pattern) for pattern in self.rooms)

    def is_enabled(self, option: str, *, default: bool) -> bool:
        word = self.options.get(option, "").strip().lower()
        return default if not word else word in {"yes", "on", "true", "1"}


@dataclass(frozen=True, slots=True)
class ScrapeResult:
    """What one run of a source brought.

    The entries of `carried` rooms are not among `entries`: those of the last good run go on for them.
    `fingerprints` are for the next run, and only to be kept when this run becomes the good one.
    """

    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: EntryCollection = field(default_factory=EntryCollection)
    page_count: int = 0
    """How many pages were asked for."""
    unchanged_pages: int = 0
    """How many of them were as the last good run had found them, and so were not read again."""
    unchanged_rooms: frozenset[RoomId] = frozenset()
    """Rooms whose page is unchanged."""
    failed_rooms: frozenset[RoomId] = frozenset()
    """Rooms whose page was not to be had."""
    invalid_rooms: frozenset[RoomId] = frozenset()
    """Rooms whose page had another shape than the one we read."""
    problems: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @property
    def carried_over(self) -> frozenset[RoomId]:
        return self.unchanged_rooms | self.failed_rooms | self.invalid_rooms

    def merged_with(self, last_good: EntryCollection) -> EntryCollection:
        """All entries that hold once this run is current."""
        return self.entries + last_good.filter_rooms(self.carried_over.__contains__)


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source works with. `rooms` are those already known, for sources that only name them."""

    client: "PoliteClient"
    parse: "Parser"
    now: datetime
    known_rooms: Collection[Room] = ()
