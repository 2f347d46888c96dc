"""Settings, context and result of a run of a timetable source."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from core.model import Building, Room, RoomId
from scraper.common.entries import EntryCollection

if TYPE_CHECKING:
    from scraper.common.worker_process import Parser
    from scraper.http.client import PoliteClient

ProgressCallback = Callable[[int, int], None]
"""Called with the numbers of pages done and of all pages."""


class SourceSettings(Struct, frozen=True):
    """One `[[source]]` of the configuration.

    `url` may be a path for the kind `file`. `rooms` are patterns such as `K-J17-*`; none means all.
    `room_names` has our rooms by the names that only this source uses. `options` depend on the kind.
    """

    name: str
    kind: str
    url: str
    zone: ZoneInfo
    year: int | None = None
    interval: timedelta = timedelta(hours=6)
    rooms: tuple[str, ...] = ()
    allow_private: bool = False
    room_names: Mapping[str, str | list[str]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def includes_room(self, room_id: RoomId) -> bool:
        return not self.rooms or any(fnmatchcase(room_id, pattern) for pattern in self.rooms)

    def is_enabled(self, option: str, *, default: bool) -> bool:
        word = self.options.get(option, "").strip().lower()
        return default if not word else word in {"yes", "on", "true", "1"}


class ScrapeResult(Struct, frozen=True):
    """Result of one run of a source.

    The entries of `carried_over` rooms are not among `entries`: those of the last good run stay valid for
    them. `fingerprints` are for the next run, and only to be stored when this run becomes the last good one.
    """

    buildings: tuple[Building, ...] = ()
    rooms: tuple[Room, ...] = ()
    entries: EntryCollection = field(default_factory=EntryCollection)
    page_count: int = 0
    """Number of pages requested."""
    unchanged_pages: int = 0
    """Number of those that are as in the last good run, and so were not parsed again."""
    unchanged_rooms: frozenset[RoomId] = frozenset()
    """Rooms whose page is unchanged."""
    failed_rooms: frozenset[RoomId] = frozenset()
    """Rooms whose page could not be fetched."""
    invalid_rooms: frozenset[RoomId] = frozenset()
    """Rooms whose page has another format than the parser expects."""
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    """Reasons, each a sentence, why the run must wait for an operator."""
    unknown_places: Mapping[str, int] = field(default_factory=dict)
    """Number of events at each place that is none of our rooms."""
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    @property
    def carried_over(self) -> frozenset[RoomId]:
        return self.unchanged_rooms | self.failed_rooms | self.invalid_rooms

    def merged_with(self, last_good: EntryCollection) -> EntryCollection:
        """All entries that are valid once this run is current."""
        return self.entries + last_good.filter_rooms(self.carried_over.__contains__)


class SourceContext(Struct, frozen=True):
    """Dependencies of a run. `known_rooms` are for sources that provide entries only."""

    client: "PoliteClient"
    parse: "Parser"
    now: datetime
    known_rooms: Collection[Room] = ()
    known_buildings: Collection[Building] = ()
