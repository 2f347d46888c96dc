"""What a run over many pages has brought so far."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from core.model.entities import Building, Room, RoomId
from scraper.common.entries import Entries, Group
from scraper.common.errors import NotAnswered, PageChanged, ParsingFailed, SourceFailed
from scraper.model import Harvest

MOST_FAILED_IN_A_ROW = 5


@dataclass(slots=True)
class Basket:
    """One page may fail; when one after the other does, the site is left alone until the next run.

    Pages are called `kind/name`. A kind that fails is not made up for by another that does not, and one that
    no timetable comes from is given up without ending the run.
    `previous` are the fingerprints of the last good run, by the names of its pages.
    """

    previous: Mapping[str, str]
    pages: int = 0
    unchanged: int = 0
    failed_in_a_row: Counter[str] = field(default_factory=Counter)
    groups: list[Group] = field(default_factory=list)
    kept: set[RoomId] = field(default_factory=set)
    missed: set[RoomId] = field(default_factory=set)
    misread: set[RoomId] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)

    async def fill(self, name: str, rooms: Collection[RoomId], read: Callable[[], Awaitable[None]]) -> None:
        """Read the page called `name`, from which the timetables of `rooms` come, or of none."""
        if self._is_given_up(name):
            self._keep_fingerprint(name)
            return
        try:
            await read()
            self.failed_in_a_row[_kind_of(name)] = 0
        except NotAnswered as error:
            self.missed.update(rooms)
            self._fail(name, error, is_vital=bool(rooms))
        except (PageChanged, ParsingFailed) as error:
            self.misread.update(rooms)
            self._fail(name, error, is_vital=bool(rooms))

    def is_unchanged(self, name: str, fingerprint: str, rooms: Iterable[RoomId]) -> bool:
        """Whether the last good run saw the same; then the entries of `rooms` go on."""
        self.fingerprints[name] = fingerprint
        if self.previous.get(name) != fingerprint:
            return False
        self.unchanged += 1
        self.kept.update(rooms)
        return True

    def harvest(
        self, source: str, buildings: tuple[Building, ...] = (), rooms: tuple[Room, ...] = ()
    ) -> Harvest:
        return Harvest(
            buildings,
            rooms,
            Entries(self.groups, source),
            self.pages,
            self.unchanged,
            frozenset(self.kept),
            frozenset(self.missed),
            frozenset(self.misread),
            tuple(self.problems),
            self.fingerprints,
        )

    def _fail(self, name: str, error: SourceFailed, *, is_vital: bool) -> None:
        self.problems.append(f"{name}: {error}")
        self._keep_fingerprint(name)
        self.failed_in_a_row[_kind_of(name)] += 1
        if is_vital and self._is_given_up(name):
            raise error

    def _is_given_up(self, name: str) -> bool:
        return self.failed_in_a_row[_kind_of(name)] >= MOST_FAILED_IN_A_ROW

    def _keep_fingerprint(self, name: str) -> None:
        """What was not read this time is as the last good run knew it."""
        self.fingerprints.pop(name, None)
        if name in self.previous:
            self.fingerprints[name] = self.previous[name]


def _kind_of(name: str) -> str:
    return name.partition("/")[0]
