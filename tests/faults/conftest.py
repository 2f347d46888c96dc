"""Fixtures: a campus with more users than rooms, and processes that serve it."""

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from tests.conftest import apart, run_sql
from tests.faults.load import create_campus
from tests.faults.processes import Fleet
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def campus_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the campus and its users; copy it, leave it as it is."""
    file = tmp_path_factory.mktemp("campus") / "campus.db"
    shutil.copy(empty_sqlite_file, file)
    apart(create_campus, f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def campus_database(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database with the same; likewise."""
    apart(run_sql, postgres_server.url(), "CREATE DATABASE load_campus TEMPLATE roomie")
    apart(create_campus, postgres_server.url("load_campus"))
    return "load_campus"


@pytest.fixture
def database_url(tmp_path: Path, campus_file: Path) -> str:
    """A fresh SQLite file with the campus; tests of PostgreSQL ask for `postgres_campus`."""
    return f"sqlite:///{shutil.copy(campus_file, tmp_path / 'roomie.db')}"


@pytest.fixture
def postgres_campus(postgres_copy: Callable[[str], str], campus_database: str) -> str:
    return postgres_copy(campus_database)


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
