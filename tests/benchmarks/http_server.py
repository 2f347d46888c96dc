"""Servers in a separate process: the application as shipped, and bare handlers sending the same bytes.

It prints one line of JSON (ports, tokens, rooms) when both listen, and ends when its input does.
"""

import asyncio
import gc
import json
import logging
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot.login.passwords import Argon2Passwords, Cost
from bot.runtime import event_loop
from bot.runtime.logging_setup import LineFormatter, skip_unused_facts
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from core.interval import Interval
from core.model import (
    BookingType,
    Building,
    BuildingId,
    LoginToken,
    Person,
    PersonId,
    Room,
    RoomId,
    TimetableEntry,
    Usage,
    UserGroup,
)
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.accounts import Accounts, token_hash
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import open_storage, upgrade
from tests.benchmarks.orm_booking import orm_application
from tests.fakes.clock import StillClock

NOW = datetime(2026, 3, 11, 10, 20, tzinfo=UTC)
ROOMS, BUILDINGS, PEOPLE = 504, 63, 1_000
CASES = 40
SECRET = b"benchmark"
_HOUR = timedelta(hours=1)
_FIRST_HOUR, _LAST_HOUR = 8, 20


def generated_buildings() -> Iterator[Building]:
    for number in range(BUILDINGS):
        name = f"K-{chr(65 + number % 12)}{number}"
        yield Building(BuildingId(name), f"Building {number}", -33.9 - number / 1000, 151.2 + number / 1000)


def generated_rooms() -> Iterator[Room]:
    buildings, usages = [each.id for each in generated_buildings()], list(Usage)
    for number in range(ROOMS):
        building = buildings[number % BUILDINGS]
        usage = usages[number % len(usages)].value
        yield Room(
            RoomId(f"{building}-{100 + number}"),
            building,
            f"Room {number}",
            5 + number * 7 % 200,
            usage=usage,
        )


def generated_entries(count: int, weeks: int = 12) -> Iterator[TimetableEntry]:
    """Classes of an hour or two on the hour, spread over weekdays of some weeks."""
    rng = random.Random(504)
    rooms = [room.id for room in generated_rooms()]
    monday = (NOW - timedelta(days=NOW.weekday())).replace(hour=0, minute=0)
    for number in range(count):
        day = monday + timedelta(days=7 * rng.randrange(weeks) + rng.randrange(5))
        start = day + _HOUR * rng.randrange(_FIRST_HOUR, _LAST_HOUR)
        slot = Interval.of_length(start, _HOUR * rng.choice((1, 1, 2)))
        yield TimetableEntry(rooms[number % ROOMS], slot, f"CLASS{number % 400}", BookingType.CLASS)


def _fill(unit: UnitOfWork, entries: int, weeks: int) -> list[PersonId]:
    unit.rooms.put_buildings(generated_buildings())
    unit.rooms.put_rooms(generated_rooms())
    unit.timetable.add("bench", generated_entries(entries, weeks), int(NOW.timestamp()))
    return [unit.people.add(each, None).id for each in generated_people()]


def generated_people() -> Iterator[Person]:
    for number in range(1, PEOPLE + 1):
        name = f"p{number}"
        yield Person(PersonId(0), name, f"{name}@x.org", f"Person {number}", frozenset({UserGroup.STAFF}))


def login_of(person_id: int) -> LoginToken:
    return LoginToken(token_hash(token_of(person_id)), PersonId(person_id), NOW)


def token_of(person_id: int) -> str:
    return f"{person_id:040x}"


async def _log_in(services: Services, people: list[PersonId]) -> list[str]:
    """A token for each, all in one transaction."""

    def work(unit: UnitOfWork) -> None:
        for person_id in people:
            unit.tokens.add(login_of(person_id))

    await services.storage.write(work)
    return [token_of(person_id) for person_id in people]


async def _open(url: str, entries: int, weeks: int = 12) -> tuple[Services, list[PersonId]]:
    await upgrade(url)
    clock, rules, read_model = StillClock(NOW), Rules(), ReadModel()
    storage = open_storage(url, read_model, rules, clock)
    await storage.open()
    await storage.load()
    services = Services(
        storage,
        read_model,
        rules,
        clock,
        BookingService(storage, read_model, rules, clock),
        SocietyService(storage, rules, clock),
        Accounts(storage, read_model, Argon2Passwords(Cost(1, 8, 1)), rules, clock, SECRET),
    )
    return services, await storage.write(lambda unit: _fill(unit, entries, weeks))


def _bare() -> web.Application:
    """Handlers that only send bytes, set before by `PUT /<name>`."""
    bodies: dict[str, bytes] = {}
    app = web.Application(client_max_size=8 * 1024 * 1024)

    async def put(request: web.Request) -> web.Response:
        bodies[request.match_info["name"]] = await request.read()
        return web.Response()

    for number in range(CASES):
        name = f"case{number}"

        async def answer(_: web.Request, name: str = name) -> web.Response:
            return web.Response(body=bodies[name], content_type="application/json")

        app.router.add_get(f"/{name}", answer)

    async def book(request: web.Request) -> web.Response:
        form = await request.post()
        booking = json.dumps({"success": True, "booking_id": form["room_id"], "quota_left": 180})
        return web.Response(body=booking.encode(), content_type="application/json")

    app.router.add_post("/book", book)
    app.router.add_put("/{name}", put)
    return app


async def _run(entries: int, url: str, weeks: int) -> None:
    skip_unused_facts()
    log = logging.FileHandler("/dev/null")
    log.setFormatter(LineFormatter(as_json=True))
    logging.basicConfig(level=logging.INFO, handlers=[log])
    with tempfile.TemporaryDirectory() as folder:
        services, people = await _open(url or f"sqlite:///{folder}/roomie.db", entries, weeks)
        tokens = await _log_in(services, people)
        runner, address = await serve(
            create_application(services, HttpSettings(rate_limit=0)), "127.0.0.1", 0
        )
        others = [await _beside(_bare())]
        if not url and weeks == 12:
            others.append(await _beside(await orm_application(Path(f"{folder}/orm.db"), entries)))
        gc.freeze()
        ports = [int(address.rpartition(":")[2]), *(port for _, port in others)]
        sys.stdout.write(json.dumps({"ports": ports, "tokens": tokens}) + "\n")
        sys.stdout.flush()
        with suppress(OSError):
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await stop(runner)
        for other, _ in others:
            await other.cleanup()
        await services.storage.close()


async def _beside(app: web.Application) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, site.port


if __name__ == "__main__":
    run_loop = event_loop.run if sys.argv[2] == "shipped" else asyncio.run
    run_loop(_run(int(sys.argv[1]), sys.argv[3], int(sys.argv[4])))
