"""What a timetable source is asked for, and what it brings home."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.model.entities import Building, Room, RoomId
from scraper.common.entries import Entries

if TYPE_CHECKING:
    from scraper.common.worker_process import Parser
    from scraper.http.client import Fetcher

Progress = Callable[[int, int], None]
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
    every: timedelta = timedelta(hours=6)
    rooms: tuple[str, ...] = ()
    allow_private: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    def wants(self, room_id: RoomId) -> bool:
        return not self.rooms or any(fnmatchcase(room_id, pattern) for pattern in self.rooms)

    def is_on(self, option: str, *, default: bool) -> bool:
        word = self.options.get(option, "").strip().lower()
        return default if not word else word in {"yes", "on", "true", "1"}


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one run of a source brought.

    The entries of `carried` rooms are not among `entries`: those of the last good run go on for them.
    `fingerprints` are for the next run, and only to be kept when this run becomes the good one.
    """

    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: Entries = field(default_factory=Entries)
    pages: int = 0
    """How many pages were asked for."""
    unchanged: int = 0
    """How many of them were as the last good run had found them, and so were not read again."""
    kept: frozenset[RoomId] = frozenset()
    """Rooms whose page is unchanged."""
    missed: frozenset[RoomId] = frozenset()
    """Rooms whose page was not to be had."""
    misread: frozenset[RoomId] = frozenset()
    """Rooms whose page had another shape than the one we read."""
    problems: tuple[str, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @property
    def carried(self) -> frozenset[RoomId]:
        return self.kept | self.missed | self.misread

    def completed_by(self, last_good: Entries) -> Entries:
        """All entries that hold once this run is current."""
        return self.entries + last_good.of_rooms(self.carried.__contains__)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a source works with. `rooms` are those already known, for sources that only name them."""

    fetch: "Fetcher"
    parse: "Parser"
    now: datetime
    rooms: Collection[Room] = ()
