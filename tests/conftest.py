"""Fixtures for all tests: a still clock, rules, and fresh databases.

`database_url` is a fresh SQLite file; folders that test both databases override it.
"""

import asyncio
import gc
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from bot.runtime import event_loop
from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import ManagedStorage, open_storage, upgrade
from tests.builders import NOW
from tests.compiled_sql import share_compiled_sql
from tests.databases import SqlConnection, apart, run_sql
from tests.fakes.clock import StillClock
from tests.forked import fork_parsers
from tests.memory_files import memory_folder
from tests.postgres import PostgresServer
from tests.rewriting import rewrite_share
from tests.shared_parsers import share_parsers
from tests.shared_reads import share_reads
from tests.shared_types import share_types

_numbers = itertools.count()

gc.disable()  # until all tests are collected

fork_parsers()
share_compiled_sql()
share_parsers()
share_reads()
share_types()

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""Deterministic examples, so that a failure is due to the change at hand; `search` tries new ones."""


def pytest_configure(config: pytest.Config) -> None:
    """Puts temporary files into memory: waiting for a disk takes a third of the time."""
    if (memory := memory_folder()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    rewrite_share(config)


def pytest_collection_finish() -> None:
    """Exempts modules and collected tests from garbage collection, which would walk them again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Runs tests in the event loop that ships."""
    return {"shipped": event_loop.new_event_loop}


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture(scope="session")
def empty_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows. Copy it; do not change it."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    apart(upgrade, f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, empty_sqlite_file: Path) -> str:
    """A fresh SQLite file with all tables."""
    return f"sqlite:///{shutil.copy(empty_sqlite_file, tmp_path / 'roomie.db')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One running server per test process, with an empty database `roomie` as template."""
    server = PostgresServer()
    try:
        server.start()
        apart(run_sql, server.url(), "CREATE DATABASE roomie")
        apart(upgrade, server.url("roomie"))
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgres_connection(postgres_server: PostgresServer) -> Iterator[SqlConnection]:
    """To make and drop databases with."""
    connection = SqlConnection(postgres_server.url())
    yield connection
    connection.close()


@pytest.fixture
def postgres_copy(
    postgres_server: PostgresServer, postgres_connection: SqlConnection
) -> Iterator[Callable[[str], str]]:
    """Makes copies of a database, dropped after the test; returns their URLs."""
    made: list[str] = []

    def copy(template: str) -> str:
        made.append(f"test_{next(_numbers)}")
        postgres_connection.run(f"CREATE DATABASE {made[-1]} TEMPLATE {template} STRATEGY file_copy")
        return postgres_server.url(made[-1])

    yield copy
    for name in made:
        postgres_connection.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_copy: Callable[[str], str]) -> str:
    """A fresh PostgreSQL database with all tables."""
    return postgres_copy("roomie")


@pytest.fixture
def empty_postgres_url(postgres_copy: Callable[[str], str]) -> str:
    """A fresh PostgreSQL database without tables."""
    return postgres_copy("template1")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def open_another(
    database_url: str, rules: Rules, clock: StillClock
) -> AsyncIterator[Callable[[], Awaitable[ManagedStorage]]]:
    """Opens one more storage on the same database, as a second process would; closes it after the test."""
    opened: list[ManagedStorage] = []

    async def another() -> ManagedStorage:
        storage = open_storage(database_url, ReadModel(), rules, clock)
        opened.append(storage)
        await storage.open()
        await storage.load()
        return storage

    yield another
    for storage in opened:
        await storage.close()


@pytest.fixture
async def storage(open_another: Callable[[], Awaitable[ManagedStorage]]) -> ManagedStorage:
    """An empty storage, open and loaded."""
    return await open_another()
