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
from storage.sqlite.errors import translate

logger = logging.getLogger(__name__)

_MAX_BATCH_SIZE = 256
_MAX_QUEUE_LENGTH = 20_000
_WAL_LIMIT = 32 * 1024 * 1024
"""Bytes. Beyond this the writer itself waits for readers and empties the write-ahead log."""


class WriteOutcome(Protocol):
    """What a work left behind: how to tell memory about it, and what to tell the caller."""

    def deliver(self) -> object: ...


@dataclass(slots=True)
class QueuedWrite:
    """One work in the queue. `is_guarded` asks for a savepoint; hot works write last and go without."""

    run: Callable[[], WriteOutcome]
    future: "Future[Any]"
    uses_savepoint: bool
    outcome: WriteOutcome | None = None
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
        self._queue: deque[QueuedWrite] = deque()
        self._wake = threading.Semaphore(0)
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, name="sqlite writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], WriteOutcome], *, uses_savepoint: bool) -> Any:  # noqa: ANN401 - each work has its own
        """The work's result, once it is committed; whatever it raised otherwise."""
        if not self._is_open or len(self._queue) >= _MAX_QUEUE_LENGTH:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        future: Future[Any] = self._loop.create_future()
        self._queue.append(QueuedWrite(work, future, uses_savepoint))
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
            batch = self._next_batch()
            if batch:
                self._run_batch(batch)
                self._resolve_futures(batch)
                self._checkpoint_if_large()
            elif not self._is_open and not self._queue:
                return

    def _next_batch(self) -> list[QueuedWrite]:
        batch: list[QueuedWrite] = []
        while self._queue and len(batch) < _MAX_BATCH_SIZE:
            batch.append(self._queue.popleft())
        return batch

    def _run_batch(self, batch: list[QueuedWrite]) -> None:
        """All in one transaction; should one break it, each in a transaction of its own."""
        try:
            self._run_in_transaction(batch)
        except Exception as error:  # noqa: BLE001 - whatever it was, it undid the whole batch
            self._roll_back()
            if len(batch) == 1:
                batch[0].outcome, batch[0].error = None, translate(error)
                return
            for work in batch:
                self._run_batch([work])

    def _run_in_transaction(self, batch: list[QueuedWrite]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for work in batch:
            work.outcome, work.error = None, None
            (self._run_in_savepoint if work.uses_savepoint else self._run_plain)(work)
        self._connection.execute("COMMIT")

    @staticmethod
    def _run_plain(write: QueuedWrite) -> None:
        """Refusals come before anything is written; any other error is left to undo the batch."""
        try:
            write.outcome = write.run()
        except RoomieError as refusal:
            write.error = refusal

    def _run_in_savepoint(self, write: QueuedWrite) -> None:
        self._connection.execute("SAVEPOINT work")
        try:
            write.outcome = write.run()
        except Exception as error:  # noqa: BLE001 - it belongs to the caller, not to this thread
            self._connection.execute("ROLLBACK TO work")
            write.error = translate(error)
        self._connection.execute("RELEASE work")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _resolve_futures(self, batch: list[QueuedWrite]) -> None:
        try:
            self._loop.call_soon_threadsafe(_resolve, batch)
        except RuntimeError:  # the loop is gone; nobody is left to hear
            logger.warning("%d committed works could not be reported", len(batch))

    def _checkpoint_if_large(self) -> None:
        try:
            if os.stat(self._wal).st_size > _WAL_LIMIT:  # noqa: PTH116 - cheaper than Path.stat, once a batch
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (OSError, sqlite3.Error):
            return


def _resolve(batch: list[QueuedWrite]) -> None:
    for work in batch:
        try:
            work.resolve()
        except InvalidStateError:
            continue
