"""Fixture: a campus on PostgreSQL behind a proxy that can be broken."""

from collections.abc import AsyncIterator

import pytest

from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import open_storage
from tests.contracts.campus import Campus, campus_in, fill_campus
from tests.fakes.clock import StillClock
from tests.postgres import PostgresServer
from tests.storage.wire import Wire


@pytest.fixture
async def wire(postgres_server: PostgresServer) -> AsyncIterator[Wire]:
    async with Wire(postgres_server.home) as wire:
        yield wire


@pytest.fixture
async def campus(
    wire: Wire, postgres_server: PostgresServer, postgres_url: str, rules: Rules, clock: StillClock
) -> AsyncIterator[Campus]:
    await fill_campus(postgres_url)
    url = postgres_url.replace(str(postgres_server.home), wire.host)
    storage = open_storage(url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()
    yield campus_in(storage, rules, clock)
    wire.heal()
    await storage.close()
