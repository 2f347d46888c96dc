"""Fixtures: the campus in both databases."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.services.administration import Administration, Administrator
from tests.contracts.administration import administration_of, an_administrator
from tests.contracts.campus import Campus, campus_in, fill_campus
from tests.contracts.raw import ask
from tests.databases import apart, run_sql
from tests.fakes.clock import StillClock
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def campus_file(empty_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the campus; copy it, leave it as it is."""
    file = Path(shutil.copy(empty_sqlite_file, tmp_path_factory.mktemp("campus") / "campus.db"))
    apart(fill_campus, f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def campus_database(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database that holds the campus; likewise."""
    apart(run_sql, postgres_server.url(), "CREATE DATABASE campus TEMPLATE roomie")
    apart(fill_campus, postgres_server.url("campus"))
    return "campus"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database that holds the campus, of either kind."""
    if request.param == "sqlite":
        file = request.getfixturevalue("campus_file")
        return f"sqlite:///{shutil.copy(file, tmp_path / 'roomie.db')}"
    url: str = request.getfixturevalue("postgres_copy")(request.getfixturevalue("campus_database"))
    return url


@pytest.fixture
def campus(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Campus:
    return campus_in(storage, rules, clock)


@pytest.fixture
def administration(campus: Campus) -> Administration:
    return administration_of(campus)


@pytest.fixture
async def ada(campus: Campus) -> Administrator:
    """An administrator."""
    return Administrator(await an_administrator(campus, "ada"))


@pytest.fixture
def count_rows(database_url: str) -> Callable[[str], Awaitable[int]]:
    """How many rows a table has, asked of the database itself."""

    async def count(table: str) -> int:
        return int(await ask(database_url, f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - our own tables

    return count
