"""Monday at three, in small: everybody's notices, a rush of bookings, a refresh and a backup at once.

`tests/benchmarks/monday.py` measures the same with all of the load.
"""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.benchmarks import monday_campus as campus
from tests.benchmarks.monday import SimulatedClock, process_environment
from tests.benchmarks.monday_campus import RESET, SOURCE
from tests.benchmarks.monday_platforms import PlatformsProcess, identity_of
from tests.benchmarks.open_loop import OpenLoopProcess
from tests.faults.processes import Fleet

PEOPLE, BOOKINGS = 400, 100
KILLED_AFTER = (6.0, 4.0, 9.0)
"""Seconds after the start of a worker. The first one plans the notices after five."""
LEASE = {"ROOMIE_NOTIFICATIONS__LEASE": "4s"}
MAX_SECONDS = 300.0
IN_PROGRESS = 8
"""Sends of a killed worker that its successor does not know of, when it keeps to the limits."""


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
async def test_everybody_gets_one_notice_although_workers_are_killed(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
):
    url, platforms = request.getfixturevalue(database), PlatformsProcess()
    await platforms.start(PEOPLE)
    await campus.fill(url, PEOPLE)
    clock = SimulatedClock(RESET - timedelta(seconds=12))
    async with ClientSession() as session:
        fleet = Fleet(tmp_path, url, session)
        try:
            more = process_environment(tmp_path, platforms, clock) | LEASE
            (web,) = await fleet.start("web", more=more)
            clients = OpenLoopProcess(
                tmp_path, campus.booking_requests([web.port], BOOKINGS, 1.0, 1, students=PEOPLE)
            )
            await clients.start()
            await asyncio.sleep((RESET - clock.now()).total_seconds())
            booking = asyncio.create_task(clients.answers())
            for seconds in KILLED_AFTER:
                more = process_environment(tmp_path, platforms, clock) | LEASE
                (worker,) = await fleet.start("worker", more=more)
                await asyncio.sleep(seconds)
                await worker.kill()
            await fleet.start("worker", more=process_environment(tmp_path, platforms, clock) | LEASE)
            async with asyncio.timeout(MAX_SECONDS):
                while not await _is_done(url):  # noqa: ASYNC110 - in another process
                    await asyncio.sleep(0.5)
            answers = await booking
        finally:
            await fleet.stop()
            slack, discord = await platforms.deliveries()
            await platforms.stop()

    everybody = {identity_of(person): 1 for person in range(1, PEOPLE + 1)}
    confirmed = {json.loads(each.body)["booking_id"] for each in answers if '"success":true' in each.body}
    assert slack.notices | discord.notices == everybody
    assert (await campus.notices_kept(url)).rows == PEOPLE
    assert max(slack.refused, discord.refused) <= IN_PROGRESS * len(KILLED_AFTER)
    assert len(confirmed) > BOOKINGS // 2
    assert confirmed <= await campus.booking_ids(url)
    assert all('"code":' in each.body for each in answers if '"success":true' not in each.body)
    assert (await campus.jobs_done(url)).get("quota notices") == ""
    assert (await campus.jobs_done(url)).get(f"refresh {SOURCE}") in {"", None}


async def _is_done(url: str) -> bool:
    """Whether all are sent, and the job of a killed worker was taken over when its claim ended."""
    sent = (await campus.notices_kept(url)).sent
    return len(sent) == PEOPLE and "quota notices" in await campus.jobs_done(url)
