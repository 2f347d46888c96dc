"""What a run changes beside the last good one, and whether it looks like a mistake.

A wrong "free" is the worst a timetable can do, so a run in doubt waits for an operator. Only what is still to
come counts: a new year's timetable owes nothing to the old one. All functions are pure; with a campus's
hundred thousand entries they take about a second, so call them off the event loop.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from core.model.entities import RoomId
from scraper.common.entries import Entries
from scraper.model import Harvest

ROOMS_LOST = 0.05
ENTRIES_LOST = 1 / 3
SHIFTED = 0.1
SHIFTED_OF_GONE = 0.8
"""Shares that make a run doubtful."""
_FEW = 3
"""Fewer than this many of anything is no pattern."""
_HOUR = 3600
_SHOWN = 5


class Doubt(Enum):
    ROOMS_LOST = "rooms lost"
    ENTRIES_LOST = "entries lost"
    SHIFTED = "shifted by an hour"
    PAGES_CHANGED = "pages of another shape"
    PAGES_MISSED = "pages not to be had"


@dataclass(frozen=True, slots=True)
class Suspicion:
    doubt: Doubt
    message: str
    """A sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The last good run. `rooms` are those it brought itself, none for a source that brings entries only."""

    entries: Entries = field(default_factory=Entries)
    rooms: frozenset[RoomId] = frozenset()


@dataclass(frozen=True, slots=True)
class Report:
    """Counts are of entries still to come."""

    added: int
    gone: int
    same: int
    rooms_added: tuple[RoomId, ...]
    rooms_lost: tuple[RoomId, ...]
    suspicions: tuple[Suspicion, ...]
    problems: tuple[str, ...]

    @property
    def is_suspicious(self) -> bool:
        return bool(self.suspicions)

    @property
    def summary(self) -> str:
        changes = f"{self.added:,} entries added, {self.gone:,} gone, {self.same:,} the same"
        rooms = f"{len(self.rooms_added)} rooms added, {len(self.rooms_lost)} lost"
        return f"{changes}; {rooms}."


class _Slot(NamedTuple):
    """What makes two entries of two runs the same one; times are seconds since 1970."""

    room: RoomId
    name: str
    start: int
    end: int

    def moved(self, by: int) -> "_Slot":
        return _Slot(self.room, self.name, self.start + by, self.end + by)


def compare(last_good: Timetable | None, harvest: Harvest, now: datetime) -> Report:
    """Judge a run. The first one of a source has nothing to be compared with, only pages to be read right."""
    before = last_good or Timetable()
    coming = _coming(harvest.completed_by(before.entries), now)
    past_plan = _coming(before.entries, now)
    gone, added = past_plan - coming, coming - past_plan
    rooms_before, rooms_now = _rooms(before.rooms, past_plan), _rooms(_room_ids(harvest), coming)
    return Report(
        len(added),
        len(gone),
        len(past_plan & coming),
        tuple(sorted(rooms_now - rooms_before)),
        tuple(sorted(rooms_before - rooms_now)),
        (
            *_page_doubts(harvest, len(rooms_now) if last_good else 0),
            *_room_doubts(rooms_before, rooms_now),
            *_entry_doubts(len(past_plan), len(coming)),
            *_shift_doubts(len(past_plan), gone, added),
        ),
        harvest.problems,
    )


def _page_doubts(harvest: Harvest, rooms: int) -> Iterator[Suspicion]:
    """On a first run, with no `rooms` to fall back on, a missed page would leave its room free all year."""
    if harvest.misread:
        message = f"The pages of {_some(harvest.misread)} have another shape than the one we read."
        yield Suspicion(Doubt.PAGES_CHANGED, message)
    if len(harvest.missed) > ROOMS_LOST * rooms:
        yield Suspicion(Doubt.PAGES_MISSED, f"The pages of {_some(harvest.missed)} were not to be had.")


def _room_doubts(before: frozenset[RoomId], now: frozenset[RoomId]) -> Iterator[Suspicion]:
    lost = before - now
    if len(lost) > ROOMS_LOST * len(before):
        yield Suspicion(Doubt.ROOMS_LOST, f"{len(lost)} of {len(before)} rooms are gone: {_some(lost)}.")


def _entry_doubts(before: int, now: int) -> Iterator[Suspicion]:
    lost = before - now
    if lost >= ENTRIES_LOST * before > 0 and (lost >= _FEW or now == 0):
        yield Suspicion(Doubt.ENTRIES_LOST, f"Of {before:,} entries to come only {now:,} are left.")


def _shift_doubts(before: int, gone: frozenset[_Slot], added: frozenset[_Slot]) -> Iterator[Suspicion]:
    """A lesson or two may move by an hour; when most that changed did, a clock change was misread."""
    for by, word in ((_HOUR, "later"), (-_HOUR, "earlier")):
        moved = [slot for slot in gone if slot.moved(by) in added]
        lessons = Counter((slot.room, slot.name) for slot in moved)
        is_pattern = len(lessons) >= _FEW or len(moved) == before
        if moved and is_pattern and len(moved) >= max(SHIFTED * before, SHIFTED_OF_GONE * len(gone)):
            yield Suspicion(Doubt.SHIFTED, f"{len(moved):,} entries are exactly one hour {word} than before.")


def _coming(entries: Entries, now: datetime) -> frozenset[_Slot]:
    limit = now.timestamp()
    return frozenset(
        _Slot(row.room_id, row.name, row.start, row.end) for row in entries.rows() if row.end > limit
    )


def _room_ids(harvest: Harvest) -> frozenset[RoomId]:
    return frozenset(room.id for room in harvest.rooms)


def _rooms(brought: frozenset[RoomId], slots: frozenset[_Slot]) -> frozenset[RoomId]:
    """The rooms a run brought, or those it speaks of where it brings none."""
    return brought or frozenset(slot.room for slot in slots)


def _some(rooms: Collection[RoomId]) -> str:
    shown = sorted(rooms)[:_SHOWN]
    more = f" and {len(rooms) - _SHOWN} more" if len(rooms) > _SHOWN else ""
    return ", ".join(shown) + more
