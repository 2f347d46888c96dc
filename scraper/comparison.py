"""Compares a run with the last good one and finds anomalies.

A wrong "free" is the worst error of a timetable, so a run with anomalies waits for an operator. Only upcoming
entries count: a new year's timetable has little in common with the old one. All functions are pure; with the
hundred thousand entries of a campus they take about a second, so call them off the event loop.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from msgspec import Struct, field

from core.model import RoomId
from scraper.common.entries import EntryCollection
from scraper.model import ScrapeResult

MAX_LOST_ROOMS_SHARE = 0.05
MAX_LOST_ENTRIES_SHARE = 1 / 3
MIN_SHIFTED_SHARE = 0.1
MIN_SHIFTED_SHARE_OF_REMOVED = 0.8
"""Shares from which on a difference is an anomaly."""
_MIN_PATTERN_SIZE = 3
"""Fewer changes than this are never an anomaly."""
_HOUR_SECONDS = 3600
_MAX_LISTED_ROOMS = 5


class AnomalyKind(Enum):
    ROOMS_LOST = "rooms lost"
    ENTRIES_LOST = "entries lost"
    SHIFTED = "shifted by an hour"
    PAGES_CHANGED = "pages of another shape"
    PAGES_MISSED = "pages not to be had"
    NO_ENTRIES = "no entries"
    DOUBTFUL = "much not read"


class Anomaly(Struct, frozen=True):
    kind: AnomalyKind
    message: str
    """A sentence for the operator."""


class BaselineTimetable(Struct, frozen=True):
    """The last good run. `rooms` are its own ones, none for a source that provides entries only."""

    entries: EntryCollection = field(default_factory=EntryCollection)
    rooms: frozenset[RoomId] = frozenset()


class RunComparison(Struct, frozen=True):
    """Counts are of upcoming entries."""

    added: int
    removed: int
    unchanged: int
    rooms_added: tuple[RoomId, ...]
    rooms_lost: tuple[RoomId, ...]
    anomalies: tuple[Anomaly, ...]
    problems: tuple[str, ...]

    @property
    def summary(self) -> str:
        changes = f"{self.added:,} entries added, {self.removed:,} gone, {self.unchanged:,} the same"
        rooms = f"{len(self.rooms_added)} rooms added, {len(self.rooms_lost)} lost"
        return f"{changes}; {rooms}."


class _EntryKey(NamedTuple):
    """Identity of an entry across runs; times are seconds since 1970."""

    room: RoomId
    name: str
    start: int
    end: int

    def shift(self, by: int) -> "_EntryKey":
        return _EntryKey(self.room, self.name, self.start + by, self.end + by)


def compare(last_good: BaselineTimetable | None, result: ScrapeResult, now: datetime) -> RunComparison:
    """Compares a run with the last good one. The first run of a source is checked for missed pages, for what
    could not be read and for having no entries at all.
    """
    before = last_good or BaselineTimetable()
    coming = _upcoming_keys(result.merged_with(before.entries), now)
    past_plan = _upcoming_keys(before.entries, now)
    gone, added = past_plan - coming, coming - past_plan
    rooms_before, rooms_now = (
        _covered_rooms(before.rooms, past_plan),
        _covered_rooms(_room_ids(result), coming),
    )
    return RunComparison(
        len(added),
        len(gone),
        len(past_plan & coming),
        tuple(sorted(rooms_now - rooms_before)),
        tuple(sorted(rooms_before - rooms_now)),
        (
            *(Anomaly(AnomalyKind.DOUBTFUL, doubt) for doubt in result.doubts),
            *_find_lack_of_entries(last_good, result),
            *_find_page_anomalies(result, len(rooms_now) if last_good else 0),
            *_find_room_anomalies(rooms_before, rooms_now),
            *_find_entry_anomalies(len(past_plan), len(coming)),
            *_find_shift_anomalies(len(past_plan), gone, added),
        ),
        result.problems,
    )


def _find_page_anomalies(result: ScrapeResult, rooms: int) -> Iterator[Anomaly]:
    """On a first run (no `rooms`), a missed page would show its room as free all year."""
    if result.invalid_rooms:
        message = f"The pages of {_list_rooms(result.invalid_rooms)} have another shape than the one we read."
        yield Anomaly(AnomalyKind.PAGES_CHANGED, message)
    if len(result.failed_rooms) > MAX_LOST_ROOMS_SHARE * rooms:
        yield Anomaly(
            AnomalyKind.PAGES_MISSED, f"The pages of {_list_rooms(result.failed_rooms)} were not to be had."
        )


def _find_lack_of_entries(last_good: BaselineTimetable | None, result: ScrapeResult) -> Iterator[Anomaly]:
    """A first run without entries would show all of its rooms as free. An unchanged one was accepted so."""
    if last_good is None and not result.entries.groups and not result.unchanged_pages:
        yield Anomaly(AnomalyKind.NO_ENTRIES, "It has no entries at all, so all its rooms would be free.")


def _find_room_anomalies(before: frozenset[RoomId], now: frozenset[RoomId]) -> Iterator[Anomaly]:
    lost = before - now
    if len(lost) > MAX_LOST_ROOMS_SHARE * len(before):
        yield Anomaly(
            AnomalyKind.ROOMS_LOST, f"{len(lost)} of {len(before)} rooms are gone: {_list_rooms(lost)}."
        )


def _find_entry_anomalies(before: int, now: int) -> Iterator[Anomaly]:
    lost = before - now
    if lost >= MAX_LOST_ENTRIES_SHARE * before > 0 and (lost >= _MIN_PATTERN_SIZE or now == 0):
        yield Anomaly(AnomalyKind.ENTRIES_LOST, f"Of {before:,} entries to come only {now:,} are left.")


def _find_shift_anomalies(
    before: int, removed: frozenset[_EntryKey], added: frozenset[_EntryKey]
) -> Iterator[Anomaly]:
    """A few classes may move by an hour; if most changes are such moves, a clock change was misread."""
    for by, word in ((_HOUR_SECONDS, "later"), (-_HOUR_SECONDS, "earlier")):
        moved = [slot for slot in removed if slot.shift(by) in added]
        lessons = Counter((slot.room, slot.name) for slot in moved)
        is_pattern = len(lessons) >= _MIN_PATTERN_SIZE or len(moved) == before
        if (
            moved
            and is_pattern
            and len(moved) >= max(MIN_SHIFTED_SHARE * before, MIN_SHIFTED_SHARE_OF_REMOVED * len(removed))
        ):
            yield Anomaly(
                AnomalyKind.SHIFTED, f"{len(moved):,} entries are exactly one hour {word} than before."
            )


def _upcoming_keys(entries: EntryCollection, now: datetime) -> frozenset[_EntryKey]:
    limit = now.timestamp()
    return frozenset(
        _EntryKey(row.room_id, row.name, row.start, row.end) for row in entries.rows() if row.end > limit
    )


def _room_ids(result: ScrapeResult) -> frozenset[RoomId]:
    return frozenset(room.id for room in result.rooms)


def _covered_rooms(provided: frozenset[RoomId], keys: frozenset[_EntryKey]) -> frozenset[RoomId]:
    """The rooms of a run, or those of its entries for a source without rooms."""
    return provided or frozenset(slot.room for slot in keys)


def _list_rooms(rooms: Collection[RoomId]) -> str:
    shown = sorted(rooms)[:_MAX_LISTED_ROOMS]
    more = f" and {len(rooms) - _MAX_LISTED_ROOMS} more" if len(rooms) > _MAX_LISTED_ROOMS else ""
    return ", ".join(shown) + more
