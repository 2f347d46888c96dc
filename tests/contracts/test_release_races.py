"""Many bookings are released at once by four processes, which are killed at random."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.interval import Interval
from core.services.releasing import RELEASED, ReleasedBooking
from tests.builders import a_room, at
from tests.contracts.campus import Campus
from tests.contracts.raw import ask
from tests.contracts.release_client import RELEASE_AT, ROOMS, RULES, SLOT
from tests.contracts.test_releases import ReleaseTrial
from tests.forked import ForkedProcess, start_forked

_PROCESSES = 4
SMALL, LARGE = (16, (2, 5, 8, 11)), (120, (2, 15, 40, 70))
"""Number of bookings, and those of released ones at which a process is killed and another started."""
_MAX_SECONDS = 60


async def start(url: str) -> ForkedProcess:
    return await start_forked("tests.contracts.release_client", url)


async def released(url: str) -> int:
    return int(await ask(url, "SELECT count(*) FROM audit WHERE action = 'release'"))


async def wait_for(url: str, count: int) -> None:
    while True:
        if await released(url) >= count:
            return
        await asyncio.sleep(0.03)  # others write meanwhile


async def kill_some(url: str, processes: list[ForkedProcess], kills_at: Sequence[int]) -> int:
    """Returns how many were killed before they were done."""
    kills = 0
    for place, count in enumerate(kills_at):
        await wait_for(url, count)
        if processes[place].returncode is None:
            processes[place].kill()
            kills += await processes[place].wait() != 0
            processes.append(await start(url))
    return kills


@pytest.mark.parametrize(
    ("count", "kills_at"), [SMALL, pytest.param(*LARGE, marks=pytest.mark.soak)], ids=["16", "120"]
)
async def test_each_booking_is_released_once(
    campus: Campus, database_url: str, count: int, kills_at: Sequence[int]
):
    rooms = ROOMS[:count]
    trial = ReleaseTrial(replace(campus, rules=RULES))
    await campus.storage.write(lambda unit: unit.rooms.put_rooms(map(a_room, rooms)))
    for room in rooms:
        await trial.campus.book(SLOT, room, campus.stan)
    campus.clock.set(at("11:10"))
    while campus.clock.now() < RELEASE_AT:
        await trial.look()
        campus.clock.move(timedelta(seconds=30))
    await trial.releases.record_presence(["chat"])

    processes = [await start(database_url) for _ in range(_PROCESSES)]
    async with asyncio.timeout(_MAX_SECONDS):
        kills = await kill_some(database_url, processes, kills_at)
        ends = [await each.wait() for each in processes]
    await trial.deliver()

    assert kills > 0
    assert ends.count(0) >= _PROCESSES
    assert await released(database_url) == len(rooms)
    bookings = await campus.storage.read(lambda unit: unit.bookings.of_person(campus.stan))
    assert {each.interval for each in bookings} == {Interval(SLOT.start, RELEASE_AT)}
    numbers = sorted(ReleasedBooking.read(each.payload).no_shows for each in trial.sent(RELEASED))
    assert numbers == list(range(1, len(rooms) + 1))
