"""SQLAlchemy over a SQLite file: the writer's own connection, and a pool of readers through aiosqlite."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from core.ports.storage import Unit
from storage.sqlite.connection import connect
from storage.sqlite.statements import SqliteDecisions
from storage.sqlite.writer import SqliteWriter
from storage.unit_of_work import ConnectionUnit

T = TypeVar("T")


class Engine:
    """Both ways into the file. `seen` is the newest change of other processes that the picture knows."""

    def __init__(self, path: Path, origin: str) -> None:
        self.seen = 0
        self._path = path
        self._driver = connect(path)
        self.decisions = SqliteDecisions(self._driver, origin)
        self._writing = create_engine("sqlite://", creator=lambda: self._driver, poolclass=StaticPool)
        self._connection = self._writing.connect()
        self._reading = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=4, max_overflow=4)
        event.listen(self._reading.sync_engine, "connect", _prepare_reader)
        event.listen(
            self._reading.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN")
        )

    async def start(self) -> None:
        self.writer = SqliteWriter(self._driver, self._path)

    def unit(self) -> ConnectionUnit:
        """Everything, through the writer's connection; for use on the writer's thread only."""
        return ConnectionUnit(self._connection)

    async def read(self, work: Callable[[Unit], T]) -> T:
        async with self._reading.connect() as connection:
            return await connection.run_sync(lambda each: work(ConnectionUnit(each)))

    async def close(self) -> None:
        await self.writer.close()
        await self._reading.dispose()
        try:
            self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            return
        finally:
            self._connection.close()
            self._writing.dispose()


def _prepare_reader(driver: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    driver.isolation_level = None
    cursor = driver.cursor()
    for pragma in ("query_only=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
