"""Durable bookings per second on PostgreSQL, 32 callers: batches, one statement each, one transaction each.

The bare statement checks for an overlap and inserts the booking, nothing more; the transaction does the whole
booking (look-ups, rules, booking, audit, change log) through async SQLAlchemy, as one would write it first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import count
from time import perf_counter

import asyncpg
from msgspec import Struct
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from core.interval import Interval
from core.model import PersonId, RoomId, TimetableEntry, busy_for
from core.policy.rules import Rules
from core.ports import Facts, UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom, booking_keys, decide_booking
from core.services.bookings import BookingService, new_booking_id
from storage.campus_columns import to_room
from storage.factory import ManagedStorage, open_storage, upgrade
from storage.mapping import audit_values, booking_values, charge_values, seconds
from storage.postgres.locks import lock_number
from storage.tables import audit, booking, change, charge, room
from storage.unit_of_work import SqlUnitOfWork
from tests.benchmarks.harness import Row, compare
from tests.builders import NOW, a_building, a_person, a_room, a_slot, an_entry, at
from tests.fakes.clock import StillClock
from tests.postgres import PostgresServer

CALLERS = 32
ROOMS = [RoomId(f"K-J17-{number}") for number in range(504)]
POOL = 16
ENTRIES, PEOPLE = 20_000, 4_000
RULES = Rules(weekly_quota=10**9, student_horizon=90)
PAIRS, FEW_PAIRS = 6, 2
SLICE, SHORT_SLICE = 1.0, 0.5

Book = Callable[[BookRoom], Awaitable[object]]

_ONE_STATEMENT = """
INSERT INTO booking (id, room_id, start, "end", booked_by, created_at, title, notes, state, version)
SELECT $1, $2, $3, $4, $5, $6, '', '', 1, 1
WHERE NOT EXISTS (SELECT FROM booking WHERE room_id = $2 AND state = 1 AND start < $4 AND "end" > $3
    AND start > $3::bigint - 172800)
