"""Fixtures: a crowded campus, and processes that serve it."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from tests.conftest import apart, run_sql
from tests.faults.load import fill_crowd
from tests.faults.processes import Fleet
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def crowded_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that holds the crowd; copy it, leave it as it is."""
    file = tmp_path_factory.mktemp("crowd") / "crowd.db"
    shutil.copy(empty_sqlite_file, file)
    apart(fill_crowd, f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def crowded_database(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database that holds the crowd; likewise."""
    apart(run_sql, postgres_server.url(), "CREATE DATABASE crowd TEMPLATE roomie")
    apart(fill_crowd, postgres_server.url("crowd"))
    return "crowd"


@pytest.fixture
def database_url(tmp_path: Path, crowded_file: Path) -> str:
    """A fresh SQLite file with the crowd; tests of PostgreSQL ask for `postgres_crowd`."""
    return f"sqlite:///{shutil.copy(crowded_file, tmp_path / 'roomie.db')}"


@pytest.fixture
def postgres_crowd(postgres_copy: Callable[[str], str], crowded_database: str) -> str:
    return postgres_copy(crowded_database)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    connector, timeout = TCPConnector(limit=0, force_close=True), ClientTimeout(30)
    async with ClientSession(connector=connector, timeout=timeout, cookie_jar=DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def fleet(tmp_path: Path, database_url: str, session: ClientSession) -> AsyncIterator[Fleet]:
    """On SQLite, unless a test gives it another URL before it starts anything."""
    fleet = Fleet(tmp_path, database_url, session)
    yield fleet
    await fleet.stop()
