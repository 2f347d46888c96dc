"""Races for one series, and processes killed while they book: one wins whole, and there is no half series."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from core.model import Role, UserGroup
from tests.builders import a_person
from tests.contracts.campus import CHESS, HALL, Campus
from tests.contracts.raw import ask
from tests.contracts.series_client import WEEKS
from tests.forked import ForkedProcess, start_forked

_PROCESSES = 4
_PRESIDENTS = 50
_BOOKED_BEFORE_KILL = 3
_TIMEOUT = 60.0

_HALF_SERIES = f"""SELECT count(*) FROM (
    SELECT s.id, count(b.id) AS dates, count(DISTINCT b.state) AS states, min(b.state) AS lowest,
        count(DISTINCT (b.start + 3600) % 86400) AS times
    FROM series s LEFT JOIN booking b ON b.series_id = s.id GROUP BY s.id
) AS counted WHERE dates <> {WEEKS} OR states <> 1 OR times > 2"""  # noqa: S608 - numbers only
"""Series with dates that are missing, booked beside cancelled ones, or not at one wall time (two in UTC)."""
_UNAUDITED = """SELECT count(*) FROM series s WHERE NOT EXISTS (
    SELECT 1 FROM audit a WHERE a.subject = s.id AND a.action = 'book series')"""
_TWICE = """SELECT count(*) FROM booking a JOIN booking b ON a.room_id = b.room_id AND a.id < b.id
AND a.state = 1 AND b.state = 1 AND a.start < b."end" AND b.start < a."end" """


@pytest.fixture
async def many_presidents(campus: Campus) -> Campus:
    """The campus with fifty presidents of the chess society, one of them `pres`."""

    def add(unit):
        for number in range(_PRESIDENTS - 1):
            person = a_person(f"president{number}", UserGroup.STUDENT, UserGroup.PRESIDENT)
            unit.societies.set_role(unit.people.add(person, None).id, CHESS, Role.PRESIDENT)

    await campus.storage.write(add)
    return campus


async def start(url: str) -> ForkedProcess:
    return await start_forked("tests.contracts.series_client", url)


async def read_line(process: ForkedProcess) -> bytes:
    async with asyncio.timeout(_TIMEOUT):
        return await process.stdout.readline()


def send(process: ForkedProcess, line: str) -> None:
    process.stdin.write(f"{line}\n".encode())


@pytest.fixture
async def processes(many_presidents: Campus, database_url: str) -> AsyncIterator[list[ForkedProcess]]:
    processes = [await start(database_url) for _ in range(_PROCESSES)]
    assert [await read_line(process) for process in processes] == [b"ready\n"] * _PROCESSES
    yield processes
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_of_50_presidents_one_gets_the_whole_series_and_49_see_a_fresh_preview(
    processes: list[ForkedProcess], database_url: str
):
    bounds = [place * _PRESIDENTS // _PROCESSES for place in range(_PROCESSES + 1)]
    for process, first, last in zip(processes, bounds, bounds[1:], strict=False):
        send(process, f"race {first} {last}")

    ended = Counter[str]()
    for process in processes:
        ended.update(json.loads(await read_line(process)))

    assert ended == {f"booked {WEEKS}": 1, f"preview with {WEEKS} taken": _PRESIDENTS - 1}
    assert await ask(database_url, f"SELECT count(*) FROM booking WHERE room_id = '{HALL}'") == WEEKS  # noqa: S608
    assert await ask(database_url, "SELECT count(*) FROM series") == 1
    assert await ask(database_url, _HALF_SERIES) == 0


async def test_a_killed_process_leaves_no_half_series(processes: list[ForkedProcess], database_url: str):
    """All four book, move and cancel series on end, and are killed (SIGKILL) one after the other."""
    for number, process in enumerate(processes):
        send(process, f"stream {number}")
    announced = set[str]()

    for process in processes:
        for _ in range(_BOOKED_BEFORE_KILL):
            announced.add((await read_line(process)).decode().strip())
        process.kill()
        await process.wait()

    assert await ask(database_url, _HALF_SERIES) == 0
    assert await ask(database_url, _UNAUDITED) == 0
    assert await ask(database_url, _TWICE) == 0
    ids = ",".join(f"'{each}'" for each in announced)
    assert await ask(database_url, f"SELECT count(*) FROM series WHERE id IN ({ids})") == len(announced)  # noqa: S608
    assert len(announced) == _PROCESSES * _BOOKED_BEFORE_KILL
