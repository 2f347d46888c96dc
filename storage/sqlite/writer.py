"""One thread owns the one connection that writes to SQLite, and lets many works share a commit.

Works queue up; the thread takes all that wait, runs them inside one `BEGIN IMMEDIATE`, commits once, and only
then hands each caller his own result or error. A work that breaks undoes only itself.
"""

import logging
import os
import sqlite3
import threading
from asyncio import AbstractEventLoop, Future, InvalidStateError, get_running_loop
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from core.errors import RoomieError, Unavailable
from storage.sqlite.errors import translated

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 256
_LONGEST_QUEUE = 20_000
_WAL_LIMIT = 32 * 1024 * 1024
"""Bytes. Beyond this the writer itself waits for readers and empties the write-ahead log."""


class Outcome(Protocol):
    """What a work left behind: how to tell memory about it, and what to tell the caller."""

    def deliver(self) -> object: ...


@dataclass(slots=True)
class Work:
    """One work in the queue. `is_guarded` asks for a savepoint; hot works write last and go without."""

    run: Callable[[], Outcome]
    future: "Future[Any]"
    is_guarded: bool
    outcome: Outcome | None = None
    error: BaseException | None = None

    def resolve(self) -> None:
        """On the event loop: memory first, then the caller."""
        result = self.outcome.deliver() if self.outcome is not None else None
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(result)


class SqliteWriter:
    """Runs works on its own thread, in batches. `connection` must not be used by anybody else."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._wal = Path(f"{path}-wal")
        self._loop: AbstractEventLoop = get_running_loop()
        self._queue: deque[Work] = deque()
        self._wake = threading.Semaphore(0)
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, name="sqlite writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], Outcome], *, is_guarded: bool) -> Any:  # noqa: ANN401 - each work has its own
        """The work's result, once it is committed; whatever it raised otherwise."""
        if not self._is_open or len(self._queue) >= _LONGEST_QUEUE:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        future: Future[Any] = self._loop.create_future()
        self._queue.append(Work(work, future, is_guarded))
        self._wake.release()
        return await future

    async def close(self) -> None:
        """Finish what is queued, then end the thread."""
        self._is_open = False
        self._wake.release()
        await self._loop.run_in_executor(None, self._thread.join)

    def _serve(self) -> None:
        while True:
            self._wake.acquire()
            batch = self._take()
            if batch:
                self._carry_out(batch)
                self._tell(batch)
                self._keep_log_short()
            elif not self._is_open and not self._queue:
                return

    def _take(self) -> list[Work]:
        batch: list[Work] = []
        while self._queue and len(batch) < _MOST_AT_ONCE:
            batch.append(self._queue.popleft())
        return batch

    def _carry_out(self, batch: list[Work]) -> None:
        """All in one transaction; should one break it, each in a transaction of its own."""
        try:
            self._together(batch)
        except Exception as error:  # noqa: BLE001 - whatever it was, it undid the whole batch
            self._roll_back()
            if len(batch) == 1:
                batch[0].outcome, batch[0].error = None, translated(error)
                return
            for work in batch:
                self._carry_out([work])

    def _together(self, batch: list[Work]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for work in batch:
            work.outcome, work.error = None, None
            (self._guarded if work.is_guarded else self._plain)(work)
        self._connection.execute("COMMIT")

    @staticmethod
    def _plain(work: Work) -> None:
        """Refusals come before anything is written; any other error is left to undo the batch."""
        try:
            work.outcome = work.run()
        except RoomieError as refusal:
            work.error = refusal

    def _guarded(self, work: Work) -> None:
        self._connection.execute("SAVEPOINT work")
        try:
            work.outcome = work.run()
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, not to this thread
            self._connection.execute("ROLLBACK TO work")
            work.error = translated(error)
        self._connection.execute("RELEASE work")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _tell(self, batch: list[Work]) -> None:
        try:
            self._loop.call_soon_threadsafe(_resolve, batch)
        except RuntimeError:  # the loop is gone; nobody is left to hear
            logger.warning("%d committed works could not be reported", len(batch))

    def _keep_log_short(self) -> None:
        try:
            if os.stat(self._wal).st_size > _WAL_LIMIT:  # noqa: PTH116 - cheaper than Path.stat, once a batch
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (OSError, sqlite3.Error):
            return


def _resolve(batch: list[Work]) -> None:
    for work in batch:
        try:
            work.resolve()
        except InvalidStateError:
            continue
