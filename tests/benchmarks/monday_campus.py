"""Campus of the Monday benchmark: its people, who all want notices, and the requests of those who book."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from msgspec import Struct
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from core.model import BookingState, MessageState, Room
from core.services.accounts import token_hash
from core.services.notices import QUOTA_NOTICE
from storage.campus_columns import building_values, room_values
from storage.factory import upgrade
from storage.service_tables import job_run
from storage.tables import booking, building, identity, outbox, person, room, token
from storage.url import SqliteFile, parse_database_url
from tests.benchmarks.load import post
from tests.benchmarks.monday_platforms import identity_of
from tests.benchmarks.open_loop import TimedRequest
from tests.benchmarks.world import campus

RESET = datetime(2026, 3, 16, 3, 0, tzinfo=UTC)
"""A Monday, 3:00 in London."""
SOURCE = "unsw"
JOBS = ("quota notices", f"refresh {SOURCE}")
"""Those that are due at the reset, as a worker has registered them before."""
STUDENTS = 2_000
STEADY = 20
"""Bookings a second after the first one."""
_CONTESTED = 20
"""Each of so many requests wants the slot of the one before it."""
_OPENS, _QUARTERS = 8, 48
"""The first hour in which rooms can be booked, and quarters of an hour on a day."""
_CONFIG = """
[backup]
every = "mon 03:00"
[booking]
bookable_rooms = ["K-*"]
[[source]]
name = "{source}"
kind = "unsw_nss"
url = "{site}"
year = 2026
interval = "6h"
allow_private = true
options = {{ per_second = "1000" }}
"""


class NoticesKept(Struct, frozen=True):
    """Rows of notices in the database: all of them, and the people of those that were sent."""

    rows: int
    sent: frozenset[int]


def configuration(folder: Path, site: str) -> Path:
    """Notices, refresh and backup are due at the same time."""
    file = folder / "config.toml"
    file.write_text(_CONFIG.format(source=SOURCE, site=site))
    return file


async def fill(url: str, people: int) -> None:
    """Inserts directly into the tables."""
    await upgrade(url)
    buildings, rooms = campus()
    jobs = ({"name": each, "due_at": int(RESET.timestamp()), "trouble": ""} for each in JOBS)
    async with _connect(url) as connection:
        await _insert(connection, building, map(building_values, buildings))
        await _insert(connection, room, map(room_values, rooms))
        await _insert(connection, person, (_person(each) for each in range(1, people + 1)))
        await _insert(connection, identity, (_identity(each) for each in range(1, people + 1)))
        await _insert(connection, token, (_token(each) for each in range(1, min(STUDENTS, people) + 1)))
        await _insert(connection, job_run, jobs)
    if not isinstance(parse_database_url(url), SqliteFile):
        async with _connect(url) as connection:
            await connection.execute(text("ANALYZE"))


def _person(number: int) -> dict[str, object]:
    name, address = f"p{number}", f"p{number}@campus.example"
    names = {"username": name, "username_key": name, "email": address, "email_key": address, "name": name}
    return {"id": number, **names, "groups": "Group_2", "is_admin": False, "wants_notices": True}


def _identity(number: int) -> dict[str, object]:
    return {"identity": identity_of(number), "person_id": number}


def _token(number: int) -> dict[str, object]:
    created = int((RESET - timedelta(days=1)).timestamp())
    return {"hash": token_hash(_secret(number)), "person_id": number, "created_at": created, "label": ""}


def _secret(student: int) -> str:
    return f"{student:040x}"


async def _insert(connection: AsyncConnection, table: Table, rows: Any) -> None:
    await connection.execute(insert(table), list(rows))


@asynccontextmanager
async def _connect(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction, to either database."""
    place = parse_database_url(url)
    engine = (
        create_async_engine(f"sqlite+aiosqlite:///{place.path}")
        if isinstance(place, SqliteFile)
        else create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url))
    )
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


# Requests


def booking_requests(
    ports: Sequence[int], burst: int, seconds: float, first_day: int, students: int = STUDENTS
) -> list[TimedRequest]:
    """So many in the first second, then a few a second; by each student in turn, for free slots."""
    slots = _slots(campus()[1], first_day)
    times = [number / burst for number in range(burst)]
    times += [1 + number / STEADY for number in range(round((seconds - 1) * STEADY))]
    requests, last = list[TimedRequest](), next(slots)
    for number, at in enumerate(times):
        last = last if number % _CONTESTED == _CONTESTED - 1 else next(slots)
        content = _booking_request(last, number % students + 1)
        requests.append(TimedRequest(at, ports[number % len(ports)], content.decode()))
    return requests


def _slots(rooms: Sequence[Room], first_day: int) -> Iterator[tuple[Room, int, int]]:
    """Room, day after the reset and quarter of an hour."""
    for day in range(first_day, first_day + 2):
        for quarter in range(_QUARTERS):
            for each in rooms:
                yield each, day, quarter


def _booking_request(slot: tuple[Room, int, int], student: int) -> bytes:
    place, day, quarter = slot
    start = RESET.replace(hour=_OPENS) + timedelta(days=day, minutes=15 * quarter)
    end = start + timedelta(minutes=15)
    form = (
        f"room_id={place.id}&date={start:%Y%m%d}&start_time={start:%H}%3A{start:%M}"
        f"&end_time={end:%H}%3A{end:%M}&notes="
    )
    return post("/rooms.book/", form, f"Authorization: Token {_secret(student)}")


# What is stored


async def has_notices(url: str) -> bool:
    async with _connect(url) as connection:
        found = await connection.execute(select(outbox.c.id).where(outbox.c.kind == QUOTA_NOTICE).limit(1))
        return found.first() is not None


async def notices_kept(url: str) -> NoticesKept:
    notices = outbox.c.kind == QUOTA_NOTICE
    async with _connect(url) as connection:
        rows = (
            await connection.execute(select(func.count()).where(notices).select_from(outbox))
        ).scalar_one()
        sent = select(outbox.c.person_id).where(notices, outbox.c.state == MessageState.SENT.value)
        return NoticesKept(rows, frozenset((await connection.execute(sent)).scalars()))


async def booking_ids(url: str) -> set[str]:
    async with _connect(url) as connection:
        active = select(booking.c.id).where(booking.c.state == BookingState.ACTIVE.value)
        return set((await connection.execute(active)).scalars())


async def jobs_done(url: str) -> Mapping[str, str]:
    """Errors of the jobs that ran, by name; empty for those that succeeded."""
    async with _connect(url) as connection:
        done = select(job_run).where(job_run.c.finished_at.is_not(None))
        return {row.name: row.trouble for row in await connection.execute(done)}
