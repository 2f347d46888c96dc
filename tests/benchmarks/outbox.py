"""Ten thousand reminders due together: claimed and sent, compared with the bare SQL statements for it.

Both on SQLite with every commit on disk. The bare side claims, starts and completes as many rows per
batch as a worker; ours also composes each reminder and gives it to a platform that takes no time.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec.structs import replace

from bot.chat.reply import Reply
from bot.notifications import NOTIFICATION_TYPES
from bot.runtime import event_loop
from bot.worker.outbox import OutboxSender, OutboxSettings
from core.interval import Interval
from core.model import BookingId, Identity, NotificationPreferences, PersonId, RoomId, UserGroup
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from storage.factory import ManagedStorage, open_storage, upgrade
from tests.benchmarks.harness import Row, compare
from tests.builders import NOW, a_building, a_person, a_room, at
from tests.fakes.clock import StillClock
from tests.outbox.environment import create_services

_numbers = count()
DUE, FEW_DUE = 10_000, 1_000
PAIRS, FEW_PAIRS = 4, 2
BOOKINGS, FEW_BOOKINGS = 1_600, 480
CALLERS = 32
IN_HAND = 200
_CLAIM = """UPDATE outbox SET claimed_by = 'bare', claimed_until = ? WHERE id IN (
    SELECT id FROM outbox WHERE state < 2 AND due_at <= ? AND claimed_until IS NULL
    ORDER BY due_at LIMIT ?) RETURNING id, payload"""
_BEGIN = "UPDATE outbox SET state = 1, attempts = attempts + 1, claimed_at = ?, identity = ? WHERE id = ?"
_SETTLE = "UPDATE outbox SET state = 2, claimed_by = NULL, claimed_until = NULL WHERE id = ?"


class Nowhere:
    """A platform that accepts every message immediately."""

    name = "chat"

    async def run(self) -> None:
        await asyncio.Event().wait()

    def routes(self) -> Sequence[Any]:
        return ()

    async def health(self) -> Mapping[str, object]:
        return {"ok": True}

    async def send(self, to: Identity, reply: Reply, key: str) -> None:
        """Accepts it."""

    async def was_sent(self, to: Identity, key: str, since: datetime) -> bool:
        return False

    async def on_people_changed(self, people: Iterable[Identity]) -> None:
        """It has no pages."""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark is called
    pairs = FEW_PAIRS if quick else PAIRS
    due, bookings = (FEW_DUE, FEW_BOOKINGS) if quick else (DUE, BOOKINGS)
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.db"
        event_loop.run(_fill(full, due))
        return [
            compare(
                f"{due:,} reminders handed over, to bare statements",
                lambda: event_loop.run(_ours(_copy(full), due)),
                lambda: _bare(_copy(full), due),
                pairs,
            ),
            compare(
                f"bookings with a reminder, to without ({CALLERS} callers)",
                lambda: event_loop.run(_book(Path(folder), bookings, NotificationPreferences((30,)))),
                lambda: event_loop.run(_book(Path(folder), bookings, NotificationPreferences(()))),
                pairs,
                target=0.85,
            ),
        ]


def _copy(full: Path) -> Path:
    return Path(shutil.copy(full, full.with_name("copy.db")))


async def _fill(file: Path, due: int) -> None:
    """Bookings for tomorrow, each in its own room and with its reminder."""
    storage, services = await open_campus(file, StillClock(NOW))
    people = await storage.write(lambda unit: _fill(unit, due, due, NotificationPreferences()))
    slot = Interval.of_length(at("12:00", 1), timedelta(minutes=15))
    requests = (BookRoom(BookingId(f"b{n}"), RoomId(f"R-{n}"), slot, people[n]) for n in range(due))
    await asyncio.gather(*map(services.bookings.book, requests))
    await storage.close()


def _fill(unit: UnitOfWork, rooms: int, people: int, preferences: NotificationPreferences) -> list[PersonId]:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(f"R-{n}") for n in range(rooms))
    added = []
    for n in range(people):
        person = unit.people.add(replace(a_person(f"p{n}", UserGroup.STAFF), preferences=preferences), None)
        unit.people.link(person.id, Identity(f"chat:p{n}"))
        added.append(person.id)
    return added


async def open_campus(file: Path, clock: StillClock) -> tuple[ManagedStorage, Any]:
    url = f"sqlite:///{file}"
    await upgrade(url)
    storage = open_storage(url, ReadModel(), Rules(), clock)
    await storage.open()
    await storage.load()
    return storage, create_services(storage, Rules(), clock)


async def _ours(file: Path, due: int) -> float:
    """Reminders a second through a worker."""
    storage, services = await open_campus(file, StillClock(at("11:30", 1)))
    worker = OutboxSender(
        services,
        [Nowhere()],
        NOTIFICATION_TYPES,
        "ours",
        OutboxSettings(concurrency=IN_HAND, spacing=timedelta()),
    )
    began = perf_counter()
    await worker.deliver_due()
    took = perf_counter() - began
    assert worker.counts["sent"] == due, worker.counts
    await storage.close()
    return due / took


def _bare(file: Path, due: int) -> float:
    """Reminders a second through nothing but the driver."""
    now = int(at("11:30", 1).timestamp())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        began, done = perf_counter(), 0
        while rows := _in_one(connection, lambda: connection.execute(_CLAIM, (now, now, IN_HAND)).fetchall()):
            _in_one(
                connection, lambda rows=rows: connection.executemany(_BEGIN, [(now, "x", n) for n, _ in rows])
            )  # type: ignore[misc]
            _in_one(connection, lambda rows=rows: connection.executemany(_SETTLE, [(n,) for n, _ in rows]))  # type: ignore[misc]
            done += len(rows)
        took = perf_counter() - began
    assert done == due
    return due / took


def _in_one(connection: sqlite3.Connection, work: Callable[[], Any]) -> Any:
    connection.execute("BEGIN IMMEDIATE")
    result = work()
    connection.execute("COMMIT")
    return result


async def _book(folder: Path, bookings: int, preferences: NotificationPreferences) -> float:
    """Bookings per second by many callers, for people with these notification preferences."""
    file = folder / f"book-{next(_numbers)}.db"
    storage, services = await open_campus(file, StillClock(NOW))
    people = await storage.write(lambda unit: _fill(unit, 400, 400, preferences))

    async def caller(first: int) -> None:
        for n in range(first, bookings, CALLERS):
            day, quarter = divmod(n // 400, 40)
            slot = Interval.of_length(
                at("08:00", day + 1) + timedelta(minutes=15 * quarter), timedelta(minutes=15)
            )
            await services.bookings.book(
                BookRoom(BookingId(f"b{n}"), RoomId(f"R-{n % 400}"), slot, people[n % 400])
            )

    began = perf_counter()
    await _all(caller(first) for first in range(CALLERS))
    took = perf_counter() - began
    await storage.close()
    return bookings / took


async def _all(works: Iterable[Awaitable[None]]) -> None:
    await asyncio.gather(*works)
