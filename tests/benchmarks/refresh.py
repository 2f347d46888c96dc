"""A refresh of 504 changed pages and 200,000 entries: its effect on concurrent bookings and the event loop.

A site in a process of its own is scraped, compared with the last good run, written, made current and
published, while one client books and another measures the delay of the event loop. Compared with no refresh;
on SQLite and PostgreSQL; in the process that books (`roomie run`), and in another (`--only worker`).
The site has the lowest priority, for it runs elsewhere otherwise.
"""

import asyncio
import gc
import multiprocessing
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec import Struct

from bot.config import SourceSection
from bot.runtime import event_loop
from bot.runtime.refresh import refresh
from core.interval import Interval
from core.model import BookingId, PersonId, RoomId, UserGroup
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from storage.factory import open_storage, upgrade
from tests.benchmarks.harness import Row
from tests.benchmarks.scrape import site_process
from tests.builders import NOW, a_building, a_person, a_room, at
from tests.databases import apart, run_sql
from tests.fakes.clock import StillClock
from tests.outbox.environment import create_services
from tests.postgres import PostgresServer

ROOMS, FEW_ROOMS = 504, 63
BOOKED_ROOMS, PEOPLE = 400, 100
MAX_DELAY = 100.0
"""Maximum milliseconds for which a refresh may block the event loop. Most of it is a full garbage
collection, which takes that long with a hundred thousand entries on the heap."""
MAX_SLOWDOWN = 3.0
QUIET_SECONDS = 4.0
OPTIONS = {"facilities": "off", "robots": "no", "per_second": "1000", "at_once": "8"}


class Felt(Struct, frozen=True):
    """Milliseconds: the worst delay of the loop, and of each booking, in order; and seconds."""

    delay: float
    times: tuple[float, ...]
    seconds: float

    def share(self, quantile: float) -> float:
        return self.times[int(len(self.times) * quantile)]

    def __add__(self, other: "Felt") -> "Felt":
        times = tuple(sorted(self.times + other.times))
        return Felt(max(self.delay, other.delay), times, self.seconds + other.seconds)

    def __str__(self) -> str:
        return (
            f"p50 {self.share(0.5):.1f}, p99 {self.share(0.99):.1f}, worst {self.times[-1]:.0f} ms; "
            f"loop {self.delay:.0f} ms; {self.seconds:.1f} s"
        )


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark is called
    count = FEW_ROOMS if quick else ROOMS
    with ExitStack() as stack:
        sites = [stack.enter_context(site_process(count, seed, is_elsewhere=True)) for seed in (504, 505)]
        databases = (
            ("SQLite", stack.enter_context(_sqlite())),
            ("PostgreSQL", stack.enter_context(_postgres())),
        )
        return [
            row
            for database, urls in databases
            for where in ("one process", "worker apart")
            for row in event_loop.run(
                _rows(f"{database}, {where}", next(urls), sites, where == "worker apart")
            )
        ]


@contextmanager
def _sqlite() -> Iterator[Iterator[str]]:
    with tempfile.TemporaryDirectory() as folder:
        yield (f"sqlite:///{Path(folder) / f'{number}.db'}" for number in range(9))


@contextmanager
def _postgres() -> Iterator[Iterator[str]]:
    server = PostgresServer(durable=True)
    server.start()
    try:
        yield (_new_database(server, f"refresh{number}") for number in range(9))
    finally:
        server.remove()


def _new_database(server: PostgresServer, name: str) -> str:
    apart(run_sql, server.url(), f"CREATE DATABASE {name}")
    return server.url(name)


