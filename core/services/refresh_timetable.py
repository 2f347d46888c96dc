"""Taking in what a timetable source publishes: nobody reads half of it, and nobody waits for it.

A run is written in short works under a number that nobody reads, and one small work makes it current. A run
in doubt waits for an operator, while the last good one stays. Rooms whose timetable changed are told of in
slices afterwards; should a process die meanwhile, the next refresh goes on where it stopped.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeVar

from core.clock import Clock
from core.errors import NotFound
from core.model.entities import AuditEntry, Booking, RoomId
from core.model.timetable_run import Run, Slot, SourceState
from core.ports.storage import Storage, Unit
from core.read_model import Picture
from core.services.conflicts import clashes_of, queue_clashes
from core.services.import_facts import LONGEST_PIECE
from core.services.operators import queue_for_operators
from core.services.place_merge import Places, places_of
from core.services.timetable_import import Published, Refreshed, RunReport

T = TypeVar("T")

ENTRIES_AT_ONCE = 400
"""How many entries one work writes or forgets: a few milliseconds of the database's time."""
SLOTS_AT_ONCE = 500
ROOMS_AT_ONCE = 8
_BOOKINGS_AT_ONCE = 200
_PAUSE = 0.005
"""Seconds between two works of a refresh, for those who wait to book."""
_LONGEST_PIECE = int(LONGEST_PIECE.total_seconds())


class TimetableDesk:
    """Refreshes, refusals and acceptance. `bookable` are patterns of rooms that a source may open to booking;
    `operators` the usernames of those who look after timetables.
    """

    def __init__(
        self,
        storage: Storage,
        picture: Picture,
        clock: Clock,
        bookable: Sequence[str] = (),
        operators: Collection[str] = (),
    ) -> None:
        self.operators = frozenset(operators)
        self._storage = storage
        self._picture = picture
        self._clock = clock
        self._bookable = bookable

    async def take_in(self, source: str, published: Published) -> Refreshed:
        """Make current what a source publishes, or keep it for an operator when it is in doubt."""
        await self._tell_the_untold(source)
        await self._take(lambda unit: unit.runs.abandon(source))
        if published.doubts:
            return await self._refuse(source, published)
        places = await self._storage.read(lambda unit: self._places(unit, published))
        has_run = await self._storage.read(lambda unit: unit.runs.current(source)) is not None
        is_unchanged = has_run and not published.changed and not places.are_new
        if is_unchanged:
            await self._take(lambda unit: self._note_good(unit, source, RunReport.of(published)))
        else:
            await self._take(lambda unit: unit.runs.prepare_places(places.buildings, places.rooms))
            run_id = await self._write(source, published.slots, places.known)
            report = RunReport.of(published)
            await self._switch(source, run_id, published.changed, report, are_new=places.are_new)
        clashes = await self._finish(source)
        return Refreshed(
            source,
            is_current=True,
            is_unchanged=is_unchanged,
            summary=published.summary,
            problems=published.problems,
            clashes=clashes,
        )

    async def accept(self, source: str, by: str) -> Refreshed:
        """Make current the run that waits for an operator. `NotFound` when none does."""
        run = await self._storage.read(lambda unit: unit.runs.refused(source))
        if run is None:
            raise NotFound(f"No timetable of {source} waits to be accepted.")
        report = RunReport.read(run.report)
        changed = await self._storage.read(lambda unit: _rooms_of_both(unit, run))
        await self._switch(source, run.id, changed, report, by=by)
        clashes = await self._finish(source)
        return Refreshed(source, is_current=True, summary=report.summary, clashes=clashes)

    async def failed(self, source: str, trouble: str) -> None:
        """Note that a source could not be read; the last good run stays."""
        now = self._clock.now()
        await self._take(
            lambda unit: unit.sources.put(
                replace(unit.sources.get(source), last_tried_at=now, trouble=trouble)
            )
        )

    async def last_good(self, source: str) -> tuple[SourceState, tuple[RoomId, ...]]:
        """How a source is doing, and the rooms that its current run brought."""

        def work(unit: Unit) -> tuple[SourceState, tuple[RoomId, ...]]:
            run = unit.runs.current(source)
            rooms = RunReport.read(run.report).rooms if run is not None else ()
            return unit.sources.get(source), tuple(map(RoomId, rooms))

        return await self._storage.read(work)

    async def current_slots(self, source: str) -> AsyncIterator[list[Slot]]:
        """The entries of the current run, in slices."""
        run, after = await self._storage.read(lambda unit: unit.runs.current(source)), 0
        while run is not None:
            slots, after = await self._storage.read(partial(_some_slots, run.id, after))
            yield slots
            if not after:
                return

    def _places(self, unit: Unit, published: Published) -> Places:
        buildings = {each.id: each for each in unit.rooms.buildings()}
        rooms = {each.id: each for each in unit.rooms.rooms()}
        return places_of((published.buildings, published.rooms), buildings, rooms, self._bookable)

    # A run

    async def _write(self, source: str, slots: Iterable[Slot], known: Collection[RoomId]) -> int:
        """Entries of rooms that nobody knows are left out."""
        now = self._clock.now()
        run_id = await self._take(lambda unit: unit.runs.begin(source, now))
        for part in _slices((each for each in _pieces(slots) if each.room_id in known), ENTRIES_AT_ONCE):
            await self._gently(partial(_write_some, run_id, part))
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
        """The one small work that makes a run current, and notes whom it has to be told."""
        untold = json.dumps({"rooms": sorted(changed), "places": are_new})

        def work(unit: Unit) -> None:
            unit.runs.switch(run_id, str(replace(report, fingerprints={})))
            unit.set_setting(_untold(source), untold)
            self._note_good(unit, source, report)
            if by:
                unit.audit(AuditEntry(self._clock.now(), by, "accept timetable", source, {"run": run_id}))

        await self._take(work)
        await self._tell_the_untold(source)

    def _note_good(self, unit: Unit, source: str, report: RunReport) -> None:
        now, state = self._clock.now(), unit.sources.get(source)
        pages = dict(report.fingerprints)
        good = replace(state, fingerprints=pages, last_good_at=now, last_tried_at=now, trouble="")
        unit.sources.put(good)

    async def _tell_the_untold(self, source: str) -> None:
        """Rooms by slices, so that nobody waits for all; new places once their timetables are known."""
        while await self._gently(lambda unit: _tell_some(unit, source)):
            pass

    async def _finish(self, source: str) -> int:
        """Tell whom a class took their room from; how many were not told yet. Forget what was replaced."""
        now, told = self._clock.now(), 0
        for bookings in _slices(list(self._picture.bookings.values()), _BOOKINGS_AT_ONCE):
            clashing = list(clashes_of(self._picture, bookings, source, now))
            if clashing:
                told += await self._tell_holders(clashing, source)
            await asyncio.sleep(0)
        await self._purge()
        return told

    async def _tell_holders(self, clashing: list[Booking], source: str) -> int:
        now = self._clock.now()
        return await self._take(lambda unit: queue_clashes(unit, clashing, source, now))

    async def _purge(self) -> None:
        while await self._gently(lambda unit: unit.runs.purge(ENTRIES_AT_ONCE)) == ENTRIES_AT_ONCE:
            pass

    # A run in doubt

    async def _refuse(self, source: str, published: Published) -> Refreshed:
        """Written like any other, for whoever accepts it; rooms that it alone knows come with the next."""
        known = await self._storage.read(lambda unit: {each.id for each in unit.rooms.rooms()})
        strange = {each.id for each in published.rooms} - known
        run_id = await self._write(source, published.slots, known)
        report = RunReport.of(published).without_rooms(strange)
        now, trouble = self._clock.now(), " ".join(published.doubts)

        def work(unit: Unit) -> None:
            unit.runs.refuse(run_id, str(report))
            unit.sources.put(replace(unit.sources.get(source), last_tried_at=now, trouble=trouble))
            current = unit.runs.current(source)
            beside = current.id if current is not None else 0
            queue_for_operators(unit, self.operators, source, beside, published.doubts, now)

        await self._take(work)
        await self._purge()
        return Refreshed(
            source,
            is_current=False,
            summary=published.summary,
            doubts=published.doubts,
            problems=published.problems,
        )

    async def _gently(self, work: Callable[[Unit], T]) -> T:
        """One of many works, with a pause after it."""
        result = await self._storage.take(work)
        await asyncio.sleep(_PAUSE)
        return result

    async def _take(self, work: Callable[[Unit], T]) -> T:
        return await self._storage.take(work)


