"""Several processes share a SQLite file, whose only write lock one of them may hold."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing

import pytest

from core.errors import Unavailable
from storage.sqlite.storage import SqliteStorage
from tests.builders import a_building

Open = Callable[[], Awaitable[SqliteStorage]]


@pytest.fixture
def other(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """A connection of another process, which can hold the lock."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        yield connection


async def test_a_write_waits_until_another_process_has_committed(
    open_another: Open, other: sqlite3.Connection
):
    here = await open_another()
    other.execute("BEGIN IMMEDIATE")

    write = asyncio.ensure_future(here.write(lambda unit: unit.rooms.put_buildings([a_building()])))
    await asyncio.sleep(0.05)
    assert not write.done()
    other.execute("COMMIT")
    await write

    assert here.read_model.catalogue.buildings


async def test_a_write_gives_up_when_the_lock_is_never_released(
    open_another: Open, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("storage.sqlite.write_lock._TIMEOUT", 0.05)
    here = await open_another()
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Unavailable):
        await here.write(lambda unit: unit.rooms.put_buildings([a_building()]))
    other.execute("ROLLBACK")
    await here.write(lambda unit: unit.rooms.put_buildings([a_building()]))

    assert here.read_model.catalogue.buildings


async def test_others_changes_are_read_while_another_process_writes(
    open_another: Open, other: sqlite3.Connection
):
    here, there = await open_another(), await open_another()
    await here.write(lambda unit: unit.rooms.put_buildings([a_building()]))
    other.execute("BEGIN IMMEDIATE")

    await asyncio.wait_for(there.catch_up(), timeout=4)

    assert there.read_model.catalogue.buildings
