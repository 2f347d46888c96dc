"""Records every SQL statement of this code, to be replayed on the schema of the next revision.

`python -m tests.faults.recorder` writes `tests/faults/recorded/` for both databases. Run it before adding a
migration: code of the old revision keeps running during a rolling upgrade.
"""

import asyncio
import json
import re
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path

from core.model import (
    DeliveryOutcome,
    Expiring,
    Identity,
    Installation,
    Limit,
    LoginSession,
    LoginToken,
    MessageState,
    OutboxMessage,
    PersonId,
    Role,
    SocietyId,
    TokenTerm,
)
from core.policy.retention import Retention, limits
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from core.services.purge import Purge
from storage.factory import open_storage, upgrade
from storage.migrations import HEAD
from tests.builders import NOW, a_building, a_person, a_room, a_slot, a_society, an_entry
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.postgres import PostgresServer

FOLDER = Path(__file__).parent / "recorded"
_NOT_TO_BE_REPEATED = re.compile(
    r"\s*(BEGIN|DISCARD|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|RESET|SHOW|PRAGMA|LISTEN|UNLISTEN|--|CREATE|DROP|"
    r"SELECT pg_(catalog|advisory_unlock|xact_status)|SELECT\s+current_se|WITH RECURSIVE typeinfo)",
    re.IGNORECASE,
)
"""Transactions, settings, and statements of the drivers."""


async def live_a_day(url: str) -> None:
    """Calls every operation of storage on an empty database."""
    clock, rules, read_model = StillClock(NOW), Rules(), ReadModel()
    storage = open_storage(url, read_model, rules, clock)
    await storage.open()
    await storage.load()
    wil, pres = await storage.write(_fill)
    services = BookingService(storage, read_model, rules, clock)
    await _book(services, wil, pres)
    for work in (_messages, _logins, _platforms, _people, _timetable):
        await storage.write(lambda unit, work=work: work(unit, wil))
    await storage.read(_look_around)
    await storage.reload()
    await storage.catch_up()
    await storage.probe()
    await Purge(storage).run(limits(Retention(), rules, NOW), rules.tokens_per_person)
    for kind in Expiring:
        await Purge(storage).enforce(Limit(kind, NOW, 0))
    await _book(services, wil, pres)  # the purge deleted all bookings; tests look at those that remain
    await storage.close()


async def _book(services: BookingService, wil: PersonId, pres: PersonId) -> None:
    made = await services.book(BookRoom(new_booking_id(), a_room().id, a_slot("12:00"), wil, request="again"))
    await services.book(BookRoom(new_booking_id(), a_room().id, a_slot("12:00"), wil, request="again"))
    moved = await services.move(made.booking, wil, a_slot("14:00"))
    await services.cancel(moved.booking.id, wil)
    await services.book(
        BookRoom(new_booking_id(), a_room().id, a_slot("16:00"), pres, SocietyId("CHESS"), "Blitz")
    )
    await services.quota(wil)


def _fill(unit: UnitOfWork) -> tuple[PersonId, PersonId]:
    unit.rooms.put_buildings([a_building()])
    unit.rooms.put_rooms([a_room(), a_room("K-J17-LAB")])
    wil, pres = (unit.people.add(a_person(name), "hash").id for name in ("wil", "pres"))
    unit.people.link(wil, Identity("slack:T1:U1"))
    unit.societies.add(a_society())
    unit.societies.set_role(pres, SocietyId("CHESS"), Role.PRESIDENT)
    unit.timetable.add("feed", [an_entry(slot=a_slot("09:00"))], 1)
    unit.tokens.add(LoginToken(b"one", wil, NOW))
    return wil, pres


def _messages(unit: UnitOfWork, wil: PersonId) -> None:
    unit.outbox.add([OutboxMessage("one", "reply", NOW, person_id=wil), OutboxMessage("two", "reply", NOW)])
    claimed = unit.outbox.claim("worker", NOW, NOW + timedelta(minutes=2), 10)
    sending = {each.id: Identity("slack:T1:U1") for each in claimed}
    unit.outbox.start("worker", sending, NOW, NOW + timedelta(minutes=2))
    unit.outbox.complete("worker", [DeliveryOutcome(each.id, MessageState.SENT) for each in claimed])
    unit.outbox.backlog()
    unit.outbox.entries([MessageState.SENT], 10)