def _some_slots(run_id: int, after: int, unit: Unit) -> tuple[list[Slot], int]:
    return unit.runs.slots(run_id, after, SLOTS_AT_ONCE)


def _write_some(run_id: int, slots: list[Slot], unit: Unit) -> None:
    unit.runs.write(run_id, slots)


def _tell_some(unit: Unit, source: str) -> bool:
    """Tell of a few rooms; whether there may be more to tell."""
    noted = unit.setting(_untold(source))
    if not noted:
        return False
    untold = json.loads(noted)
    rooms, later = untold["rooms"][:ROOMS_AT_ONCE], untold["rooms"][ROOMS_AT_ONCE:]
    unit.runs.tell_of_rooms(rooms)
    if not later and untold["places"]:
        unit.runs.tell_of_places()
    unit.set_setting(_untold(source), json.dumps(untold | {"rooms": later}) if later else "")
    return bool(later)


def _untold(source: str) -> str:
    return f"timetable untold {source}"


def _rooms_of_both(unit: Unit, run: Run) -> set[RoomId]:
    current = unit.runs.current(run.source)
    return unit.runs.rooms_of(run.id) | (unit.runs.rooms_of(current.id) if current else set())


def _pieces(slots: Iterable[Slot]) -> Iterator[Slot]:
    """Those too long to be looked up quickly are cut."""
    for slot in slots:
        start = slot.start
        while slot.end - start > _LONGEST_PIECE:
            yield slot._replace(start=start, end=start + _LONGEST_PIECE)
            start += _LONGEST_PIECE
        yield slot._replace(start=start) if start != slot.start else slot


def _slices(items: Iterable[T], most: int) -> Iterator[list[T]]:
    waiting = iter(items)
    while part := list(islice(waiting, most)):
        yield part
