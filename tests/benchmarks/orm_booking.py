"""Baseline: the same booking as one async ORM transaction per request."""

import asyncio
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import create_engine, event, func, insert, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry

from core.services.accounts import token_hash
from storage.campus_columns import building_values, room_values
from storage.mapping import entry_values, login_token_values, person_values
from storage.tables import audit, booking, building, change, charge, metadata, person, room, token
from storage.timetable_tables import timetable_entry, timetable_run

_LONDON = ZoneInfo("Europe/London")
_ALLOWANCE = 1_000_000


class Room: ...


class Person: ...


class Booking: ...


class Charge: ...


class Audit: ...


class Change: ...


class Token: ...


class Entry: ...


def _map() -> None:
    mapper = registry(metadata=metadata)
    for kind, table in (
        (Room, room),
        (Person, person),
        (Booking, booking),
        (Charge, charge),
        (Audit, audit),
        (Change, change),
        (Token, token),
        (Entry, timetable_entry),
    ):
        mapper.map_imperatively(kind, table)


async def orm_application(path: Path, entries: int) -> web.Application:
    """A server that books through the ORM, on its own copy of the database."""
    _map()
    await asyncio.get_running_loop().run_in_executor(None, _fill, path, entries)
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    event.listen(engine.sync_engine, "connect", _prepare)
    sessions, lock = async_sessionmaker(engine, expire_on_commit=False), asyncio.Lock()

    async def book(request: web.Request) -> web.Response:
        form = await request.post()
        shown = request.headers["Authorization"].split()[1]
        async with lock, sessions() as session, session.begin():
            login = await session.get(Token, token_hash(shown))
            who = await session.get(Person, login.person_id)
            where = await session.get(Room, form["room_id"])
            start, end = (_seconds(form["date"], form[name]) for name in ("start_time", "end_time"))
            for table in (Booking, Entry):
                taken = select(table).where(table.room_id == where.id, table.start < end, table.end > start)
                if (await session.execute(taken.limit(1))).first() is not None:
                    return web.json_response({"error": "This slot has already been booked."})
            spent = select(func.coalesce(func.sum(Charge.minutes), 0)).where(Charge.person_id == who.id)
            if (await session.scalar(spent)) > _ALLOWANCE:
                return web.json_response({"error": "You do not have enough quota left."})
            made = _made(where.id, who.id, start, end)
            session.add(made)
            session.add(_row(Audit, at=start, actor="p", action="book", subject=made.id, details=""))
            session.add(_row(Change, origin="orm", kind="room", key=where.id, at=start))
        return web.json_response({"success": True, "booking_id": made.id, "quota_left": 180})

    app = web.Application()
    app.router.add_post("/rooms.book/", book)
    return app


def _made(room_id: str, person_id: int, start: int, end: int) -> Booking:
    return _row(
        Booking,
        id=str(uuid.uuid4()),
        room_id=room_id,
        start=start,
        end=end,
        booked_by=person_id,
        created_at=start,
        title="",
        notes="",
        state=1,
        version=1,
    )


def _row(mapped, /, **values):
    made = mapped()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _seconds(day: str, time: str) -> int:
    return int(datetime.strptime(f"{day}{time}", "%Y%m%d%H:%M").replace(tzinfo=_LONDON).timestamp())


def _prepare(driver, _entry) -> None:
    cursor = driver.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _fill(path: Path, entries: int) -> None:
    from tests.benchmarks import http_server as world

    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(building), [building_values(each) for each in world.generated_buildings()])
        connection.execute(insert(room), [room_values(each) for each in world.generated_rooms()])
        connection.execute(insert(timetable_run).values(id=1, source="bench", is_current=True, made_at=0))
        rows = [entry_values(each) | {"run_id": 1} for each in world.generated_entries(entries)]
        connection.execute(insert(timetable_entry), rows)
        people = list(world.generated_people())
        connection.execute(insert(person), [person_values(each) for each in people])
        logins = [world.login_of(number) for number in range(1, len(people) + 1)]
        connection.execute(insert(token), [login_token_values(each) for each in logins])
    engine.dispose()
