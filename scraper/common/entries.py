"""Compact collection of timetable entries.

A campus has hundreds of thousands of them. As objects they would pause the process for tens of milliseconds
in each garbage collection; as arrays of numbers they cost next to nothing, also in transfer from the parsing
process.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from core.interval import Interval
from core.model import BookingType, RoomId, TimetableEntry


class EntryRow(NamedTuple):
    """An entry as numbers: `start` and `end` are seconds since 1970, UTC, half-open."""

    room_id: RoomId
    start: int
    end: int
    name: str
    booking_type: BookingType


class EntryGroup(NamedTuple):
    """Entries that differ only in their times: alternating start and end, in seconds since 1970."""

    room_id: RoomId
    name: str
    booking_type: BookingType
    times: "array[int]"

    def rows(self) -> Iterator[EntryRow]:
        times = iter(self.times)
        for start, end in zip(times, times, strict=True):
            yield EntryRow(self.room_id, start, end, self.name, self.booking_type)


class EntryCollection(Collection[TimetableEntry]):
    """Collection of entries that are created lazily on iteration; `rows` is faster."""

    def __init__(self, groups: Iterable[EntryGroup] = (), source: str = "") -> None:
        self.groups = tuple(groups)
        self.source = source

    @classmethod
    def from_entries(cls, entries: Iterable[TimetableEntry], source: str = "") -> "EntryCollection":
        """Deduplicates entries of one source; without `source` it is that of the first entry."""
        some = list(entries)
        return cls.from_rows(map(_to_row, some), source or (some[0].source if some else ""))

    @classmethod
    def from_rows(cls, rows: Iterable[EntryRow], source: str = "") -> "EntryCollection":
        times: dict[tuple[RoomId, str, BookingType], array[int]] = {}
        for room_id, start, end, name, booking_type in dict.fromkeys(rows):
            times.setdefault((room_id, name, booking_type), array("q")).extend((start, end))
        return cls((EntryGroup(*key, group) for key, group in times.items()), source)

    def rows(self) -> Iterator[EntryRow]:
        for group in self.groups:
            yield from group.rows()

    def filter_rooms(self, predicate: Callable[[RoomId], bool]) -> "EntryCollection":
        return EntryCollection((group for group in self.groups if predicate(group.room_id)), self.source)

    def __add__(self, others: "EntryCollection") -> "EntryCollection":
        return EntryCollection(self.groups + others.groups, self.source or others.source)

    def __len__(self) -> int:
        return sum(len(group.times) for group in self.groups) // 2

    def __iter__(self) -> Iterator[TimetableEntry]:
        for row in self.rows():
            interval = Interval(datetime.fromtimestamp(row.start, UTC), datetime.fromtimestamp(row.end, UTC))
            yield TimetableEntry(row.room_id, interval, row.name, row.booking_type, self.source)

    def __contains__(self, entry: object) -> bool:
        return any(each == entry for each in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntryCollection) and sorted(self.rows()) == sorted(other.rows())

    __hash__ = None  # type: ignore[assignment]  # equal without being the same, and too large to hash

    def __repr__(self) -> str:
        return f"Entries({len(self)} of {self.source or 'no source'})"


def _to_row(entry: TimetableEntry) -> EntryRow:
    start, end = entry.interval.start, entry.interval.end
    return EntryRow(
        entry.room_id, int(start.timestamp()), int(end.timestamp()), entry.name, entry.booking_type
    )
