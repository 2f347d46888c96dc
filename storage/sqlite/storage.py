"""Storage in a SQLite file: one writer, many readers."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from math import inf
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

from core.catalogue import Catalogue
from core.clock import Clock
from core.policy.rules import Rules
from core.ports import DecisionKeys, Facts, JointDecision, UnitOfWork
from core.read_model import EVERYTHING, ReadModel, ReadModelUpdate, default_window, read_update
from storage.campus_columns import ALL_BUILDINGS, ALL_ROOMS, to_building, to_room
from storage.lazy import LazyStorage
from storage.migrations import check_revision
from storage.sqlite.connection import connect, stored_revision
from storage.sqlite.errors import translate_errors

if TYPE_CHECKING:
    from storage.sqlite.engine import SqliteEngine

T = TypeVar("T")

_HAS_CHANGES = "SELECT 1 FROM change WHERE seq > ? AND origin <> ? LIMIT 1"
_CHECK_INTERVAL = 0.005
"""Seconds between checks for changes of other processes."""
_CHECKPOINT_INTERVAL = 1.0


class SqliteStorage(LazyStorage["SqliteEngine"]):
    """`ManagedStorage` over a SQLite file."""

    def __init__(self, path: Path, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        super().__init__(read_model, rules, clock)
        self._path = path
        self._version_connection: sqlite3.Connection | None = None
        self._seen_version = -1
        self._checked_at = 0.0
        self._is_stale = False
        self._synced_at = -inf
        self._closing = threading.Event()

    @property
    def path(self) -> Path:
        return self._path

    async def open(self) -> None:
        if not self._path.exists():
            check_revision(None)
        with translate_errors():
            self._version_connection = connect(self._path)
            self._version_connection.execute("PRAGMA busy_timeout=0")
            check_revision(*stored_revision(self._version_connection))
            self.read_model.apply_update(ReadModelUpdate(catalogue=_catalogue(self._version_connection)))

    async def load(self) -> None:
        threading.Thread(target=self._checkpoint, name="checkpoints", daemon=True).start()
        await super().load()

    def _make_engine(self) -> "SqliteEngine":
        from storage.sqlite.engine import SqliteEngine

        return SqliteEngine(self._path, self._origin, self.read_model)

    async def decide_jointly(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]]
    ) -> T:
        engine = self._engine or await self._wait_for_engine()
        return await engine.writer.decide(keys, decide, int(self._clock.now().timestamp()))

    async def write(self, transaction: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait_for_engine()
        now, known = self._clock.now(), self.read_model.catalogue

        def run() -> "_WriteOutcome[T]":
            unit = engine.unit()
            result = transaction(unit)
            unit.write_changes(self._origin, int(now.timestamp()))
            window = self.read_model.window or default_window(now, self._rules)
            update = read_update(unit, unit.changes, window, known) if unit.changes else None
            return _WriteOutcome(result, update, self.read_model)

        result: T = await engine.writer.run(run)
        return result

    async def write_relaxed(self, transaction: Callable[[UnitOfWork], T]) -> T:
        """The same as `write`: with a single writer all transactions are serial."""
        return await self.write(transaction)

    async def read(self, transaction: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait_for_engine()
        with translate_errors():
            return await engine.read(transaction)

    async def reload(self) -> None:
        engine = self._engine or await self._wait_for_engine()
        window, known = default_window(self._clock.now(), self._rules), self.read_model.catalogue

        def run() -> "_WriteOutcome[None]":
            unit = engine.unit()
            engine.last_change, _ = unit.changes_after(engine.last_change, self._origin)
            return _WriteOutcome(None, read_update(unit, EVERYTHING, window, known), self.read_model)

        began = perf_counter()
        await engine.writer.run(run)
        self._synced_at = began

    def is_fresh(self) -> bool:
        """Whether there are no changes of other processes; checks at most every few milliseconds."""
        engine, now = self._engine, perf_counter()
        if engine is not None and not self._is_stale and now - self._checked_at >= _CHECK_INTERVAL:
            self._checked_at = now
            with suppress(sqlite3.Error):
                self._is_stale = self._is_changed_since(engine.last_change)
                self._synced_at = self._synced_at if self._is_stale else now
        return not self._is_stale

    def age(self) -> float:
        """Seconds since the read model was last known to be up to date; checks first."""
        self.is_fresh()
        return perf_counter() - self._synced_at

    def _is_changed_since(self, last_change: int) -> bool:
        if self._version_connection is None:
            return False
        version: int = self._version_connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._seen_version:
            return False
        found = self._version_connection.execute(_HAS_CHANGES, (last_change, self._origin)).fetchone()
        self._seen_version = version
        return found is not None

    async def catch_up(self) -> None:
        engine = self._engine or await self._wait_for_engine()
        window = self.read_model.window or default_window(self._clock.now(), self._rules)
        known = self.read_model.catalogue

        def run() -> "_WriteOutcome[None]":
            unit = engine.unit()
            last_change, changes = unit.changes_after(engine.last_change, self._origin)
            update = read_update(unit, changes, window, known)
            engine.last_change = last_change
            return _WriteOutcome(None, update, self.read_model)

        self._is_stale, began = False, perf_counter()
        try:
            await engine.writer.run(run, only_reads=True)
        except BaseException:
            self._is_stale = True
            raise
        self._synced_at = began

    async def scrub(self) -> None:
        engine = self._engine or await self._wait_for_engine()

        def run() -> "_WriteOutcome[None]":
            engine.scrub()
            return _WriteOutcome(None, None, self.read_model)

        await engine.writer.run(run, is_alone=True)

    async def close(self) -> None:
        """Finishes queued writes and checkpoints the file."""
        self._closing.set()
        if self._engine is not None:
            await self._engine.close()
        if self._version_connection is not None:
            self._version_connection.close()

    def _checkpoint(self) -> None:
        """Checkpoints the write-ahead log once a second, outside the writer's commits."""
        if self._closing.wait(_CHECKPOINT_INTERVAL):
            return
        with closing(connect(self._path)) as connection:
            while not self._closing.wait(_CHECKPOINT_INTERVAL):
                try:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                except sqlite3.Error:
                    continue


class _WriteOutcome(Struct, Generic[T]):
    result: T
    update: ReadModelUpdate | None
    read_model: ReadModel

    def deliver(self) -> T:
        if self.update is not None:
            self.read_model.apply_update(self.update)
        return self.result


def _catalogue(connection: sqlite3.Connection) -> Catalogue:
    return Catalogue(
        map(to_building, connection.execute(ALL_BUILDINGS)), map(to_room, connection.execute(ALL_ROOMS))
    )
