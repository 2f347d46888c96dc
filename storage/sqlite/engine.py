"""SQLAlchemy over a SQLite file: the writer's connection, and a pool of readers through aiosqlite."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from time import sleep
from typing import TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from core.errors import Unavailable
from core.ports import UnitOfWork, WriteSet
from core.read_model import ReadModel
from storage.sqlite.announcements import announce
from storage.sqlite.connection import connect
from storage.sqlite.statements import SqliteStatements
from storage.sqlite.writer import SqliteWriter
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

_CHECKPOINT_ATTEMPTS, _CHECKPOINT_PAUSE = 40, 0.05
"""Seconds. Another connection's checkpoint makes ours busy at once, whatever the timeout."""


class SqliteEngine:
    """Writer and readers of a file. `last_change` is the newest log entry applied to the read model."""

    def __init__(self, path: Path, origin: str, read_model: ReadModel) -> None:
        self.last_change = 0
        self._read_model = read_model
        self._path = path
        self._driver = connect(path)
        self._decisions = SqliteStatements(self._driver, origin, self._announce)
        self._write_engine = create_engine("sqlite://", creator=lambda: self._driver, poolclass=StaticPool)
        self._connection = self._write_engine.connect()
        self._read_engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=4, max_overflow=4)
        event.listen(self._read_engine.sync_engine, "connect", _prepare_reader)
        event.listen(
            self._read_engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN")
        )

    async def start(self) -> None:
        self.writer = SqliteWriter(
            self._driver, self._path, self._decisions.run, self._read_model.apply_commit
        )

    def _announce(self, writes: Iterable[WriteSet], at: int) -> None:
        """Stores the events of a decision for webhooks; inside its transaction, on the writer's thread."""
        if self._read_model.has_webhooks:
            announce(self._driver, writes, at)

    def unit(self) -> SqlUnitOfWork:
        """A unit of work on the writer's connection, for the writer's thread only."""
        return SqlUnitOfWork(self._connection)

    async def read(self, transaction: Callable[[UnitOfWork], T]) -> T:
        async with self._read_engine.connect() as connection:
            return await connection.run_sync(lambda each: transaction(SqlUnitOfWork(each)))

    def scrub(self) -> None:
        """Rewrites the file without free pages, and empties the write-ahead log.

        For the writer's thread, between transactions. `Unavailable` while a reader holds on to the log.
        """
        self._driver.execute("VACUUM")
        for _ in range(_CHECKPOINT_ATTEMPTS):
            is_busy, *_ = self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not is_busy:
                return
            sleep(_CHECKPOINT_PAUSE)
        raise Unavailable("The database is being read for long. It will be cleaned a little later.")

    async def close(self) -> None:
        await self.writer.close()
        await self._read_engine.dispose()
        try:
            self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            return
        finally:
            self._connection.close()
            self._write_engine.dispose()


def _prepare_reader(driver: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    driver.isolation_level = None
    cursor = driver.cursor()
    for pragma in ("query_only=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
