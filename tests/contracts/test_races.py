"""Races for a slot or the last quota: one wins, the others are refused, nothing is spent twice."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from core.errors import RoomieError
from tests.builders import a_person, a_slot
from tests.contracts.campus import HALL, ROOMS, Campus
from tests.contracts.concurrent_client import race
from tests.contracts.raw import ask
from tests.forked import ForkedProcess, start_forked

_PROCESSES = 4


@pytest.fixture
async def full_campus(campus: Campus) -> Campus:
    """The campus with fifty people more; an hour of wil's quota is left."""
    await campus.storage.write(
        lambda unit: [unit.people.add(a_person(f"guest{number}"), None) for number in range(50)]
    )
    await campus.book(a_slot("17:00", 120), ROOMS[-1])
    return campus


class ClientProcesses:
    """Several processes with concurrent requests."""

    def __init__(self, processes: list[ForkedProcess]) -> None:
        self._processes = processes

    async def ready(self) -> None:
        assert await self._lines() == [b"ready\n"] * len(self._processes)

    async def race(self, name: str, requests: int) -> Counter[str]:
        """Outcomes of the requests, so many per process."""
        for number, process in enumerate(self._processes):
            process.stdin.write(f"{name} {number * requests} {(number + 1) * requests}\n".encode())
        return sum((Counter(json.loads(line)) for line in await self._lines()), Counter())

    async def finish(self) -> None:
        for process in self._processes:
            process.stdin.close()
        assert [await process.wait() for process in self._processes] == [0] * len(self._processes)

    async def _lines(self) -> list[bytes]:
        async with asyncio.timeout(60):
            return [await process.stdout.readline() for process in self._processes]


@pytest.fixture
async def processes(full_campus: Campus, database_url: str) -> AsyncIterator[ClientProcesses]:
    command = ("tests.contracts.concurrent_client", database_url)
    processes = ClientProcesses([await start_forked(*command) for _ in range(_PROCESSES)])
    await processes.ready()
    yield processes
    await processes.finish()


async def test_of_32_tasks_that_want_one_slot_exactly_one_gets_it(full_campus: Campus):
    ended = await race(full_campus.services, full_campus.storage.read_model, "one_slot", range(32))

    assert ended == {"BookingResult": 1, "SlotTaken": 31}


async def test_of_20_tasks_that_spend_one_last_hour_exactly_one_does(full_campus: Campus):
    ended = await race(full_campus.services, full_campus.storage.read_model, "one_quota", range(20))

    assert ended == {"BookingResult": 1, "QuotaSpent": 19}


async def test_four_processes_race_as_fairly_as_one(
    full_campus: Campus, database_url: str, processes: ClientProcesses
):
    """200 clients who want one slot; 20 requests that spend a last hour; 20 copies of one request."""
    assert await processes.race("one_slot", 50) == {"BookingResult": 1, "SlotTaken": 199}
    assert await ask(database_url, f"SELECT count(*) FROM booking WHERE room_id = '{HALL}'") == 1  # noqa: S608

    assert await processes.race("one_quota", 5) == {"BookingResult": 1, "QuotaSpent": 19}
    assert await full_campus.quota_left() == 0

    assert await processes.race("one_request", 5) == {"BookingResult": 20}
    assert await ask(database_url, "SELECT count(*) FROM request") == 1


async def test_cancelling_and_moving_race_to_one_end(campus: Campus):
    booking = (await campus.book(a_slot("11:00", 60))).booking

    answers = await asyncio.gather(
        *(campus.cancel(booking) for _ in range(5)),
        *(campus.services.move(booking, campus.wil, a_slot("15:00", 90)) for _ in range(5)),
        return_exceptions=True,
    )

    moved = [answer for answer in answers[5:] if not isinstance(answer, RoomieError)]
    cancelled = [answer for answer in answers[:5] if not isinstance(answer, RoomieError)]
    assert len(cancelled) == 1
    assert len(moved) <= 1
    assert await campus.quota_left() == 180