async def _rows(name: str, url: str, sites: list[str], is_apart: bool) -> list[Row]:  # noqa: FBT001
    await upgrade(url)
    async with _open_services(url) as services, AsyncExitStack() as stack:
        people = await services.storage.write(_fill)
        read = await stack.enter_async_context(_reader(url)) if is_apart else _reads(services)
        gc.collect()
        gc.freeze()  # as the product does when it has started
        bench = _Bench(services, people)
        await bench.meanwhile(lambda: read(sites[0]))
        before = await bench.meanwhile(lambda: asyncio.sleep(QUIET_SECONDS))
        during = await bench.meanwhile(lambda: read(sites[1]))
        quiet = before + await bench.meanwhile(lambda: asyncio.sleep(QUIET_SECONDS))
    slowdown, delay = during.share(0.99) / quiet.share(0.99), during.delay
    return [
        Row(
            f"booking p99 to without: {name}",
            (slowdown,) * 3,
            MAX_SLOWDOWN,
            at_most=True,
            note=f"{during}; without {quiet}",
        ),
        Row(f"event loop's worst delay, ms: {name}", (delay,) * 3, MAX_DELAY, at_most=True),
    ]


@asynccontextmanager
async def _open_services(url: str) -> Any:
    clock = StillClock(NOW)
    storage = open_storage(url, ReadModel(), Rules(), clock)
    await storage.open()
    await storage.load()
    yield create_services(storage, Rules(), clock)
    await storage.close()


def _fill(unit: UnitOfWork) -> list[PersonId]:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(f"R-{n}") for n in range(BOOKED_ROOMS))
    return [unit.people.add(a_person(f"p{n}", UserGroup.STAFF), None).id for n in range(PEOPLE)]


Reads = Callable[[str], Awaitable[None]]
"""Refreshes from the site at an address: all its pages have changed."""


def _reads(services: Any) -> Reads:
    async def read(address: str) -> None:
        section = SourceSection(
            name="uni", kind="unsw_nss", url=address, year=NOW.year, allow_private=True, options=OPTIONS
        )
        found = await refresh(section, services)
        assert found.is_current, found
        assert not found.is_unchanged

    return read


@asynccontextmanager
async def _reader(url: str) -> Any:
    """Refreshes in a process of its own."""
    context = multiprocessing.get_context("spawn")
    line, far_end = context.Pipe()
    process = context.Process(target=_read_apart, args=(url, far_end))
    process.start()

    async def read(address: str) -> None:
        line.send(address)
        assert await asyncio.to_thread(line.recv) == address

    yield read
    line.send("")
    await asyncio.to_thread(process.join)


def _read_apart(url: str, line: Any) -> None:
    async def serve() -> None:
        async with _open_services(url) as services:
            while address := await asyncio.to_thread(line.recv):
                await _reads(services)(address)
                line.send(address)

    event_loop.run(serve())


class _Bench:
    def __init__(self, services: Any, people: Any) -> None:
        self._services, self._people = services, people
        self._booked = 0

    async def meanwhile(self, work: Callable[[], Awaitable[None]]) -> Felt:
        """Runs something, and books, synchronises and measures the loop until it is done."""
        delays: list[float] = []
        times: list[float] = []
        tasks = (self._watch(delays), self._book(times), self._synchronise())
        watchers = [asyncio.ensure_future(each) for each in tasks]
        began = perf_counter()
        await work()
        seconds = perf_counter() - began
        for each in watchers:
            each.cancel()
        for result in await asyncio.gather(*watchers, return_exceptions=True):
            assert isinstance(result, asyncio.CancelledError), result
        return Felt(max(delays), tuple(sorted(times)), seconds)

    async def _watch(self, delays: list[float]) -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(0.001)
            delays.append((perf_counter() - began) * 1000 - 1)

    async def _synchronise(self) -> None:
        """What requests do first: the read model of a process follows the changes of the others."""
        while True:
            await asyncio.sleep(0.005)
            if not self._services.storage.is_fresh():
                await self._services.storage.catch_up()

    async def _book(self, times: list[float]) -> None:
        """Sequential bookings in rooms that are not refreshed."""
        while True:
            number, self._booked = self._booked, self._booked + 1
            quarter, room = divmod(number, BOOKED_ROOMS)
            start = at("08:00", 1 + quarter // 48) + timedelta(minutes=15 * (quarter % 48))
            slot = Interval.of_length(start, timedelta(minutes=15))
            person = self._people[number % len(self._people)]
            request = BookRoom(BookingId(f"b{number}"), RoomId(f"R-{room}"), slot, person)
            began = perf_counter()
            await self._services.bookings.book(request)
            times.append((perf_counter() - began) * 1000)
            await asyncio.sleep(0.002)
