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
from core.ports.storage import Decision, Facts, Keys, Unit
from core.read_model import EVERYTHING, News, Picture, read_news, window_around
from storage.mapping import ALL_BUILDINGS, ALL_ROOMS, building_of, room_of
from storage.migrations import check_revision
from storage.sqlite.connection import connect, stored_revision
from storage.sqlite.errors import translating

if TYPE_CHECKING:
    from storage.sqlite.engine import Engine

T = TypeVar("T")

_OTHERS_WROTE = "SELECT 1 FROM change WHERE seq > ? AND origin <> ? LIMIT 1"
_STALE_AFTER = 0.005
"""Seconds. How long what was read counts as fresh before other processes' changes are looked for."""
_CHECKPOINT_EVERY = 1.0


class SqliteStorage:
    """The core's `Storage` over a file.

    `open` is quick: it reads the catalogue with the bare driver. SQLAlchemy and all else follow in `load`,
    which may run while the first requests are already answered; works wait for it by themselves.
    """

    def __init__(self, path: Path, picture: Picture, rules: Rules, clock: Clock) -> None:
        self.picture = picture
        self._path = path
        self._rules = rules
        self._clock = clock
        self._origin = uuid.uuid4().hex
        self._engine: Engine | None = None
        self._ready: asyncio.Future[Engine] | None = None
        self._peek: sqlite3.Connection | None = None
        self._seen_version = -1
        self._looked_at = 0.0
        self._is_behind = False
        self._true_at = -inf
        self._closing = threading.Event()
        self._checkpoints: threading.Thread | None = None

    @property
    def path(self) -> Path:
        return self._path

    async def open(self) -> None:
        """Check the schema and read the catalogue. `WrongSchema` when file and code do not fit."""
        if not self._path.exists():
            check_revision(None)
        with translating():
            self._peek = connect(self._path)
            self._peek.execute("PRAGMA busy_timeout=0")
            check_revision(*stored_revision(self._peek))
            self.picture.learn(News(catalogue=_catalogue(self._peek)))

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

    def _make_engine(self) -> "Engine":
        from storage.sqlite.engine import Engine

        return Engine(self._path, self._origin)

    async def decide(self, keys: Keys, decide: Callable[[Facts], Decision[T]]) -> T:
        engine = self._engine or await self._wait()
        at = int(self._clock.now().timestamp())

        def work() -> "_Decided[T]":
            return _Decided(engine.decisions.run(keys, decide, at), self.picture)

        result: T = await engine.writer.run(work, is_guarded=False)
        return result

    async def write(self, work: Callable[[Unit], T]) -> T:
        engine = self._engine or await self._wait()
        now = self._clock.now()

        def run() -> "_Written[T]":
            unit = engine.unit()
            result = work(unit)
            unit.write_changes(self._origin, int(now.timestamp()))
            window = self.picture.window or window_around(now, self._rules)
            news = read_news(unit, unit.changes, window) if unit.changes else None
            return _Written(result, news, self.picture)

        result: T = await engine.writer.run(run, is_guarded=True)
        return result

    async def take(self, work: Callable[[Unit], T]) -> T:
        """The same as `write`: there is one writer, so nothing can come in between."""
        return await self.write(work)

    async def read(self, work: Callable[[Unit], T]) -> T:
        engine = self._engine or await self._wait()
        with translating():
            return await engine.read(work)

    async def loaded(self) -> None:
        """Wait until busy times and people are in the picture."""
        await self._wait()
        if not self.picture.is_complete:
            await self.reload()

    async def reload(self) -> None:
        """Read the whole picture anew, its window around now."""
        engine = self._engine or await self._wait()
        window = window_around(self._clock.now(), self._rules)

        def run() -> "_Written[None]":
            unit = engine.unit()
            engine.seen, _ = unit.changes_after(engine.seen, self._origin)
            return _Written(None, read_news(unit, EVERYTHING, window), self.picture)

        began = perf_counter()
        await engine.writer.run(run, is_guarded=True)
        self._true_at = began

    def is_fresh(self) -> bool:
        """Whether nothing that another process wrote is missing; looks at most every few milliseconds."""
        engine, now = self._engine, perf_counter()
        if engine is not None and not self._is_behind and now - self._looked_at >= _STALE_AFTER:
            self._looked_at = now
            with suppress(sqlite3.Error):
                self._is_behind = self._has_news(engine.seen)
                self._true_at = self._true_at if self._is_behind else now
        return not self._is_behind

    def age(self) -> float:
        """Seconds since the picture was last known to hold all that was committed; has a look first."""
        self.is_fresh()
        return perf_counter() - self._true_at

    def _has_news(self, seen: int) -> bool:
        if self._peek is None:
            return False
        version: int = self._peek.execute("PRAGMA data_version").fetchone()[0]
        if version == self._seen_version:
            return False
        found = self._peek.execute(_OTHERS_WROTE, (seen, self._origin)).fetchone()
        self._seen_version = version
        return found is not None

    async def catch_up(self) -> None:
        """Read into the picture what other processes wrote."""
        engine = self._engine or await self._wait()
        window = self.picture.window or window_around(self._clock.now(), self._rules)

        def run() -> "_Written[None]":
            unit = engine.unit()
            seen, changes = unit.changes_after(engine.seen, self._origin)
            news = read_news(unit, changes, window)
            engine.seen = seen
            return _Written(None, news, self.picture)

        self._is_behind, began = False, perf_counter()
        try:
            await engine.writer.run(run, is_guarded=True)
        except BaseException:
            self._is_behind = True
            raise
        self._true_at = began

    async def probe(self) -> None:
        """Raise `Unavailable` unless something could be written now."""
        await self.write(lambda unit: unit.set_setting("probed_at", self._clock.now().isoformat()))

    async def close(self) -> None:
        """Finish what is queued and leave the file tidy."""
        self._closing.set()
        if self._engine is not None:
            await self._engine.close()
        if self._peek is not None:
            self._peek.close()

    async def _wait(self) -> "Engine":
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
class _Decided(Generic[T]):
    decision: Decision[T]
    picture: Picture

    def deliver(self) -> T:
        if self.decision.record is not None:
            self.picture.see(self.decision.record)
        return self.decision.outcome


@dataclass(slots=True)
class _Written(Generic[T]):
    result: T
    news: News | None
    picture: Picture

    def deliver(self) -> T:
        if self.news is not None:
            self.picture.learn(self.news)
        return self.result


def _catalogue(connection: sqlite3.Connection) -> Catalogue:
    return Catalogue(
        map(building_of, connection.execute(ALL_BUILDINGS)), map(room_of, connection.execute(ALL_ROOMS))
    )
