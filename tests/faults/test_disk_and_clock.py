"""Machine faults: stepped clock, full disk, killed process."""

import asyncio
import resource
import signal
import sys
from time import perf_counter

import pytest
from aiohttp import ClientSession

from core.errors import Unavailable
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from storage.factory import open_storage
from tests.builders import a_slot
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.faults.load import ROOMS, LoadGenerator, check_bookings
from tests.faults.processes import Fleet, Process

CLIENTS = 40

_A_PAGE = 4096
"""Bytes. Not even the first frame of a write-ahead log fits, wherever the log begins anew."""


async def test_of_two_processes_on_one_file_clocks_may_be_stepped_and_either_be_killed(
    fleet: Fleet, session: ClientSession, database_url: str
):
    """No booking moves, nobody is charged twice, and the other process continues."""
    here, there = await fleet.start("web", "web", module="tests.faults.stepping")
    load = LoadGenerator(session, lambda: [web.address for web in (here, there) if web.is_running])
    running = asyncio.ensure_future(load.go(CLIENTS, 6, seconds=2.0))

    for process, step in (
        (here, signal.SIGUSR1),
        (there, signal.SIGUSR2),
        (here, signal.SIGUSR2),
        (there, signal.SIGUSR1),
        (there, signal.SIGUSR1),
    ):
        await asyncio.sleep(0.3)
        process.signal(step)
    assert not load.log.unanswered
    await here.kill()
    log = await running

    await check_bookings(database_url, log)
    assert not log.refusals["unavailable"]
    assert await there.is_ready(session)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a running process can be given a limit")
async def test_a_full_disk_is_reported_and_recovered_from_when_there_is_space_again(
    fleet: Fleet, session: ClientSession, database_url: str
):
    [web] = await fleet.start("web")
    load = LoadGenerator(session, lambda: [web.address])
    running = asyncio.ensure_future(load.go(CLIENTS, 6, seconds=4.0))
    await _until(lambda: len(load.log.at) > CLIENTS)

    _leave_room(web, _A_PAGE)
    await _until(lambda: load.log.refusals["unavailable"] > 3)
    await asyncio.sleep(1.1)  # /readyz answers from a probe of the last second
    assert not await web.is_ready(session)
    async with session.get(f"{web.address}/api/rooms") as answer:
        assert answer.status == 200
    _leave_room(web, resource.RLIM_INFINITY)
    took = await web.ready(session)
    log = await running

    print(f"well again after {took:.1f} s, {dict(log.refusals)}")  # noqa: T201 - measured
    await check_bookings(database_url, log)
    assert not log.unanswered
    assert await ask(database_url, "PRAGMA integrity_check") == "ok"


def _leave_room(process: Process, size: int) -> None:
    """Limits the size of the process's files (RLIMIT_FSIZE)."""
    resource.prlimit(process.id, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


async def _until(so) -> None:
    began = perf_counter()
    while not so():
        assert perf_counter() - began < 30
        await asyncio.sleep(0.02)


async def test_when_sqlite_finds_the_disk_full_it_is_reported_and_nothing_is_half_done(
    database_url: str, rules: Rules, clock: StillClock
):
    storage = open_storage(database_url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()
    services = BookingService(storage, storage.read_model, rules, clock)
    last = max(storage.read_model.directory.people)
    _grow_to(storage, int(str(await ask(database_url, "PRAGMA page_count"))))

    with pytest.raises(Unavailable, match="disk is full: nothing was changed"):
        await _book_every_room(services)
    _grow_to(storage, 1_000_000)
    made = await services.book(BookRoom(new_booking_id(), ROOMS[-1], a_slot("19:00", 60), last))

    stored = await storage.read(lambda unit: unit.bookings.get(made.booking.id))
    await storage.close()
    assert stored == made.booking
    assert await ask(database_url, "SELECT count(*) FROM booking") == await ask(
        database_url, "SELECT count(*) FROM charge"
    )


async def _book_every_room(services: BookingService) -> None:
    for number, person in enumerate(sorted(services._read_model.directory.people)):
        slot, room = a_slot(f"{11 + number % 8}:00", 60), ROOMS[number // 8 % len(ROOMS)]
        await services.book(BookRoom(new_booking_id(), room, slot, person, notes="x" * 2000))


def _grow_to(storage, pages: int) -> None:
    storage._engine._driver.execute(f"PRAGMA max_page_count={pages}").fetchall()
