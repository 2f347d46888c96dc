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
from core.model.entities import RoomId
from core.policy.rules import Rules
from core.ports.storage import Change, Record
from core.read_model import EVERYTHING, News, Picture, read_news, window_around
from storage.change_log import Place, end_of_log, read_on
from storage.postgres.executor import Workshop
from storage.postgres.snapshot import Snapshot
from storage.postgres.statements import changes_of
from storage.schedules import read_rooms
from storage.unit_of_work import ConnectionUnit

_TIMETABLE = Change("timetable")
_OF_ROOMS = {"room", "schedule"}


class _Read(NamedTuple):
    """What one snapshot told, and where in the log to read on."""

    snapshot: Snapshot
    place: Place
    news: tuple[News, ...]


class Follower:
    """Reads one snapshot at a time, so that news are learned in the order in which they were taken.

    A commit of ours that a snapshot does not see is newer than it: its records are seen again on top. Those
    that were about to be confirmed when a snapshot came are waited for, and so never laid over newer news.
    """

    def __init__(self, picture: Picture, workshop: Workshop, origin: str, rules: Rules, clock: Clock) -> None:
        self.is_behind = False
        self.true_at = -inf
        self._picture = picture
        self._workshop = workshop
        self._origin = origin
        self._rules = rules
        self._clock = clock
        self._place = Place()
        self._turn = asyncio.Lock()
        self._asked = 0
        self._served = 0
        self._since_snapshot: list[tuple[int, Record]] = []
        self._underway: set[asyncio.Future[None]] = set()
        self._in_doubt: frozenset[Change] = frozenset()

    def commit_begins(self) -> "asyncio.Future[None]":
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._underway.add(ended)
        ended.add_done_callback(self._underway.discard)
        return ended

    def saw(self, transaction: int, records: Sequence[Record]) -> None:
        """Put what was just committed here into the picture."""
        for record in records:
            self._picture.see(record)
            if self._turn.locked():
                self._since_snapshot.append((transaction, record))

    async def doubts(self, records: Sequence[Record]) -> None:
        for record in records:
            self._in_doubt |= changes_of(record)
        with suppress(Unavailable):
            await self.catch_up()

    async def catch_up(self) -> None:
        """Learn all that was committed anywhere before this call."""
        self._asked += 1
        ticket = self._asked
        async with self._turn:
            if self._served >= ticket:
                return
            serving, in_doubt = self._asked, self._in_doubt
            self.is_behind = False
            window = self._picture.window or self._window()
            try:
                await self._learn(lambda connection: self._changed(connection, in_doubt, window))
            except BaseException:
                self.is_behind = True
                raise
            self._in_doubt -= in_doubt
            self._served = serving

    async def reload(self) -> None:
        """Learn everything anew, for a window around now."""
        async with self._turn:
            window = self._window()
            await self._learn(lambda connection: _everything(connection, window))

    async def _learn(self, read: Callable[[Connection], _Read]) -> None:
        self._since_snapshot.clear()
        began = perf_counter()
        found = await self._workshop.read(read)
        if self._underway:
            await asyncio.wait(self._underway.copy())
        for news in found.news:
            self._picture.learn(news)
        self._place = found.place
        for transaction, record in self._since_snapshot if found.news else ():
            if not found.snapshot.sees(transaction):
                self._picture.see(record)
        self.true_at = began

    def _changed(self, connection: Connection, in_doubt: Iterable[Change], window: Interval) -> _Read:
        snapshot = _snapshot(connection)
        place, logged = read_on(connection, self._place, self._origin)
        changes = logged.union(in_doubt)
        return _Read(snapshot, place, tuple(_news(connection, changes, window)))

    def _window(self) -> Interval:
        return window_around(self._clock.now(), self._rules)


def _everything(connection: Connection, window: Interval) -> _Read:
    snapshot = _snapshot(connection)
    news = read_news(ConnectionUnit(connection), EVERYTHING, window)
    return _Read(snapshot, end_of_log(connection), (news,))


def _news(connection: Connection, changes: frozenset[Change], window: Interval) -> Iterable[News]:
    """Rooms are read together; they need no reading where all of them are read anyway."""
    unit = ConnectionUnit(connection)
    rooms = {RoomId(change.key) for change in changes if change.kind in _OF_ROOMS}
    others = [change for change in changes if change.kind not in _OF_ROOMS]
    if others:
        yield read_news(unit, others, window)
    if rooms and _TIMETABLE not in changes:
        yield News(rooms=read_rooms(unit, rooms, window))


def _snapshot(connection: Connection) -> Snapshot:
    return Snapshot.read(connection.execute(text("SELECT pg_current_snapshot()::text")).scalar_one())
