"""One room's busy intervals, packed into columns.

Seconds since 1970, UTC, throughout. An interval takes some 24 bytes instead of 150: campuses have millions.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import accumulate, islice
from operator import le, lt
from typing import NamedTuple, TypeAlias

from core.model import Busy

SOON = 15 * 60
"""A busy room is `soon` when it falls free within this many seconds, inclusive."""

BusyLabel: TypeAlias = tuple[str, str, str]
"""Name, type and source of a `Busy`. Many intervals share one."""
Runs: TypeAlias = tuple[Sequence[int], Sequence[int]]


class Status(StrEnum):
    """Status of a room at an instant."""

    FREE = "free"
    SOON = "soon"
    BUSY = "busy"


class RoomStatus(NamedTuple):
    """Status of a room, when it changes (None: not today), and what begins or ends then."""

    status: Status
    until: int | None
    because: Busy | None


class RoomSchedule:
    """One room's busy intervals by start; immutable."""

    __slots__ = ("_ends", "_labels", "_reaches", "_starts")

    def __init__(self, busy: Iterable[Busy] = ()) -> None:
        ordered = sorted(busy)
        self._starts = _pack([each.start for each in ordered])
        self._ends = _pack([each.end for each in ordered])
        self._labels: tuple[BusyLabel, ...] = tuple(each[2:] for each in ordered)
        self._reaches = _reaches(self._ends)

    @classmethod
    def of_columns(
        cls, starts: Sequence[int], ends: Sequence[int], labels: Iterable[BusyLabel]
    ) -> "RoomSchedule":
        """The schedule of intervals in any order; equal labels should be one object."""
        if all(map(lt, starts, starts[1:])):
            return cls._packed(starts, ends, tuple(labels))
        return cls._packed(*zip(*sorted(zip(starts, ends, labels, strict=True)), strict=True))

    @classmethod
    def _packed(
        cls, starts: Sequence[int], ends: Sequence[int], labels: tuple[BusyLabel, ...]
    ) -> "RoomSchedule":
        schedule = cls()
        schedule._starts, schedule._ends, schedule._labels = _pack(starts), _pack(ends), labels
        schedule._reaches = _reaches(schedule._ends)
        return schedule

    @property
    def busy(self) -> tuple[Busy, ...]:
        return self._unpack(0, len(self._starts))

    def _unpack(self, first: int, last: int) -> tuple[Busy, ...]:
        starts, ends, labels = self._starts, self._ends, self._labels
        return tuple([Busy(starts[place], ends[place], *labels[place]) for place in range(first, last)])

    @property
    def reach(self) -> int:
        """The end of the last interval; 0 if there is none."""
        return self._reaches[-1] if self._reaches else 0

    @property
    def runs(self) -> Runs:
        """Starts and ends of the busy intervals, with adjacent and overlapping ones merged."""
        if not self._starts:
            return (), ()
        starts, ends = zip(*self.runs_in(self._starts[0], self.reach), strict=True)
        return starts, ends

    def runs_in(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Those that overlap `[start, end)`; merged with what follows, not with what ends by `start`."""
        starts, reaches = self._starts, self._reaches
        place, count = bisect_right(reaches, start), len(starts)
        while place < count and starts[place] < end:
            begins, until = starts[place], reaches[place]
            place += 1
            while place < count and starts[place] <= until:
                until = reaches[place]
                place += 1
            yield begins, until

    def at(self, instant: int, midnight: int) -> RoomStatus:
        """Status at `instant`, of a day that ends at `midnight`."""
        for start, until in self.runs_in(instant, max(midnight, instant + 1)):
            if start <= instant:
                status = Status.SOON if until - instant <= SOON else Status.BUSY
                return RoomStatus(status, until, self._ending_at(until))
            return RoomStatus(Status.FREE, start, self.next_after(start))
        return RoomStatus(Status.FREE, None, None)

    def is_free(self, start: int, end: int) -> bool:
        place = bisect_left(self._starts, end)
        return not place or self._reaches[place - 1] <= start

    def next_after(self, instant: int) -> Busy | None:
        """The first busy interval at or after an instant at which the room is free."""
        place = bisect_left(self._starts, instant)
        return next(iter(self._unpack(place, min(place + 1, len(self._starts)))), None)

    def next_start(self, instant: int) -> int | None:
        """When that begins."""
        place = bisect_left(self._starts, instant)
        return self._starts[place] if place < len(self._starts) else None

    def conflicts(self, start: int, end: int) -> tuple[Busy, ...]:
        """Busy intervals that overlap a slot, by start."""
        found = self._unpack(bisect_right(self._reaches, start), bisect_left(self._starts, end))
        return tuple(each for each in found if each.end > start)

    def contains(self, busy: Busy) -> bool:
        place = self._place(busy)
        return self._unpack(place, min(place + 1, len(self._starts))) == (busy,)

    def gaps(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The free intervals between `start` and `end`, in order."""
        for busy_from, busy_until in self.runs_in(start, end):
            if busy_from > start:
                yield start, busy_from
            start = busy_until
        if start < end:
            yield start, end

    def with_busy(self, added: Busy) -> "RoomSchedule":
        place = self._place(added)
        return self._packed(
            _insert(self._starts, place, added.start),
            _insert(self._ends, place, added.end),
            (*self._labels[:place], added[2:], *self._labels[place:]),
        )

    def with_all(self, added: Iterable[Busy]) -> "RoomSchedule":
        added = list(added)
        return self.of_columns(
            [*self._starts, *(each.start for each in added)],
            [*self._ends, *(each.end for each in added)],
            [*self._labels, *(each[2:] for each in added)],
        )

    def without(self, removed: Busy) -> "RoomSchedule":
        schedule = self
        while schedule.contains(removed):
            place = schedule._place(removed)
            schedule = self._packed(
                schedule._starts[:place] + schedule._starts[place + 1 :],
                schedule._ends[:place] + schedule._ends[place + 1 :],
                schedule._labels[:place] + schedule._labels[place + 1 :],
            )
        return schedule

    def _place(self, busy: Busy) -> int:
        """Where an interval is, or belongs, in the order of starts, ends and labels."""
        place, last = bisect_left(self._starts, busy.start), bisect_right(self._starts, busy.start)
        while place < last and (self._ends[place], *self._labels[place]) < busy[1:]:
            place += 1
        return place

    def _ending_at(self, instant: int) -> Busy | None:
        if instant not in self._ends:
            return None
        place = self._ends.index(instant)
        return self._unpack(place, place + 1)[0]


def _pack(instants: Sequence[int]) -> "array[int]":
    """Four bytes each; eight where one lies before 1970 or after 2106."""
    try:
        return array("I", instants)
    except OverflowError:
        return array("q", instants)


def _insert(column: "array[int]", place: int, instant: int) -> "array[int]":
    """A longer column."""
    longer = column[:]
    try:
        longer.insert(place, instant)
    except OverflowError:
        longer = array("q", column)
        longer.insert(place, instant)
    return longer


def _reaches(ends: "array[int]") -> "array[int]":
    """The latest of the ends up to each place: nearly always the ends themselves."""
    return ends if all(map(le, ends, islice(ends, 1, None))) else _pack([*accumulate(ends, max)])


ALWAYS_FREE = RoomSchedule()
