"""Import of published timetables: atomic for readers, in transactions short enough not to block bookings.

A run is written in slices and made current by one small transaction. A rejected run waits for an operator
while the last good one stays current. Changed rooms are then invalidated in slices; after a crash the next
import continues where it stopped.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from time import perf_counter
from typing import TypeVar

from msgspec.structs import replace

from core.clock import Clock
from core.errors import NotFound
from core.model import (
    MAX_ENTRY_LENGTH,
    AuditEntry,
    Booking,
    RoomId,
    SourceState,
    TimetableRun,
    TimetableSlot,
)
from core.policy.webhook_events import timetable_refused
from core.ports import Storage, UnitOfWork
from core.read_model import ReadModel
from core.services.batch_pacing import BatchLimits, BatchPacing
from core.services.conflicts import by_series, find_conflicts, queue_conflict_notices
from core.services.operators import queue_for_operators
from core.services.place_merge import MergedPlaces, merge_places
from core.services.timetable_import import ImportResult, RunReport, TimetableSnapshot

T = TypeVar("T")

ENTRIES = BatchLimits(100, 800, per_second=12_000)
"""Written or deleted per transaction: a hundred take a millisecond, for which bookings wait."""
SLOTS_PER_BATCH = 500
ROOMS = BatchLimits(1, 4, per_second=60)
"""Read into the read model per transaction: one takes three or four milliseconds, for which bookings wait."""
_BOOKINGS_PER_BATCH = 200
_MAX_SLOT_LENGTH = int(MAX_ENTRY_LENGTH.total_seconds())


class TimetableService:
    """Imports, rejects and accepts timetable runs.

    `bookable` are patterns of rooms that a source may make bookable; `operators` are usernames.
    """

    def __init__(
        self,
        storage: Storage,
        read_model: ReadModel,
        clock: Clock,
        bookable: Sequence[str] = (),
        operators: Collection[str] = (),
    ) -> None:
        self.operators = frozenset(operators)
        self._storage = storage
        self._read_model = read_model
        self._clock = clock
        self._bookable = bookable

    async def import_run(self, source: str, snapshot: TimetableSnapshot) -> ImportResult:
        """Imports a snapshot and makes it current, or rejects it for an operator if it has anomalies."""
        await self._publish_pending_changes(source)
        await self._write_relaxed(lambda unit: unit.timetable_runs.abandon(source))
        if snapshot.anomalies:
            return await self._reject(source, snapshot)
        places = await self._storage.read(lambda unit: self._places(unit, snapshot))
        has_run = await self._storage.read(lambda unit: unit.timetable_runs.current(source)) is not None
        is_unchanged = has_run and not snapshot.changed and not places.are_new
        if is_unchanged:
            await self._write_relaxed(lambda unit: self._record_success(unit, source, RunReport.of(snapshot)))
        else:
            await self._write_relaxed(
                lambda unit: unit.timetable_runs.stage_places(places.buildings, places.rooms)
            )
            run_id = await self._write(source, snapshot.slots, places.known)
            report = RunReport.of(snapshot)
            await self._switch(source, run_id, snapshot.changed, report, are_new=places.are_new)
        conflicts = await self._finish(source)
        return ImportResult(
            source,
            is_current=True,
            is_unchanged=is_unchanged,
            summary=snapshot.summary,
            problems=snapshot.problems,
            conflicts=conflicts,
        )

    async def accept(self, source: str, by: str) -> ImportResult:
        """Makes the rejected run of a source current; `NotFound` if there is none."""
        run = await self._storage.read(lambda unit: unit.timetable_runs.rejected(source))
        if run is None:
            raise NotFound(f"No timetable of {source} waits to be accepted.")
        report = RunReport.read(run.report)
        changed = await self._storage.read(lambda unit: _rooms_of_both(unit, run))
        await self._switch(source, run.id, changed, report, by=by)
        conflicts = await self._finish(source)
        return ImportResult(source, is_current=True, summary=report.summary, conflicts=conflicts)

    async def record_failure(self, source: str, error: str) -> None:
        """Records that a source could not be read; the last good run stays current."""
        now = self._clock.now()
        await self._write_relaxed(
            lambda unit: unit.sources.put(
                replace(unit.sources.get(source), last_attempt_at=now, last_error=error)
            )
        )

    async def last_good(self, source: str) -> tuple[SourceState, tuple[RoomId, ...]]:
        """The health of a source, and the rooms of its current run."""

        def transaction(unit: UnitOfWork) -> tuple[SourceState, tuple[RoomId, ...]]:
            run = unit.timetable_runs.current(source)
            rooms = RunReport.read(run.report).rooms if run is not None else ()
            return unit.sources.get(source), tuple(map(RoomId, rooms))

        return await self._storage.read(transaction)

    async def current_slots(self, source: str) -> AsyncIterator[list[TimetableSlot]]:
        """Yields the entries of the current run in slices."""
        run, after = await self._storage.read(lambda unit: unit.timetable_runs.current(source)), 0
        while run is not None:
            slots, after = await self._storage.read(partial(_read_slots, run.id, after))
            yield slots
            if not after:
                return

    def _places(self, unit: UnitOfWork, snapshot: TimetableSnapshot) -> MergedPlaces:
        buildings = {each.id: each for each in unit.rooms.buildings()}
        rooms = {each.id: each for each in unit.rooms.rooms()}
        return merge_places((snapshot.buildings, snapshot.rooms), buildings, rooms, self._bookable)

    async def _write(self, source: str, slots: Iterable[TimetableSlot], known: Collection[RoomId]) -> int:
        """Writes a run in slices, without the entries of unknown rooms; returns its id."""
        now = self._clock.now()
        run_id = await self._write_relaxed(lambda unit: unit.timetable_runs.begin(source, now))
        known_slots = (each for each in _split_long_slots(slots) if each.room_id in known)
        await self._write_in_batches(ENTRIES, known_slots, partial(_write_slots, run_id))
        return run_id

    async def _switch(
        self,
        source: str,
        run_id: int,
        changed: Collection[RoomId],
        report: RunReport,
        *,
        are_new: bool = False,
        by: str = "",
    ) -> None:
        """Makes a run current and records the pending invalidations, in one transaction."""
        pending = json.dumps({"rooms": sorted(changed), "places": are_new})

        def transaction(unit: UnitOfWork) -> None:
            unit.timetable_runs.switch(run_id, str(replace(report, fingerprints={})))
            unit.set_setting(_unpublished_key(source), pending)
            self._record_success(unit, source, report)
            if by:
                unit.audit(AuditEntry(self._clock.now(), by, "accept timetable", source, {"run": run_id}))

        await self._write_relaxed(transaction)
        await self._publish_pending_changes(source)

    def _record_success(self, unit: UnitOfWork, source: str, report: RunReport) -> None:
        now, state = self._clock.now(), unit.sources.get(source)
        pages = dict(report.fingerprints)
        good = replace(state, fingerprints=pages, last_good_at=now, last_attempt_at=now, last_error="")
        unit.sources.put(good)

    async def _publish_pending_changes(self, source: str) -> None:
        """Invalidates rooms in slices, and the catalogue last: new rooms appear with their timetables.

        After a crash all of the rooms are invalidated again.
        """
        pending = await self._storage.read(lambda unit: unit.setting(_unpublished_key(source)))
        if not pending:
            return
        await self._write_in_batches(ROOMS, json.loads(pending)["rooms"], _publish_rooms)
        await self._write_relaxed(partial(_publish_rest, source, pending))

    async def _finish(self, source: str) -> int:
        """Notifies holders of conflicting bookings and deletes old runs; returns the number of messages."""
        now, notified = self._clock.now(), 0
        conflicting: list[Booking] = []
        for bookings in _slices(list(self._read_model.bookings.values()), _BOOKINGS_PER_BATCH):
            conflicting += find_conflicts(self._read_model, bookings, source, now)
            await asyncio.sleep(0)
        for groups in _slices(by_series(conflicting), _BOOKINGS_PER_BATCH):
            notified += await self._notify_holders(list(chain.from_iterable(groups)), source)
        await self._purge()
        return notified

    async def _notify_holders(self, conflicting: list[Booking], source: str) -> int:
        now = self._clock.now()
        return await self._write_relaxed(lambda unit: queue_conflict_notices(unit, conflicting, source, now))

    async def _purge(self) -> None:
        pacing, size, deleted = BatchPacing(ENTRIES), 0, 0
        while deleted == size:
            size = pacing.size
            deleted = await self._write_with_pause(pacing, partial(_purge_entries, size))

    async def _reject(self, source: str, snapshot: TimetableSnapshot) -> ImportResult:
        """Writes the run for an operator to accept, without rooms that are not in the catalogue yet."""
        known = await self._storage.read(lambda unit: {each.id for each in unit.rooms.rooms()})
        unknown = {each.id for each in snapshot.rooms} - known
        run_id = await self._write(source, snapshot.slots, known)
        report = RunReport.of(snapshot).without_rooms(unknown)
        now, error = self._clock.now(), " ".join(snapshot.anomalies)

        def transaction(unit: UnitOfWork) -> None:
            unit.timetable_runs.reject(run_id, str(report))
            unit.sources.put(replace(unit.sources.get(source), last_attempt_at=now, last_error=error))
            current = unit.timetable_runs.current(source)
            current_run = current.id if current is not None else 0
            queue_for_operators(unit, self.operators, source, current_run, snapshot.anomalies, now)
            unit.webhooks.announce([timetable_refused(source, current_run, snapshot.anomalies, now)])

        await self._write_relaxed(transaction)
        await self._purge()
        return ImportResult(
            source,
            is_current=False,
            summary=snapshot.summary,
            anomalies=snapshot.anomalies,
            problems=snapshot.problems,
        )

    async def _write_in_batches(
        self, limits: BatchLimits, items: Iterable[T], write: Callable[[list[T], UnitOfWork], None]
    ) -> None:
        pacing, rest = BatchPacing(limits), iter(items)
        while batch := list(islice(rest, pacing.size)):
            await self._write_with_pause(pacing, partial(write, batch))

    async def _write_with_pause(self, pacing: BatchPacing, transaction: Callable[[UnitOfWork], T]) -> T:
        """Runs one of many transactions, and pauses."""
        began = perf_counter()
        result = await self._storage.write_relaxed(transaction)
        await asyncio.sleep(pacing.pause_after(began, perf_counter()))
        return result

    async def _write_relaxed(self, transaction: Callable[[UnitOfWork], T]) -> T:
        return await self._storage.write_relaxed(transaction)


def _read_slots(run_id: int, after: int, unit: UnitOfWork) -> tuple[list[TimetableSlot], int]:
    return unit.timetable_runs.slots(run_id, after, SLOTS_PER_BATCH)


def _write_slots(run_id: int, slots: list[TimetableSlot], unit: UnitOfWork) -> None:
    unit.timetable_runs.write(run_id, slots)


def _purge_entries(limit: int, unit: UnitOfWork) -> int:
    return unit.timetable_runs.purge(limit)


def _publish_rooms(rooms: list[str], unit: UnitOfWork) -> None:
    unit.timetable_runs.publish_room_changes(map(RoomId, rooms))


def _publish_rest(source: str, pending: str, unit: UnitOfWork) -> None:
    """Another process may have made a newer run current meanwhile, whose changes stay pending."""
    if json.loads(pending)["places"]:
        unit.timetable_runs.publish_catalogue_change()
    if unit.setting(_unpublished_key(source)) == pending:
        unit.set_setting(_unpublished_key(source), "")


def _unpublished_key(source: str) -> str:
    return f"timetable untold {source}"


def _rooms_of_both(unit: UnitOfWork, run: TimetableRun) -> set[RoomId]:
    current = unit.timetable_runs.current(run.source)
    return unit.timetable_runs.rooms_of(run.id) | (
        unit.timetable_runs.rooms_of(current.id) if current else set()
    )


def _split_long_slots(slots: Iterable[TimetableSlot]) -> Iterator[TimetableSlot]:
    """Splits long entries: their maximum length bounds searches for overlaps."""
    for slot in slots:
        if slot.end - slot.start <= _MAX_SLOT_LENGTH:
            yield slot
            continue
        for start in range(slot.start, slot.end, _MAX_SLOT_LENGTH):
            yield slot._replace(start=start, end=min(start + _MAX_SLOT_LENGTH, slot.end))


def _slices(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