def _logins(unit: UnitOfWork, wil: PersonId) -> None:
    session = LoginSession(b"sid", NOW + timedelta(hours=1), identity=Identity("slack:T1:U2"))
    unit.login_sessions.add(session)
    unit.login_sessions.swap(session, session)
    unit.login_sessions.many([b"sid"])
    list(unit.login_sessions.finished_since(NOW))
    unit.login_sessions.make_room(NOW, 0)
    unit.login_sessions.erase_results(NOW, timedelta(hours=1))


def _platforms(unit: UnitOfWork, _: PersonId) -> None:
    unit.processed_events.claim("slack one", NOW)
    unit.processed_events.finish("slack one")
    unit.installations.put(Installation("T1", "token"), NOW)
    unit.installations.get("T1")
    unit.installations.save_state("state", NOW, NOW, 0)
    unit.installations.all()
    unit.installations.replace_token("T1", "token", "sealed")
    unit.installations.consume_state("state", NOW)
    unit.set_setting("colour", "green")
    unit.setting("colour")


def _people(unit: UnitOfWork, wil: PersonId) -> None:
    unit.people.by_name("wil")
    unit.people.put(a_person("wil", person_id=wil))
    unit.people.set_password_hash(wil, "another")
    unit.people.by_identity(Identity("slack:T1:U1"))
    unit.people.unlink(Identity("slack:T1:U1"))
    unit.societies.set_term(SocietyId("CHESS"), TokenTerm(1, 1))
    unit.societies.members(SocietyId("CHESS"))
    unit.tokens.touch(b"one", NOW)
    unit.tokens.wake(b"one", NOW)
    unit.tokens.end_surplus(wil, 10, 10)
    unit.tokens.remove(b"one")
    unit.tokens.remove_all(wil)


def _timetable(unit: UnitOfWork, _: PersonId) -> None:
    unit.timetable.of_source("feed")
    unit.timetable.clear("feed", [a_room().id])
    unit.timetable.add("feed", [an_entry(slot=a_slot("10:00"))], 1)


def _look_around(unit: UnitOfWork) -> None:
    unit.bookings.active(a_slot())
    unit.bookings.active(a_slot(), [a_room().id])
    unit.bookings.of_society(SocietyId("CHESS"))
    list(unit.timetable.busy(a_slot(), [a_room().id]))


async def record_sqlite(folder: Path) -> list[str]:
    """Statements with inlined values, from SQLite's trace."""
    url, statements = f"sqlite:///{folder / 'roomie.db'}", list[str]()
    await upgrade(url)
    connect = sqlite3.connect

    def traced_connect(*arguments, **options) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_trace_callback(statements.append)
        return connection

    sqlite3.connect = traced_connect
    try:
        await live_a_day(url)
    finally:
        sqlite3.connect = connect
    return _worth_repeating(statements)


async def record_postgres() -> list[str]:
    """Statements from the server's log, as `PREPARE` and `EXECUTE` with values."""
    server = PostgresServer()
    server._settings |= {
        "log_min_messages": "log",
        "log_statement": "all",
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_directory": "statements",
    }
    server.start()
    try:
        await ask(server.url(), "CREATE DATABASE roomie")
        await upgrade(server.url("roomie"))
        await live_a_day(server.url("roomie"))
        server.stop()
        return _worth_repeating(_plain(server.home / "data" / "statements"))
    finally:
        server.remove()


def _plain(folder: Path) -> Iterator[str]:
    lines = [json.loads(line) for file in sorted(folder.glob("*.json")) for line in file.open()]
    for line in lines:
        kind, _, statement = line.get("message", "").partition(": ")
        if line.get("application_name") != "roomie" or not (kind == "statement" or "execute" in kind):
            continue
        if kind == "statement":
            yield statement
        else:
            values = re.sub(r"\$\d+ = ", "", line.get("detail", "").partition(": ")[2])
            yield f"PREPARE it AS {statement}; EXECUTE it{f'({values})' if values else ''}; DEALLOCATE it"


def _worth_repeating(statements: Iterable[str]) -> list[str]:
    """Drops duplicates: SQLite traces a statement again when it returns from a trigger."""
    distinct = (each for each, _ in groupby(each.strip() for each in statements))
    return [each for each in distinct if not _NOT_TO_BE_REPEATED.match(each.removeprefix("PREPARE it AS "))]


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        recorded = {"sqlite": await record_sqlite(Path(folder)), "postgresql": await record_postgres()}
    for name, statements in recorded.items():
        lines = "".join(f"{json.dumps(each)}\n" for each in statements)
        (FOLDER / f"{HEAD}_{name}.jsonl").write_text(lines, "utf-8")


if __name__ == "__main__":
    asyncio.run(main())
