"""The waiting list: booking a room that 1,000 people wait for, and finding out whom to offer what."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from msgspec.structs import replace

from bot.runtime import event_loop
from core.catalogue import RoomQuery
from core.clock import ShiftedClock, SystemClock
from core.interval import Interval
from core.model import PersonId, RoomId, UserGroup, Wait, WaitId
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from core.services.waiting import WaitingService, WaitRequest
from storage.factory import ManagedStorage, open_storage
from tests.benchmarks.harness import Row, compare, quartiles
from tests.benchmarks.world import campus, filled_file
from tests.builders import a_person, a_room

WAITING = 1_000
_WANTED, _QUIET = RoomId("WANTED"), RoomId("QUIET")
_BOOKINGS = 20
"""In one round, in each of the two rooms in turn; the median counts."""
_MAX_LINE_MS = 100.0


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    """Rows for decisions and for the line."""
    rounds = 8 if quick else 40
    with tempfile.TemporaryDirectory() as folder:
        return event_loop.run(_rows(filled_file(Path(folder) / "roomie.db", entries=20_000), rounds))


async def _rows(path: Path, rounds: int) -> list[Row]:
    bench = await _Bench.open(path)
    pairs = [await bench.round() for _ in range(rounds)]
    lines = [await bench.line() for _ in range(rounds)]
    await bench.storage.close()
    ours, theirs = iter([one for one, _ in pairs]), iter([other for _, other in pairs])
    return [
        compare(
            f"booking a room with {WAITING:,} people in line: time against none",
            lambda: next(ours) * 1e6,
            lambda: next(theirs) * 1e6,
            rounds,
            target=1.3,
            at_most=True,
            unit=" µs",
        ),
        Row(
            f"reading a line of {WAITING:,} that nothing is free for: CPU against {_MAX_LINE_MS:g} ms",
            quartiles([each * 1e3 / _MAX_LINE_MS for each in lines]),
            1,
            at_most=True,
            note=f"{sorted(lines)[len(lines) // 2] * 1e3:.1f} ms",
        ),
    ]


class _Bench:
    """Two rooms; in one of them somebody has the slot that 1,000 others wait for."""

    def __init__(self, storage: ManagedStorage, clock: ShiftedClock, people: list[PersonId]) -> None:
        rules = replace(Rules(), staff_horizon=300)
        self.storage, self._booker = storage, people[0]
        self._first = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)
        self._bookings = BookingService(storage, storage.read_model, rules, clock)
        self._waiting = WaitingService(storage, storage.read_model, rules, clock, self._bookings)
        self._slots = _slots(self._first + timedelta(days=1))

    @classmethod
    async def open(cls, path: Path) -> "_Bench":
        clock = ShiftedClock(_next_monday())
        storage = open_storage(f"sqlite:///{path}", ReadModel(), Rules(), clock)
        await storage.open()
        await storage.load()
        bench = cls(storage, clock, await storage.write(_fill))
        await bench.fill_line(clock.now())
        return bench

    async def fill_line(self, now: datetime) -> None:
        slot = Interval.of_length(self._first, timedelta(hours=2))
        await self._book(_WANTED, slot)
        people = sorted(self.storage.read_model.directory.people)[-WAITING:]
        await self._waiting.ask(WaitRequest(people[0], slot, RoomQuery(room=_WANTED)))

        def fill(unit: UnitOfWork) -> None:
            for person_id in people[1:]:
                unit.waits.add(Wait(WaitId(0), person_id, slot, now, _WANTED))

        await self.storage.write(fill)

    async def round(self) -> tuple[float, float]:
        """Median seconds of a booking in each room, in turn, at the same times."""
        wanted, quiet = list[float](), list[float]()
        for _ in range(_BOOKINGS):
            slot = next(self._slots)
            wanted.append(await self._book(_WANTED, slot))
            quiet.append(await self._book(_QUIET, slot))
        return sorted(wanted)[_BOOKINGS // 2], sorted(quiet)[_BOOKINGS // 2]

    async def _book(self, room_id: RoomId, slot: Interval) -> float:
        begin = perf_counter()
        await self._bookings.book(BookRoom(new_booking_id(), room_id, slot, self._booker))
        return perf_counter() - begin

    async def line(self) -> float:
        begin = process_time()
        assert await self._waiting.make_offers() == 0
        return process_time() - begin


def _fill(unit: UnitOfWork) -> list[PersonId]:
    building = campus()[0][0]
    unit.rooms.put_rooms([a_room(_WANTED, building.id), a_room(_QUIET, building.id)])
    groups = [UserGroup.STAFF, *[UserGroup.STUDENT] * WAITING]
    return [unit.people.add(a_person(f"w{place}", group), None).id for place, group in enumerate(groups)]


def _slots(first: datetime) -> Iterator[Interval]:
    """Quarters of an hour, from the first on, day after day."""
    for day in range(280):
        for quarter in range(36):
            start = first + timedelta(days=day, minutes=15 * quarter)
            yield Interval.of_length(start, timedelta(minutes=15))


def _next_monday() -> datetime:
    now = SystemClock().now()
    day = now + timedelta(days=(0 - now.weekday()) % 7 or 7)
    return day.replace(hour=7, minute=20, second=0, microsecond=0)
