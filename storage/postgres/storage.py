"""Storage on a PostgreSQL server."""

from collections.abc import Callable, Sequence
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from core.catalogue import Catalogue
from core.clock import Clock
from core.policy.rules import Rules
from core.ports import DecisionKeys, Facts, JointDecision, UnitOfWork
from core.read_model import ReadModel, ReadModelUpdate
from storage.campus_columns import ALL_BUILDINGS, ALL_ROOMS, to_building, to_room
from storage.lazy import LazyStorage
from storage.migrations import check_revision
from storage.postgres.admin import stored_revision
from storage.postgres.connection import GENERAL_SETTINGS, connect
from storage.postgres.errors import translate_errors

if TYPE_CHECKING:
    from storage.postgres.engine import PostgresEngine

T = TypeVar("T")


class PostgresStorage(LazyStorage["PostgresEngine"]):
    """`ManagedStorage` over a PostgreSQL server."""

    def __init__(self, dsn: str, read_model: ReadModel, rules: Rules, clock: Clock) -> None:
        super().__init__(read_model, rules, clock)
        self._dsn = dsn

    async def open(self) -> None:
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

    def _make_engine(self) -> "PostgresEngine":
        from storage.postgres.engine import PostgresEngine

        return PostgresEngine(self._dsn, self.read_model, self._rules, self._clock, self._origin)

    async def decide_jointly(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]]
    ) -> T:
        engine = self._engine or await self._wait_for_engine()
        return await engine.decide(keys, decide, self._now())

    async def write(self, transaction: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait_for_engine()
        return await engine.write(transaction, self._now())

    async def write_relaxed(self, transaction: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait_for_engine()
        return await engine.write(transaction, self._now(), serializable=False)

    async def read(self, transaction: Callable[[UnitOfWork], T]) -> T:
        engine = self._engine or await self._wait_for_engine()
        return await engine.read(transaction)

    async def reload(self) -> None:
        engine = self._engine or await self._wait_for_engine()
        await engine.sync.reload()

    def is_fresh(self) -> bool:
        """Whether there was no notification since the last read; true while none can be received."""
        engine = self._engine
        return engine is None or not (engine.listener.is_connected and engine.sync.is_stale)

    def age(self) -> float:
        return perf_counter() - (self._engine.sync.synced_at if self._engine is not None else -inf)

    async def catch_up(self) -> None:
        engine = self._engine or await self._wait_for_engine()
        await engine.sync.catch_up()

    async def scrub(self) -> None:
        """Nothing: autovacuum frees dead rows, and only `VACUUM FULL` would overwrite them at once."""

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.close()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
