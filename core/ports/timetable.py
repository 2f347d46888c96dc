"""Repositories of timetables: entries, the runs that read them, and the sources."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from core.interval import Interval
from core.model import Building, Busy, Room, RoomId, SourceState, TimetableEntry, TimetableRun, TimetableSlot
from core.room_schedule import RoomSchedule


class TimetableRepository(Protocol):
    """Timetable entries, by the source that published them."""

    def busy(
        self, window: Interval, rooms: Collection[RoomId] | None = None
    ) -> Iterable[tuple[RoomId, Busy]]:
        """All entries of the current runs in a window, in no order; only those in `rooms`, if given."""
        ...

    def schedules(self, window: Interval) -> Iterable[tuple[RoomId, RoomSchedule]]:
        """The same entries of all rooms that have any, packed while they are read."""
        ...

    def of_source(self, source: str) -> list[TimetableEntry]: ...
    def add(self, source: str, entries: Iterable[TimetableEntry], now: int) -> None:
        """Adds entries to the current run of a source, creating it at `now` (seconds) if there is none."""
        ...

    def clear(self, source: str, rooms: Iterable[RoomId]) -> None:
        """Deletes all entries of these rooms from the current run of a source."""
        ...


class TimetableRunRepository(Protocol):
    """Timetable runs. Entries are served only from current runs."""

    def begin(self, source: str, now: datetime) -> int:
        """Creates a run in state `WRITING`; returns its id."""
        ...

    def write(self, run_id: int, slots: Sequence[TimetableSlot]) -> None: ...
    def slots(self, run_id: int, after: int, limit: int) -> tuple[list[TimetableSlot], int]:
        """One slice of a run's entries, and the cursor of the next (0: end)."""
        ...

    def rooms_of(self, run_id: int) -> set[RoomId]: ...
    def current(self, source: str) -> TimetableRun | None: ...
    def rejected(self, source: str) -> TimetableRun | None:
        """The latest run awaiting an operator's decision."""
        ...

    def reject(self, run_id: int, report: str) -> None: ...
    def switch(self, run_id: int, report: str) -> None:
        """Makes a run the current one of its source."""
        ...

    def note(self, run_id: int, report: str) -> None: ...
    def abandon(self, source: str) -> None:
        """Discards runs left half written by a crashed process."""
        ...

    def purge(self, limit: int) -> int:
        """Deletes up to `limit` entries of old runs; how many."""
        ...

    def stage_places(self, buildings: Iterable[Building], rooms: Iterable[Room]) -> None:
        """Stores buildings and rooms without a cache invalidation event."""
        ...

    def publish_room_changes(self, rooms: Iterable[RoomId]) -> None:
        """Invalidates these rooms' timetables in all read models."""
        ...

    def publish_catalogue_change(self) -> None: ...


class SourceRepository(Protocol):
    """Health of timetable sources."""

    def get(self, name: str) -> SourceState: ...
    def all(self) -> list[SourceState]: ...
    def put(self, state: SourceState) -> None: ...
