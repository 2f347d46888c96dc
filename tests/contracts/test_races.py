"""Whoever races for a room or a purse: one wins, the others are told kindly, nothing is spent twice."""

import asyncio
import json
import sys
from collections import Counter

import pytest

from core.errors import RoomieError
from core.model import Group
from tests.builders import a_person, a_slot
from tests.contracts.campus import HALL, ROOMS, Campus
from tests.contracts.racer import race
from tests.contracts.raw import ask

_PROCESSES = 4


@pytest.fixture
async def crowd(campus: Campus) -> Campus:
    """The campus with fifty people more; an hour of wil's quota is left."""
    await campus.storage.write(
        lambda unit: [
            unit.people.add(a_person(f"guest{number}", Group.STUDENT), None) for number in range(50)
        ]
    )
    await campus.book(a_slot("17:00", 120), ROOMS[-1])
    return campus


async def _race_of_processes(url: str, name: str, wishes: int) -> Counter[str]:
    """How the wishes of several processes ended that raced against each other."""
    pipe = asyncio.subprocess.PIPE
    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.contracts.racer", url, str(wishes), stdin=pipe, stdout=pipe
        )
        for _ in range(_PROCESSES)
    ]
    async with asyncio.timeout(60):
        for racer in racers:
            assert racer.stdout is not None
            assert await racer.stdout.readline() == b"ready\n"
        answers = await asyncio.gather(*(racer.communicate(f"{name}\n".encode()) for racer in racers))
    assert [racer.returncode for racer in racers] == [0] * _PROCESSES
    return sum((Counter(json.loads(answer)) for answer, _ in answers), Counter())


async def test_of_32_tasks_that_want_one_slot_exactly_one_gets_it(crowd: Campus):
    ended = await race(crowd.desk, crowd.storage.picture, "one_slot", 32)

    assert ended == {"Booked": 1, "SlotTaken": 31}


async def test_of_200_clients_in_four_processes_exactly_one_gets_the_slot(crowd: Campus, database_url: str):
    ended = await _race_of_processes(database_url, "one_slot", 50)

    assert ended == {"Booked": 1, "SlotTaken": 199}
    held = "SELECT count(*) FROM booking WHERE room_id = '{}' AND state = 1"
    assert await ask(database_url, held.format(HALL)) == 1


async def test_of_20_tasks_that_spend_one_last_hour_exactly_one_does(crowd: Campus):
    ended = await race(crowd.desk, crowd.storage.picture, "one_purse", 20)

    assert ended == {"Booked": 1, "QuotaSpent": 19}


async def test_of_20_requests_in_four_processes_exactly_one_spends_the_last_hour(
    crowd: Campus, database_url: str
):
    ended = await _race_of_processes(database_url, "one_purse", 5)

    assert ended["Booked"] == 1
    assert ended["Booked"] + ended["QuotaSpent"] + ended["SlotTaken"] == 20
    assert await crowd.quota_left() == 0


async def test_one_request_in_four_processes_books_once(campus: Campus, database_url: str):
    ended = await _race_of_processes(database_url, "one_request", 5)

    assert ended == {"Booked": 20}
    assert await campus.quota_left() == 120


async def test_cancelling_and_moving_race_to_one_end(campus: Campus):
    booking = (await campus.book(a_slot("11:00", 60))).booking

    answers = await asyncio.gather(
        *(campus.cancel(booking) for _ in range(5)),
        *(campus.desk.move(booking, campus.wil, a_slot("15:00", 90)) for _ in range(5)),
        return_exceptions=True,
    )

    moved = [answer for answer in answers[5:] if not isinstance(answer, RoomieError)]
    cancelled = [answer for answer in answers[:5] if not isinstance(answer, RoomieError)]
    assert len(cancelled) == 1
    assert len(moved) <= 1
    assert await campus.quota_left() == 180