RETURNING id
"""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - every benchmark is called so
    server = PostgresServer(durable=True)
    server.start()
    try:
        with asyncio.Runner() as runner:
            return _rows(runner, server, quick=quick)
    finally:
        server.remove()


def _rows(runner: asyncio.Runner, server: PostgresServer, *, quick: bool) -> list[Row]:
    sides = Sides(runner, *runner.run(_filled(server)), SHORT_SLICE if quick else SLICE)
    pairs = FEW_PAIRS if quick else PAIRS
    try:
        for side in (sides.batched, sides.one_statement, sides.transaction_each):
            side()
        return [
            compare(
                "bookings, to one bare statement each", sides.batched, sides.one_statement, pairs, target=1.0
            ),
            compare("to a whole transaction each", sides.batched, sides.transaction_each, pairs, target=4),
            compare("one caller, to one bare statement each", sides.alone, sides.one_statement_alone, pairs),
        ]
    finally:
        runner.run(sides.close())


class Sides(Struct, frozen=True):
    """Ways to book, each measured over one slice; `requests` never name a slot twice."""

    runner: asyncio.Runner
    storage: ManagedStorage
    pool: asyncpg.Pool
    engine: AsyncEngine
    requests: Iterator[BookRoom]
    seconds: float

    def batched(self) -> float:
        return self._rate(self._services().book, CALLERS)

    def alone(self) -> float:
        return self._rate(self._services().book, 1)

    def one_statement(self) -> float:
        return self._rate(self._insert, CALLERS)

    def one_statement_alone(self) -> float:
        return self._rate(self._insert, 1)

    def transaction_each(self) -> float:
        return self._rate(self._transact, CALLERS)

    async def close(self) -> None:
        await self.storage.close()
        await self.pool.close()
        await self.engine.dispose()

    def _services(self) -> BookingService:
        return BookingService(self.storage, self.storage.read_model, RULES, StillClock(NOW))

    def _rate(self, book: Book, callers: int) -> float:
        return self.runner.run(_rate(book, self.requests, callers, self.seconds))

    async def _insert(self, request: BookRoom) -> None:
        start, end = seconds(request.slot.start), seconds(request.slot.end)
        made = await self.pool.fetchval(
            _ONE_STATEMENT, request.booking_id, request.room_id, start, end, request.by, seconds(NOW)
        )
        if made is None:
            raise RuntimeError("every slot should be free")

    async def _transact(self, request: BookRoom) -> None:
        async with self.engine.begin() as connection:
            lock = {"room": lock_number("room", request.room_id)}
            await connection.execute(text("SELECT pg_advisory_xact_lock(:room)"), lock)
            facts = await connection.run_sync(_facts, request)
            record = decide_booking(facts, request, RULES, NOW).writes
            if record is None or record.insert is None or record.audit is None or record.charge is None:
                raise RuntimeError("every slot should be free")
            await connection.execute(insert(booking).values(booking_values(record.insert)))
            await connection.execute(insert(charge).values(charge_values(record.charge)))
            await connection.execute(insert(audit).values(audit_values(record.audit)))
            row = {"origin": "elsewhere", "kind": "room", "key": request.room_id, "at": seconds(NOW)}
            await connection.execute(insert(change).values(row))


def _facts(connection: Connection, request: BookRoom) -> Facts:
    unit, keys = SqlUnitOfWork(connection), booking_keys(request, RULES, NOW)
    found = connection.execute(select(room).where(room.c.id == request.room_id)).one()
    held = [busy_for(each) for each in unit.bookings.active(request.slot, [request.room_id])]
    taught = [busy for _, busy in unit.timetable.busy(request.slot, [request.room_id])]
    by = request.by or PersonId(0)
    return Facts(
        room=to_room(found),
        person=unit.people.get(by),
        busy=(*held, *taught),
        spent=unit.bookings.spent(by, keys.week),
    )


async def _rate(book: Book, requests: Iterator[BookRoom], callers: int, length: float) -> float:
    """Bookings per second of concurrent callers, each sending its next request after a response."""
    begun = perf_counter()

    async def caller() -> int:
        for done in count():
            if perf_counter() - begun > length:
                return done
            await book(next(requests))
        return 0

    done = sum(await asyncio.gather(*(caller() for _ in range(callers))))
    return done / (perf_counter() - begun)


async def _filled(
    server: PostgresServer,
) -> tuple[ManagedStorage, asyncpg.Pool, AsyncEngine, Iterator[BookRoom]]:
    await _run(server.url(), "CREATE DATABASE roomie")
    url = server.url("roomie")
    await upgrade(url)
    storage = open_storage(url, ReadModel(), RULES, StillClock(NOW))
    await storage.open()
    await storage.load()
    people = await storage.write(_fill)
    await _run(url, "VACUUM ANALYZE")
    pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, reset=_leave_as_it_is)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), pool_size=POOL
    )
    return storage, pool, engine, _requests(people)


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def _fill(unit: UnitOfWork) -> list[PersonId]:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms(a_room(room_id) for room_id in ROOMS)
    unit.timetable.add("timetable", map(_past_class, range(ENTRIES)), seconds(NOW))
    return [unit.people.add(a_person(f"person{each}"), None).id for each in range(PEOPLE)]


def _past_class(number: int) -> TimetableEntry:
    """One of many past bookings, so that no requested slot is taken."""
    day, place = divmod(number, len(ROOMS))
    return an_entry(ROOMS[place], a_slot("09:00", 60, -1 - day))


def _requests(people: list[PersonId]) -> Iterator[BookRoom]:
    """Every room at eight of one day, then a quarter of an hour later, and so on."""
    for number in count():
        quarter, place = divmod(number, len(ROOMS))
        day, quarter = divmod(quarter, 52)
        slot = Interval.of_length(
            at("08:00", 1 + day) + timedelta(minutes=15 * quarter), timedelta(minutes=15)
        )
        yield BookRoom(new_booking_id(), ROOMS[place], slot, people[number % len(people)])


async def _leave_as_it_is(_connection: object) -> None:
    """Saves the bare path the pool's extra round trip."""
