"""Keeping everything in one SQLite file: one writer, many readers, and the picture kept true beside it."""

import asyncio
import sqlite3
import threading
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

from core.catalogue import Catalogue
from core.clock import Clock
from core.errors import Unavailable
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, UnitOfWork
from core.read_model import EVERYTHING, ReadModel, ReadModelUpdate, default_window, read_update
from storage.mapping import ALL_BUILDINGS, ALL_ROOMS, to_building, to_room
from storage.migrations import check_revision
from storage.sqlite.connection import connect, stored_revision
from storage.sqlite.errors import translate_errors

if TYPE_CHECKING:
    from storage.sqlite.engine import SqliteEngine

T = TypeVar("T")

_READ_DATA_VERSION = "SELECT 1 FROM change WHERE seq > ? AND origin <> ? LIMIT 1"
_STALE_AFTER = 0.005
"""Seconds. How long what was read counts as fresh before other processes' changes are looked for."""
_CHECKPOINT_EVERY = 1.0


class SqliteStorage:
    """The core's `Storage` over a file.

    `open` is quick: it reads the catalogue with the bare driver. SQLAlchemy and all else follow in `load`,
    which may run while the first requests are already answered; works wait for it by themselves.
    """

    def __init__(self, path: Path, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        self.read_model = read_model
        self._path = path
        self._rules = rules
        self._clock = clock
        self._origin = uuid.uuid4().hex
        self._engine: SqliteEngine | None = None
        self._ready: asyncio.Future[SqliteEngine] | None = None
        self._version_connection: sqlite3.Connection | None = None
        self._seen_version = -1
        self._checked_at = 0.0
        self._is_behind = False
        self._synced_at = -inf
        self._closing = threading.Event()
        self._checkpoints: threading.Thread | None = None

    @property
    def path(self) -> Path:
        return self._path

    async def open(self) -> None:
        """Check the schema and read the catalogue. `WrongSchema` when file and code do not fit."""
        if not self._path.exists():
            check_revision(None)
        with translate_errors():
            self._version_connection = connect(self._path)
            self._version_connection.execute("PRAGMA busy_timeout=0")
            check_revision(*stored_revision(self._version_connection))
            self.read_model.apply_update(ReadModelUpdate(catalogue=_catalogue(self._version_connection)))

    async def load(self) -> None:
        """Start the writer and read busy times and people into the picture."""
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        try:
            engine = await loop.run_in_executor(None, self._make_engine)
            await engine.start()
        except BaseException as error:
            self._ready.set_exception(error)
            self._ready.exception()
            raise
        self._engine = engine
        self._ready.set_result(engine)
        self._checkpoints = threading.Thread(target=self._checkpoint, name="checkpoints", daemon=True)
        self._checkpoints.start()
        await self.reload()

    def _make_engine(self) -> "SqliteEngine":
        from storage.sqlite.engine import SqliteEngine

        return SqliteEngine(self._path, self._origin)

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]]) -> T:
        engine = self._engine or await self._wait()
        at = int(self._clock.now().timestamp())

        def work() -> "_DecisionOutcome[T]":
            return _DecisionOutcome(engine.decisions.run(keys, decide, at), self.read_model)

        result: T = await engine.writer.run(work, uses_savepoint=False)
        return result

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait()
        now = self._clock.now()

        def run() -> "_WriteOutcome[T]":
            unit = engine.unit()
            result = work(unit)
            unit.write_changes(self._origin, int(now.timestamp()))
            window = self.read_model.window or default_window(now, self._rules)
            news = read_update(unit, unit.changes, window) if unit.changes else None
            return _WriteOutcome(result, news, self.read_model)

        result: T = await engine.writer.run(run, uses_savepoint=True)
        return result

    async def write_relaxed(self, work: Callable[[UnitOfWork], T]) -> T:
        """The same as `write`: there is one writer, so nothing can come in between."""
        return await self.write(work)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait()
        with translate_errors():
            return await engine.read(work)

    async def loaded(self) -> None:
        """Wait until busy times and people are in the picture."""
        await self._wait()
        if not self.read_model.is_complete:
            await self.reload()

    async def reload(self) -> None:
        """Read the whole picture anew, its window around now."""
        engine = self._engine or await self._wait()
        window = default_window(self._clock.now(), self._rules)

        def run() -> "_WriteOutcome[None]":
            unit = engine.unit()
            engine.seen, _ = unit.changes_after(engine.seen, self._origin)
            return _WriteOutcome(None, read_update(unit, EVERYTHING, window), self.read_model)

        began = perf_counter()
        await engine.writer.run(run, uses_savepoint=True)
        self._synced_at = began

    def is_fresh(self) -> bool:
        """Whether nothing that another process wrote is missing; looks at most every few milliseconds."""
        engine, now = self._engine, perf_counter()
        if engine is not None and not self._is_behind and now - self._checked_at >= _STALE_AFTER:
            self._checked_at = now
            with suppress(sqlite3.Error):
                self._is_behind = self._is_changed_since(engine.seen)
                self._synced_at = self._synced_at if self._is_behind else now
        return not self._is_behind

    def age(self) -> float:
        """Seconds since the picture was last known to hold all that was committed; has a look first."""
        self.is_fresh()
        return perf_counter() - self._synced_at

    def _is_changed_since(self, seen: int) -> bool:
        if self._version_connection is None:
            return False
        version: int = self._version_connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._seen_version:
            return False
        found = self._version_connection.execute(_READ_DATA_VERSION, (seen, self._origin)).fetchone()
        self._seen_version = version
        return found is not None

    async def catch_up(self) -> None:
        """Read into the picture what other processes wrote."""
        engine = self._engine or await self._wait()
        window = self.read_model.window or default_window(self._clock.now(), self._rules)

        def run() -> "_WriteOutcome[None]":
            unit = engine.unit()
            seen, changes = unit.changes_after(engine.seen, self._origin)
            news = read_update(unit, changes, window)
            engine.seen = seen
            return _WriteOutcome(None, news, self.read_model)

        self._is_behind, began = False, perf_counter()
        try:
            await engine.writer.run(run, uses_savepoint=True)
        except BaseException:
            self._is_behind = True
            raise
        self._synced_at = began

    async def probe(self) -> None:
        """Raise `Unavailable` unless something could be written now."""
        await self.write(lambda unit: unit.set_setting("probed_at", self._clock.now().isoformat()))

    async def close(self) -> None:
        """Finish what is queued and leave the file tidy."""
        self._closing.set()
        if self._engine is not None:
            await self._engine.close()
        if self._version_connection is not None:
            self._version_connection.close()

    async def _wait(self) -> "SqliteEngine":
        if self._ready is None:
            raise Unavailable("Roomie is still starting. Please try again in a moment.")
        return await asyncio.shield(self._ready)

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the file, beside the writer rather than inside its commits."""
        with closing(connect(self._path)) as connection:
            while not self._closing.wait(_CHECKPOINT_EVERY):
                try:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                except sqlite3.Error:
                    continue


@dataclass(slots=True)
class _DecisionOutcome(Generic[T]):
    decision: Decision[T]
    read_model: ReadModel

    def deliver(self) -> T:
        if self.decision.writes is not None:
            self.read_model.apply_commit(self.decision.writes)
        return self.decision.outcome


@dataclass(slots=True)
class _WriteOutcome(Generic[T]):
    result: T
    news: ReadModelUpdate | None
    read_model: ReadModel

    def deliver(self) -> T:
        if self.news is not None:
            self.read_model.apply_update(self.news)
        return self.result


def _catalogue(connection: sqlite3.Connection) -> Catalogue:
    return Catalogue(
        map(to_building, connection.execute(ALL_BUILDINGS)), map(to_room, connection.execute(ALL_ROOMS))
    )
