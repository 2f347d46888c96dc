"""Fixture: a campus on PostgreSQL behind a proxy that can be broken."""

from collections.abc import AsyncIterator

import pytest

from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import open_storage
from tests.contracts.campus import Campus, campus_in, fill_campus
from tests.fakes.clock import StillClock
from tests.postgres import PostgresServer
from tests.storage.postgres_proxy import PostgresProxy


@pytest.fixture
async def proxy(postgres_server: PostgresServer) -> AsyncIterator[PostgresProxy]:
    async with PostgresProxy(postgres_server.home) as proxy:
        yield proxy


@pytest.fixture
async def campus(
    proxy: PostgresProxy, postgres_server: PostgresServer, postgres_url: str, rules: Rules, clock: StillClock
) -> AsyncIterator[Campus]:
    await fill_campus(postgres_url)
    url = postgres_url.replace(str(postgres_server.home), proxy.host)
    storage = open_storage(url, ReadModel(), rules, clock)
    await storage.open()
    await storage.load()
    yield campus_in(storage, rules, clock)
    proxy.heal()
    await storage.close()
