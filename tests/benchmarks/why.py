"""Explanations among 100,000 audit rows: the time of each against its limit of 50 ms; usage of a term."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bot.explaining import Explanations
from bot.services import Services
from bot.usage import UsageService
from bot.usage.periods import Period
from core.clock import SystemClock
from core.model import Booking, BookingId
from core.policy.disclosure import Viewer
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.services.administration import Administrator
from tests.benchmarks.harness import Row, quartiles
from tests.benchmarks.world import campus, filled_file
from tests.builders import a_person
from tests.sample_services import create_services

BOOKINGS = 50_000
"""Two audit rows each."""
_LIMIT_MS = 50.0
_PEOPLE = 500
_HOUR, _DAY = 3600, 24 * 3600
_AGO = 90
"""Days before now on which the bookings begin."""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    """One row for each kind of explanation, and one for usage figures."""
    rounds = 10 if quick else 50
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_rows(filled_file(Path(folder) / "roomie.db", entries=20_000), rounds))


async def _rows(path: Path, rounds: int) -> list[Row]:
    services = create_services(f"sqlite:///{path}", SystemClock(), Rules())
    await services.storage.open()
    await services.storage.load()
    await services.storage.write(_add_people)
    _fill(path, int(services.clock.now().timestamp()))
    await services.storage.reload()
    booking = await services.storage.read(lambda unit: unit.bookings.get(_id(BOOKINGS // 2)))
    assert booking is not None
    rows = [await _row(what, explain, rounds) for what, explain in _explanations(services, booking)]
    rows.append(await _usage(services))
    await services.storage.close()
    return rows


def _add_people(unit: UnitOfWork) -> None:
    for number in range(_PEOPLE):
        unit.people.add(a_person(f"person-{number}"), None)


def _fill(path: Path, now: int) -> None:
    """A booking a day in each room, each with its audit rows and charge."""
    rooms = [each.id for each in campus()[1]]
    begin = now - now % _DAY - _AGO * _DAY + 9 * _HOUR
    with sqlite3.connect(path) as connection:
        for number in range(BOOKINGS):
            start, person = begin + number // len(rooms) * _DAY, 1 + number % _PEOPLE
            booking = _id(number)
            connection.execute(
                'INSERT INTO booking (id, room_id, start, "end", booked_by, created_at, title, notes, state,'
                " version) VALUES (?, ?, ?, ?, ?, ?, '', '', 1, 1)",
                (booking, rooms[number % len(rooms)], start, start + _HOUR, person, start - _DAY),
            )
            entries = [(start - _DAY, f"person:{person}", each, booking) for each in ("book", "check in")]
            connection.executemany(
                "INSERT INTO audit (at, actor, action, subject, details) VALUES (?, ?, ?, ?, '')", entries
            )
            connection.execute(
                "INSERT INTO charge (person_id, booking_id, week, minutes, at) VALUES (?, ?, 0, 60, ?)",
                (person, booking, start - _DAY),
            )
    connection.close()


def _id(number: int) -> BookingId:
    return BookingId(f"{number * 85_899:08x}-0000-4000-8000-{number:012x}")


def _explanations(services: Services, booking: Booking) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    explanations, admin, owner = Explanations(services), Administrator(), Viewer(booking.booked_by)
    room = services.read_model.catalogue.rooms[booking.room_id]
    return [
        ("why BOOKING, for its owner", lambda: explanations.booking(booking.id[:8], owner)),
        ("why BOOKING, for an administrator", lambda: explanations.any_booking(booking.id, admin)),
        ("why ROOM WHEN", lambda: explanations.room(room, booking.interval, admin)),
        ("who USER", lambda: explanations.person("person-7", admin)),
    ]


async def _row(what: str, explain: Callable[[], Awaitable[object]], rounds: int) -> Row:
    took = []
    for _ in range(rounds):
        began = perf_counter()
        await explain()
        took.append((perf_counter() - began) * 1e3)
    note = f"{sorted(took)[len(took) // 2]:.1f} ms"
    ratios = quartiles([each / _LIMIT_MS for each in took])
    return Row(f"{what}: time against {_LIMIT_MS:g} ms", ratios, 1, at_most=True, note=note)


async def _usage(services: Services) -> Row:
    today = services.clock.now().date()
    period = Period("quarter", today - timedelta(days=_AGO), today)
    began = perf_counter()
    figures = await UsageService(services).figures(Administrator(), period)
    seconds = perf_counter() - began
    note = f"{seconds:.1f} s for {figures.booked.number:,} bookings"
    return Row("usage of a quarter: against 10 s", (seconds / 10,) * 3, 1, at_most=True, note=note)
