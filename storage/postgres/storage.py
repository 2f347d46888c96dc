"""Keeping everything in PostgreSQL: hot works in batches, cold ones apart, the picture true beside them."""

import asyncio
import uuid
from collections.abc import Callable
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from core.catalogue import Catalogue
from core.clock import Clock
from core.errors import Unavailable
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, UnitOfWork
from core.read_model import ReadModel, ReadModelUpdate
from storage.mapping import ALL_BUILDINGS, ALL_ROOMS, to_building, to_room
from storage.migrations import check_revision
from storage.postgres.admin import stored_revision
from storage.postgres.connection import GENERAL_SETTINGS, connect
from storage.postgres.errors import translate_errors

if TYPE_CHECKING:
    from storage.postgres.engine import PostgresEngine

T = TypeVar("T")


class PostgresStorage:
    """The core's `Storage` over a server.

    `open` is quick: it reads the catalogue with the bare driver. SQLAlchemy and all else follow in `load`,
    which may run while the first requests are already answered; works wait for it by themselves.
    """

    def __init__(self, dsn: str, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        self.read_model = read_model
        self._dsn = dsn
        self._rules = rules
        self._clock = clock
        self._origin = uuid.uuid4().hex
        self._engine: PostgresEngine | None = None
        self._ready: asyncio.Future[PostgresEngine] | None = None

    async def open(self) -> None:
        """Check the schema and read the catalogue. `WrongSchema` when database and code do not fit."""
        with translate_errors():
            session = await connect(self._dsn, GENERAL_SETTINGS)
            try:
                check_revision(*(await stored_revision(session)))
                buildings, rooms = await session.fetch(ALL_BUILDINGS), await session.fetch(ALL_ROOMS)
            finally:
                await session.close(timeout=1)
        self.read_model.apply_update(
            ReadModelUpdate(catalogue=Catalogue(map(to_building, buildings), map(to_room, rooms)))
        )

    async def load(self) -> None:
        """Connect for good and read busy times and people into the picture."""
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
        await engine.follower.reload()

    def _make_engine(self) -> "PostgresEngine":
        from storage.postgres.engine import PostgresEngine

        return PostgresEngine(self._dsn, self.read_model, self._rules, self._clock, self._origin)

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]]) -> T:
        engine = self._engine or await self._wait()
        return await engine.decide(keys, decide, self._now())

    async def write(self, work: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait()
        return await engine.write(work, self._now())

    async def write_relaxed(self, work: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait()
        return await engine.write(work, self._now(), apart=False)

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait()
        return await engine.read(work)

    async def loaded(self) -> None:
        """Wait until busy times and people are in the picture."""
        engine = self._engine or await self._wait()
        if not self.read_model.is_complete:
            await engine.follower.reload()

    async def reload(self) -> None:
        """Read the whole picture anew, its window around now."""
        engine = self._engine or await self._wait()
        await engine.follower.reload()

    def is_fresh(self) -> bool:
        """Whether no other process said that it wrote more; while none can be heard, memory must do."""
        engine = self._engine
        return engine is None or not (engine.ear.is_connected and engine.follower.is_stale)

    def age(self) -> float:
        """Seconds since the picture was last known to hold all that was committed anywhere."""
        return perf_counter() - (self._engine.follower.synced_at if self._engine is not None else -inf)

    async def catch_up(self) -> None:
        """Read into the picture what other processes wrote."""
        engine = self._engine or await self._wait()
        await engine.follower.catch_up()

    async def probe(self) -> None:
        """Raise `Unavailable` unless something could be written now."""
        await self.write(lambda unit: unit.set_setting("probed_at", self._clock.now().isoformat()))

    async def close(self) -> None:
        """Finish what is queued, then let go of the server."""
        if self._engine is not None:
            await self._engine.close()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def _wait(self) -> "PostgresEngine":
        if self._ready is None:
            raise Unavailable("Roomie is still starting. Please try again in a moment.")
        return await asyncio.shield(self._ready)
