"""Synchronises the read model with PostgreSQL: own commits at once, others through the change log."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from time import perf_counter
from typing import NamedTuple

from sqlalchemy import Connection, text

from core.catalogue import Catalogue
from core.clock import Clock
from core.errors import Unavailable
from core.interval import Interval
from core.model import Change
from core.policy.rules import Rules
from core.ports import WriteSet
from core.read_model import EVERYTHING, ReadModel, ReadModelUpdate, default_window, read_update
from storage.change_log import LogPosition, end_of_log, read_since
from storage.postgres.changed_bookings import read_changed_bookings
from storage.postgres.executor import TransactionExecutor
from storage.postgres.snapshot import TransactionSnapshot
from storage.unit_of_work import SqlUnitOfWork


class _Read(NamedTuple):
    """What was read from one snapshot, None if nothing changed, and the log position after it."""

    snapshot: TransactionSnapshot
    position: LogPosition
    update: ReadModelUpdate | None


class ReadModelSync:
    """Applies one snapshot at a time, so that updates are applied in the order in which they were read.

    Own commits not visible in the snapshot are re-applied after it, because the snapshot is older. Commits in
    progress when the snapshot arrives are awaited first, so that none is applied over a newer update.
    """

    def __init__(
        self, read_model: ReadModel, executor: TransactionExecutor, origin: str, rules: Rules, clock: Clock
    ) -> None:
        self.is_stale = False
        self.synced_at = -inf
        self._read_model = read_model
        self._executor = executor
        self._origin = origin
        self._rules = rules
        self._clock = clock
        self._position = LogPosition()
        self._known_before: int | None = None
        """The transactions before this number are in the read model."""
        self._lock = asyncio.Lock()
        self._requested = 0
        self._served = 0
        self._since_snapshot: list[tuple[int, WriteSet]] = []
        self._open_commits: set[asyncio.Future[None]] = set()
        self._uncertain: frozenset[Change] = frozenset()

    @property
    def has_webhooks(self) -> bool:
        return self._read_model.has_webhooks

    def commit_begins(self) -> "asyncio.Future[None]":
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open_commits.add(ended)
        ended.add_done_callback(self._open_commits.discard)
        return ended

    def on_commit(self, transaction: int, writes: Sequence[WriteSet]) -> None:
        self._read_model.apply_commit(*writes)
        if self._lock.locked():
            self._since_snapshot += [(transaction, write) for write in writes]

    async def on_uncertain_commit(self, writes: Sequence[WriteSet]) -> None:
        for write in writes:
            self._uncertain |= write.changes
        with suppress(Unavailable):
            await self.catch_up()

    async def catch_up(self) -> None:
        """Applies all changes that were committed before this call, by any process."""
        self._requested += 1
        ticket = self._requested
        async with self._lock:
            if self._served >= ticket:
                return
            serving, uncertain = self._requested, self._uncertain
            self.is_stale = False
            window = self._read_model.window or self._window()
            try:
                await self._apply(lambda connection: self._changed(connection, uncertain, window))
            except BaseException:
                self.is_stale = True
                raise
            self._uncertain -= uncertain
            self._served = serving

    async def reload(self) -> None:
        """Rebuilds the read model for a window around now."""
        async with self._lock:
            window, known = self._window(), self._read_model.catalogue
            await self._apply(lambda connection: _read_everything(connection, window, known))

    async def _apply(self, read: Callable[[Connection], _Read]) -> None:
        self._since_snapshot.clear()
        began = perf_counter()
        found = await self._executor.read(read)
        if self._open_commits:
            await asyncio.wait(self._open_commits.copy())
        if found.update is not None:
            self._read_model.apply_update(found.update)
        self._position, self._known_before = found.position, found.snapshot.first_running
        for transaction, write in self._since_snapshot if found.update is not None else ():
            if not found.snapshot.sees(transaction):
                self._read_model.apply_commit(write)
        self.synced_at = began

    def _changed(self, connection: Connection, uncertain: Iterable[Change], window: Interval) -> _Read:
        known = self._read_model.catalogue
        snapshot = _snapshot(connection)
        position, logged = read_since(connection, self._position, self._origin)
        changes = logged.union(uncertain)
        if not changes:
            return _Read(snapshot, position, None)
        reader = None
        if self._known_before is not None and not uncertain:
            reader = partial(read_changed_bookings, connection, window, self._known_before)
        return _Read(
            snapshot, position, read_update(SqlUnitOfWork(connection), changes, window, known, reader)
        )

    def _window(self) -> Interval:
        return default_window(self._clock.now(), self._rules)


def _read_everything(connection: Connection, window: Interval, known: Catalogue) -> _Read:
    snapshot = _snapshot(connection)
    update = read_update(SqlUnitOfWork(connection), EVERYTHING, window, known)
    return _Read(snapshot, end_of_log(connection), update)


def _snapshot(connection: Connection) -> TransactionSnapshot:
    return TransactionSnapshot.read(
        connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one()
    )
