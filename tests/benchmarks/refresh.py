"""A timetable refresh of 504 rooms and 100,000 entries: its effect on concurrent bookings and the event loop.

Parsing pages is measured in `scrape`; here a scrape result is compared, written, made current and published,
while one client books and another measures the delay of the event loop. Compared with no refresh.
"""

import asyncio
import gc
import tempfile
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.runtime import event_loop
from core.interval import Interval
from core.model import BookingId, BookingType, RoomId, UserGroup
from core.ports import UnitOfWork
from core.services.book_room import BookRoom
from scraper.common.entries import EntryCollection
from scraper.common.entries import EntryGroup as EntryGroup
from scraper.common.worker_process import ParsingProcess
from scraper.model import ScrapeResult
from scraper.pipeline import LastGoodRun, compare_with_last_good
from tests.benchmarks.harness import Row
from tests.benchmarks.outbox import open_campus
from tests.builders import NOW, a_building, a_person, a_room, at
from tests.fakes.clock import StillClock

ROOMS, FEW_ROOMS = 504, 63
ENTRIES_A_ROOM = 200
MAX_DELAY = 100.0
"""Maximum milliseconds for which a refresh may block the event loop. Most of it is a full garbage
collection, which takes that long with a hundred thousand entries on the heap."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Felt:
    """Milliseconds: the worst delay of the loop, bookings' median, 99th percentile and worst; and seconds."""

    delay: float
    median: float
    p99: float
    worst: float
    seconds: float


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark is called
    rooms = FEW_ROOMS if quick else ROOMS
    with tempfile.TemporaryDirectory() as folder:
        quiet, first, second = event_loop.run(_felt(Path(folder) / "refresh.db", rooms))
    return [
        _row("event loop's worst delay, ms, first refresh", first.delay, MAX_DELAY, first),
        _row("event loop's worst delay, ms, all rooms changed", second.delay, MAX_DELAY, second),
        _row("booking p99 during a refresh, to without", second.p99 / quiet.p99, None, second),
        _row("booking p99 without a refresh, ms", quiet.p99, None, quiet),
    ]


def _row(name: str, figure: float, target: float | None, felt: Felt) -> Row:
    note = (
        f"bookings p50 {felt.median:.1f}, p99 {felt.p99:.1f}, worst {felt.worst:.0f} ms; "
        f"loop {felt.delay:.0f} ms; took {felt.seconds:.1f} s"
    )
    return Row(name, (figure,) * 3, target, at_most=target is not None, note=note)


async def _felt(file: Path, rooms: int) -> tuple[Felt, Felt, Felt]:
    storage, services = await open_campus(file, StillClock(NOW))
    person = await storage.write(lambda unit: _fill(unit, rooms))
    gc.collect()
    gc.freeze()  # what the bench itself has made is not the product's to collect
    bench = _Bench(services, person, rooms)
    quiet = await bench.meanwhile(lambda: asyncio.sleep(5))
    first = await bench.meanwhile(lambda: bench.refresh(0))
    second = await bench.meanwhile(lambda: bench.refresh(HOUR // 2))
    await storage.close()
    return quiet, first, second


def _fill(unit: UnitOfWork, rooms: int) -> Any:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(f"R-{n}") for n in range(rooms + 400))
    return [unit.people.add(a_person(f"p{n}", UserGroup.STAFF), None).id for n in range(100)]


class _Bench:
    def __init__(self, services: Any, people: Any, rooms: int) -> None:
        self._services, self._people, self._rooms = services, people, rooms
        self._booked = 0

    async def refresh(self, shift: int) -> None:
        """All entries of all rooms change."""
        last_good = LastGoodRun("bench")
        async for slots in self._services.timetables.current_slots("bench"):
            last_good.add_slots(slots)
        known = set(self._services.read_model.catalogue.rooms)
        found = await asyncio.to_thread(self._scrape_result, shift)
        async with ParsingProcess() as apart:
            published = await compare_with_last_good(found, last_good.timetable, known, NOW, apart)
        await self._services.timetables.import_run("bench", published)

    def _scrape_result(self, shift: int) -> ScrapeResult:
        """Four lessons a day on fifty days for each room."""
        groups = []
        for room in range(self._rooms):
            for lesson in range(4):
                times = array("q")
                for day in range(ENTRIES_A_ROOM // 4):
                    start = int(at("09:00", day).timestamp()) + lesson * 2 * HOUR + shift
                    times.extend((start, start + HOUR))
                groups.append(EntryGroup(RoomId(f"R-{room}"), f"COURSE{lesson}", BookingType.CLASS, times))
        return ScrapeResult(entries=EntryCollection(groups, "bench"), page_count=self._rooms)

    async def meanwhile(self, work: Callable[[], Awaitable[None]]) -> Felt:
        """Runs something, and books and measures the loop until it is done."""
        delays: list[float] = []
        times: list[float] = []
        watchers = [asyncio.ensure_future(self._watch(delays)), asyncio.ensure_future(self._book(times))]
        began = perf_counter()
        await work()
        seconds = perf_counter() - began
        for each in watchers:
            each.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        times.sort()
        return Felt(max(delays), times[len(times) // 2], times[int(len(times) * 0.99)], times[-1], seconds)

    async def _watch(self, delays: list[float]) -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(0.001)
            delays.append((perf_counter() - began) * 1000 - 1)

    async def _book(self, times: list[float]) -> None:
        """Sequential bookings in rooms that are not refreshed."""
        while True:
            number, self._booked = self._booked, self._booked + 1
            quarter, room = divmod(number, 400)
            start = at("08:00", 1 + quarter // 48) + timedelta(minutes=15 * (quarter % 48))
            slot = Interval.of_length(start, timedelta(minutes=15))
            person = self._people[number % len(self._people)]
            request = BookRoom(BookingId(f"b{number}"), RoomId(f"R-{self._rooms + room}"), slot, person)
            began = perf_counter()
            await self._services.bookings.book(request)
            times.append((perf_counter() - began) * 1000)
            await asyncio.sleep(0.002)
