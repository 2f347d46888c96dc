"""Everything that keeps a PostgreSQL storage going once it is loaded."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from core.clock import Clock
from core.errors import Unavailable
from core.policy.rules import Rules
from core.ports.storage import Decision, Facts, Keys, Record, Unit
from core.read_model import Picture
from storage.postgres.cache_sync import Follower
from storage.postgres.command_queue import Batches
from storage.postgres.errors import translating
from storage.postgres.executor import Workshop
from storage.postgres.listener import Ear
from storage.unit_of_work import ConnectionUnit

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Engine:
    """Hot works, cold works, and what keeps the picture true, put together."""

    def __init__(self, dsn: str, picture: Picture, rules: Rules, clock: Clock, origin: str) -> None:
        self._origin = origin
        self._workshop = Workshop(dsn)
        self.follower = Follower(picture, self._workshop, origin, rules, clock)
        self.ear = Ear(dsn, origin, self.follower)
        self._batches = Batches(dsn, origin, _Telling(self.follower, self.ear))

    async def start(self) -> None:
        """Connect; what keeps us from the server is raised, and nothing left behind."""
        with translating():
            try:
                await self.ear.start()
                await self._batches.start()
            except BaseException:
                await self.close()
                raise

    async def decide(self, keys: Keys, decide: Callable[[Facts], Decision[T]], at: int) -> T:
        return await self._batches.decide(keys, decide, at)

    async def write(self, work: Callable[[Unit], T], at: int, *, apart: bool = True) -> T:
        """The change is in the picture before its result is given back, if the database lets us look.

        `apart` runs the work as if no other cold one ran at that time.
        """

        def run(connection: Connection) -> tuple[T, bool]:
            unit = ConnectionUnit(connection)
            result = work(unit)
            unit.write_changes(self._origin, at)
            return result, bool(unit.changes)

        result, changed_anything = await (self._workshop.write(run) if apart else self._workshop.take(run))
        if changed_anything:
            self.ear.tell()
            try:
                await self.follower.catch_up()
            except Unavailable:
                logger.warning("a change is committed, but not yet in the picture")
        return result

    async def read(self, work: Callable[[Unit], T]) -> T:
        return await self._workshop.read(lambda connection: work(ConnectionUnit(connection)))

    async def close(self) -> None:
        await self._batches.close()
        await self.ear.close()
        await self._workshop.close()


class _Telling:
    """Hears of commits for the picture, and passes the news on to other processes."""

    def __init__(self, follower: Follower, ear: Ear) -> None:
        self._follower = follower
        self._ear = ear
        self.commit_begins = follower.commit_begins

    def saw(self, transaction: int, records: Sequence[Record]) -> None:
        self._follower.saw(transaction, records)
        self._ear.tell()

    async def doubts(self, records: Sequence[Record]) -> None:
        self._ear.tell()
        await self._follower.doubts(records)
