"""Keeping the picture true on PostgreSQL: own commits at once, everything else from the log of changes."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import inf
from time import perf_counter
from typing import NamedTuple

from sqlalchemy import Connection, text

from core.clock import Clock
from core.errors import Unavailable
from core.interval import Interval
from core.model import Change, RoomId
from core.policy.rules import Rules
from core.ports import WriteSet
from core.read_model import EVERYTHING, ReadModel, ReadModelUpdate, default_window, read_update
from storage.change_log import LogPosition, end_of_log, read_since
from storage.postgres.executor import TransactionExecutor
from storage.postgres.snapshot import TransactionSnapshot
from storage.postgres.statements import changes_of
from storage.schedules import read_rooms
from storage.unit_of_work import SqlUnitOfWork

_TIMETABLE = Change("timetable")
_OF_ROOMS = {"room", "schedule"}


class _Read(NamedTuple):
    """What one snapshot told, and where in the log to read on."""

    snapshot: TransactionSnapshot
    position: LogPosition
    update: tuple[ReadModelUpdate, ...]


class ReadModelSync:
    """Reads one snapshot at a time, so that news are learned in the order in which they were taken.

    A commit of ours that a snapshot does not see is newer than it: its records are seen again on top. Those
    that were about to be confirmed when a snapshot came are waited for, and so never laid over newer news.
    """

    def __init__(
        self, read_model: ReadModel, workshop: TransactionExecutor, origin: str, rules: Rules, clock: Clock
    ) -> None:
        self.is_stale = False
        self.synced_at = -inf
        self._read_model = read_model
        self._workshop = workshop
        self._origin = origin
        self._rules = rules
        self._clock = clock
        self._place = LogPosition()
        self._lock = asyncio.Lock()
        self._asked = 0
        self._served = 0
        self._since_snapshot: list[tuple[int, WriteSet]] = []
        self._underway: set[asyncio.Future[None]] = set()
        self._in_doubt: frozenset[Change] = frozenset()

    def commit_begins(self) -> "asyncio.Future[None]":
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._underway.add(ended)
        ended.add_done_callback(self._underway.discard)
        return ended

    def on_commit(self, transaction: int, records: Sequence[WriteSet]) -> None:
        """Put what was just committed here into the picture."""
        for record in records:
            self._read_model.apply_commit(record)
            if self._lock.locked():
                self._since_snapshot.append((transaction, record))

    async def on_uncertain_commit(self, records: Sequence[WriteSet]) -> None:
        for record in records:
            self._in_doubt |= changes_of(record)
        with suppress(Unavailable):
            await self.catch_up()

    async def catch_up(self) -> None:
        """Learn all that was committed anywhere before this call."""
        self._asked += 1
        ticket = self._asked
        async with self._lock:
            if self._served >= ticket:
                return
            serving, in_doubt = self._asked, self._in_doubt
            self.is_stale = False
            window = self._read_model.window or self._window()
            try:
                await self._apply(lambda connection: self._changed(connection, in_doubt, window))
            except BaseException:
                self.is_stale = True
                raise
            self._in_doubt -= in_doubt
            self._served = serving

    async def reload(self) -> None:
        """Learn everything anew, for a window around now."""
        async with self._lock:
            window = self._window()
            await self._apply(lambda connection: _read_everything(connection, window))

    async def _apply(self, read: Callable[[Connection], _Read]) -> None:
        self._since_snapshot.clear()
        began = perf_counter()
        found = await self._workshop.read(read)
        if self._underway:
            await asyncio.wait(self._underway.copy())
        for news in found.update:
            self._read_model.apply_update(news)
        self._place = found.position
        for transaction, record in self._since_snapshot if found.update else ():
            if not found.snapshot.sees(transaction):
                self._read_model.apply_commit(record)
        self.synced_at = began

    def _changed(self, connection: Connection, in_doubt: Iterable[Change], window: Interval) -> _Read:
        snapshot = _snapshot(connection)
        place, logged = read_since(connection, self._place, self._origin)
        changes = logged.union(in_doubt)
        return _Read(snapshot, place, tuple(_read_changes(connection, changes, window)))

    def _window(self) -> Interval:
        return default_window(self._clock.now(), self._rules)


def _read_everything(connection: Connection, window: Interval) -> _Read:
    snapshot = _snapshot(connection)
    news = read_update(SqlUnitOfWork(connection), EVERYTHING, window)
    return _Read(snapshot, end_of_log(connection), (news,))


def _read_changes(
    connection: Connection, changes: frozenset[Change], window: Interval
) -> Iterable[ReadModelUpdate]:
    """Rooms are read together; they need no reading where all of them are read anyway."""
    unit = SqlUnitOfWork(connection)
    rooms = {RoomId(change.key) for change in changes if change.kind in _OF_ROOMS}
    others = [change for change in changes if change.kind not in _OF_ROOMS]
    if others:
        yield read_update(unit, others, window)
    if rooms and _TIMETABLE not in changes:
        yield ReadModelUpdate(rooms=read_rooms(unit, rooms, window))


def _snapshot(connection: Connection) -> TransactionSnapshot:
    return TransactionSnapshot.read(
        connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one()
    )
