"""What tests ask for by name: a still clock, rules, and databases of their own, ready to use.

`database_url` is a fresh SQLite file; a folder whose tests are about both databases says so in its conftest.
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core.picture import Picture
from core.policy.rules import Rules
from storage.open import Kept, open_storage, prepare
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.postgres import PostgresServer

_numbers = itertools.count()


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture(scope="session")
def empty_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows; copy it, leave it as it is."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    _apart(prepare, f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, empty_sqlite_file: Path) -> str:
    """A fresh SQLite file with all tables."""
    return f"sqlite:///{shutil.copy(empty_sqlite_file, tmp_path / 'roomie.db')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One running server for every test of this process, with an empty database `roomie` to copy."""
    server = PostgresServer()
    try:
        server.start()
        _sql(server, "CREATE DATABASE roomie")
        _apart(prepare, server.url("roomie"))
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh PostgreSQL database with all tables."""
    name = f"test_{next(_numbers)}"
    _sql(postgres_server, f"CREATE DATABASE {name} TEMPLATE roomie")
    yield postgres_server.url(name)
    _sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A fresh PostgreSQL database without tables."""
    name = f"test_{next(_numbers)}"
    _sql(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    _sql(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def open_another(
    database_url: str, rules: Rules, clock: StillClock
) -> AsyncIterator[Callable[[], Awaitable[Kept]]]:
    """Opens one more storage on the same database, as another process would; closed at the end."""
    opened: list[Kept] = []

    async def another() -> Kept:
        storage = open_storage(database_url, Picture(), rules, clock)
        opened.append(storage)
        await storage.open()
        await storage.load()
        return storage

    yield another
    for storage in opened:
        await storage.close()


@pytest.fixture
async def storage(open_another: Callable[[], Awaitable[Kept]]) -> Kept:
    """Empty, open and loaded."""
    return await open_another()


def _sql(server: PostgresServer, statement: str) -> None:
    async def run(url: str) -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    _apart(run, server.url())


def _apart(work: Callable[[str], Coroutine[Any, Any, None]], url: str) -> None:
    """Run a coroutine function to its end beside the test's own event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work(url))).result()
