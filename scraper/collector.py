"""Collects the results of a run over many pages."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

from msgspec import Struct, field

from core.model import Building, Room, RoomId
from scraper.common.entries import EntryCollection, EntryGroup
from scraper.common.errors import (
    PageFormatChanged,
    PageUnavailable,
    ParsingFailed,
    SourceFailed,
    SourceTooLarge,
)
from scraper.model import ScrapeResult

MAX_CONSECUTIVE_FAILURES = 5


class PageCollector(Struct):
    """Collects pages; after 5 consecutive failures of one page type the run is aborted (circuit breaker).

    Pages are named `type/name`. Each type has a breaker of its own; one without timetables is skipped for the
    rest of the run instead of aborting it. `previous_fingerprints` are those of the last good run, by page
    name.
    """

    previous_fingerprints: Mapping[str, str]
    page_count: int = 0
    unchanged_pages: int = 0
    consecutive_failures: Counter[str] = field(default_factory=Counter)
    groups: list[EntryGroup] = field(default_factory=list)
    unchanged_rooms: set[RoomId] = field(default_factory=set)
    failed_rooms: set[RoomId] = field(default_factory=set)
    invalid_rooms: set[RoomId] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)

    async def read_page(
        self, name: str, rooms: Collection[RoomId], read: Callable[[], Awaitable[None]]
    ) -> None:
        """Reads the page `name`, which has the timetables of `rooms`."""
        if self._is_circuit_open(name):
            self._carry_over_fingerprint(name)
            return
        try:
            await read()
            self.consecutive_failures[_page_type(name)] = 0
        except PageUnavailable as error:
            self.failed_rooms.update(rooms)
            self._record_failure(name, error, has_timetables=bool(rooms))
        except (PageFormatChanged, ParsingFailed, SourceTooLarge) as error:
            self.invalid_rooms.update(rooms)
            self._record_failure(name, error, has_timetables=bool(rooms))

    def check_unchanged(self, name: str, fingerprint: str, rooms: Iterable[RoomId]) -> bool:
        """Whether the page is as in the last good run; then the entries of `rooms` are carried over."""
        self.fingerprints[name] = fingerprint
        if self.previous_fingerprints.get(name) != fingerprint:
            return False
        self.unchanged_pages += 1
        self.unchanged_rooms.update(rooms)
        return True

    def build_result(
        self, source: str, buildings: tuple[Building, ...] = (), rooms: tuple[Room, ...] = ()
    ) -> ScrapeResult:
        return ScrapeResult(
            buildings,
            rooms,
            EntryCollection(self.groups, source),
            self.page_count,
            self.unchanged_pages,
            frozenset(self.unchanged_rooms),
            frozenset(self.failed_rooms),
            frozenset(self.invalid_rooms),
            tuple(self.problems),
            fingerprints=self.fingerprints,
        )

    def _record_failure(self, name: str, error: SourceFailed, *, has_timetables: bool) -> None:
        self.problems.append(f"{name}: {error}")
        self._carry_over_fingerprint(name)
        self.consecutive_failures[_page_type(name)] += 1
        if has_timetables and self._is_circuit_open(name):
            raise error

    def _is_circuit_open(self, name: str) -> bool:
        return self.consecutive_failures[_page_type(name)] >= MAX_CONSECUTIVE_FAILURES

    def _carry_over_fingerprint(self, name: str) -> None:
        self.fingerprints.pop(name, None)
        if name in self.previous_fingerprints:
            self.fingerprints[name] = self.previous_fingerprints[name]


def _page_type(name: str) -> str:
    return name.partition("/")[0]
