"""The parts of a loaded PostgreSQL storage."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from core.clock import Clock
from core.errors import Unavailable
from core.policy.rules import Rules
from core.ports import DecisionKeys, Facts, JointDecision, UnitOfWork, WriteSet
from core.read_model import ReadModel
from storage.postgres.cache_sync import ReadModelSync
from storage.postgres.command_queue import CommandQueue
from storage.postgres.errors import translate_errors
from storage.postgres.executor import TransactionExecutor
from storage.postgres.listener import ChangeListener
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")

logger = logging.getLogger(__name__)


class PostgresEngine:
    """Command queue, transaction executor, read model sync and change listener."""

    def __init__(self, dsn: str, read_model: ReadModel, rules: Rules, clock: Clock, origin: str) -> None:
        self._origin = origin
        self._executor = TransactionExecutor(dsn)
        self.sync = ReadModelSync(read_model, self._executor, origin, rules, clock)
        self.listener = ChangeListener(dsn, origin, self.sync)
        self._queue = CommandQueue(dsn, origin, _CommitPublisher(self.sync, self.listener))

    async def start(self) -> None:
        """Connects; on an error everything is closed again."""
        with translate_errors():
            try:
                await self.listener.start()
                await self._queue.start()
            except BaseException:
                await self.close()
                raise

    async def decide(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]], at: int
    ) -> T:
        return await self._queue.decide(keys, decide, at)

    async def write(self, transaction: Callable[[UnitOfWork], T], at: int, *, serializable: bool = True) -> T:
        """Runs a transaction function; the read model has its changes before the result is returned.

        If the read model cannot be updated now, the result is returned nevertheless.
        """

        def run(connection: Connection) -> tuple[T, bool]:
            unit = SqlUnitOfWork(connection)
            result = transaction(unit)
            unit.write_changes(self._origin, at)
            return result, bool(unit.changes)

        result, has_changes = await (
            self._executor.write(run) if serializable else self._executor.write_relaxed(run)
        )
        if has_changes:
            self.listener.notify()
            try:
                await self.sync.catch_up()
            except Unavailable:
                logger.warning("a change is committed, but not yet in the read model")
        return result

    async def read(self, transaction: Callable[[UnitOfWork], T]) -> T:
        return await self._executor.read(lambda connection: transaction(SqlUnitOfWork(connection)))

    async def close(self) -> None:
        await self._queue.close()
        await self.listener.close()
        await self._executor.close()


class _CommitPublisher:
    """Applies commits to the read model and notifies other processes."""

    def __init__(self, sync: ReadModelSync, listener: ChangeListener) -> None:
        self._sync = sync
        self._listener = listener
        self.commit_begins = sync.commit_begins

    @property
    def has_webhooks(self) -> bool:
        return self._sync.has_webhooks

    def on_commit(self, transaction: int, writes: Sequence[WriteSet]) -> None:
        self._sync.on_commit(transaction, writes)
        self._listener.notify()

    async def on_uncertain_commit(self, writes: Sequence[WriteSet]) -> None:
        self._listener.notify()
        await self._sync.on_uncertain_commit(writes)
