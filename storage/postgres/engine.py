"""Everything that keeps a PostgreSQL storage going once it is loaded."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from core.clock import Clock
from core.errors import Unavailable
from core.policy.rules import Rules
from core.ports import Decision, DecisionKeys, Facts, UnitOfWork, WriteSet
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
    """Hot works, cold works, and what keeps the picture true, put together."""

    def __init__(self, dsn: str, read_model: ReadModel, rules: Rules, clock: Clock, origin: str) -> None:
        self._origin = origin
        self._workshop = TransactionExecutor(dsn)
        self.follower = ReadModelSync(read_model, self._workshop, origin, rules, clock)
        self.ear = ChangeListener(dsn, origin, self.follower)
        self._batches = CommandQueue(dsn, origin, _CommitPublisher(self.follower, self.ear))

    async def start(self) -> None:
        """Connect; what keeps us from the server is raised, and nothing left behind."""
        with translate_errors():
            try:
                await self.ear.start()
                await self._batches.start()
            except BaseException:
                await self.close()
                raise

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]], at: int) -> T:
        return await self._batches.decide(keys, decide, at)

    async def write(self, work: Callable[[UnitOfWork], T], at: int, *, apart: bool = True) -> T:
        """The change is in the picture before its result is given back, if the database lets us look.

        `apart` runs the work as if no other cold one ran at that time.
        """

        def run(connection: Connection) -> tuple[T, bool]:
            unit = SqlUnitOfWork(connection)
            result = work(unit)
            unit.write_changes(self._origin, at)
            return result, bool(unit.changes)

        result, changed_anything = await (
            self._workshop.write(run) if apart else self._workshop.write_relaxed(run)
        )
        if changed_anything:
            self.ear.notify()
            try:
                await self.follower.catch_up()
            except Unavailable:
                logger.warning("a change is committed, but not yet in the picture")
        return result

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self._workshop.read(lambda connection: work(SqlUnitOfWork(connection)))

    async def close(self) -> None:
        await self._batches.close()
        await self.ear.close()
        await self._workshop.close()


class _CommitPublisher:
    """Hears of commits for the picture, and passes the news on to other processes."""

    def __init__(self, follower: ReadModelSync, ear: ChangeListener) -> None:
        self._follower = follower
        self._ear = ear
        self.commit_begins = follower.commit_begins

    def on_commit(self, transaction: int, records: Sequence[WriteSet]) -> None:
        self._follower.on_commit(transaction, records)
        self._ear.notify()

    async def on_uncertain_commit(self, records: Sequence[WriteSet]) -> None:
        self._ear.notify()
        await self._follower.on_uncertain_commit(records)
