"""A database whose defaults for sessions are others than PostgreSQL's."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import open_storage
from tests.builders import a_person, a_slot
from tests.contracts.campus import ROOMS, Campus, campus_in, fill_campus
from tests.contracts.concurrent_client import race
from tests.databases import run_sql
from tests.fakes.clock import StillClock

_STRICTER = """
DO $$ BEGIN EXECUTE format(
  'ALTER DATABASE %I SET default_transaction_isolation = %L', current_database(), 'repeatable read'
); END $$
"""


@pytest.fixture
async def campuses(postgres_url: str, rules: Rules, clock: StillClock) -> AsyncIterator[list[Campus]]:
    """Four processes' views of one campus, on a database with other defaults."""
    await fill_campus(postgres_url)
    await run_sql(postgres_url, _STRICTER)
    storages = [open_storage(postgres_url, ReadModel(), rules, clock) for _ in range(4)]
    for storage in storages:
        await storage.open()
        await storage.load()
    yield [campus_in(storage, rules, clock) for storage in storages]
    for storage in storages:
        await storage.close()


async def test_a_last_hour_is_spent_once(campuses: list[Campus]):
    """Facts are read after the locks are taken, not as they were before."""
    await campuses[0].storage.write(
        lambda unit: [unit.people.add(a_person(f"guest{number}"), None) for number in range(50)]
    )
    await campuses[0].book(a_slot("17:00", 120), ROOMS[-1])

    ended = await asyncio.gather(
        *(
            race(each.services, each.storage.read_model, "one_quota", range(number * 5, number * 5 + 5))
            for number, each in enumerate(campuses)
        )
    )

    assert sum(each["BookingResult"] for each in ended) == 1
    assert await campuses[0].quota_left() == 0
