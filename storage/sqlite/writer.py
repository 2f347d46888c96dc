"""Writer thread: the only connection that writes to SQLite, with group commit.

The thread runs all queued writes inside one `BEGIN IMMEDIATE`, commits once, and then resolves each caller's
future. A write that fails rolls back only itself.
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
"""Bytes. Beyond this the writer waits for readers and truncates the write-ahead log."""


class WriteOutcome(Protocol):
    """Result of a write; `deliver` updates the read model and returns the caller's result."""

    def deliver(self) -> object: ...


@dataclass(slots=True)
class QueuedWrite:
    """A write in the queue. Decisions need no savepoint: they raise before they write.

    What `is_alone` runs outside of transactions.
    """

    run: Callable[[], WriteOutcome]
    future: "Future[Any]"
    uses_savepoint: bool
    is_alone: bool = False
    outcome: WriteOutcome | None = None
    error: BaseException | None = None

    def resolve(self) -> None:
        """Updates the read model, then resolves the caller's future. Called on the event loop."""
        result = self.outcome.deliver() if self.outcome is not None else None
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(result)


class SqliteWriter:
    """Runs writes on its own thread, in batches; owns `connection`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._wal = Path(f"{path}-wal")
        self._loop: AbstractEventLoop = get_running_loop()
        self._queue: deque[QueuedWrite] = deque()
        self._wake = threading.Semaphore(0)
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, name="sqlite writer", daemon=True)
        self._thread.start()

    async def run(
        self, write: Callable[[], WriteOutcome], *, uses_savepoint: bool = False, is_alone: bool = False
    ) -> Any:  # noqa: ANN401 - as the write returns
        """Returns the result once it is committed, or raises the error.

        `is_alone`: it runs between transactions, and in none.
        """
        if not self._is_open or len(self._queue) >= _MAX_QUEUE_LENGTH:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        future: Future[Any] = self._loop.create_future()
        self._queue.append(QueuedWrite(write, future, uses_savepoint, is_alone))
        self._wake.release()
        return await future

    async def close(self) -> None:
        """Finishes queued writes, then ends the thread."""
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
            if self._queue[0].is_alone:
                return batch or [self._queue.popleft()]
            batch.append(self._queue.popleft())
        return batch

    def _run_batch(self, batch: list[QueuedWrite]) -> None:
        """Runs a batch in one transaction; if that fails, each write in its own."""
        try:
            self._run_in_transaction(batch)
        except Exception as error:  # noqa: BLE001 - retried one by one
            self._roll_back()
            if len(batch) == 1:
                batch[0].outcome, batch[0].error = None, translate(error)
                return
            for write in batch:
                self._run_batch([write])

    def _run_in_transaction(self, batch: list[QueuedWrite]) -> None:
        if batch[0].is_alone:
            self._run_plain(batch[0])
            return
        self._connection.execute("BEGIN IMMEDIATE")
        for write in batch:
            write.outcome, write.error = None, None
            (self._run_in_savepoint if write.uses_savepoint else self._run_plain)(write)
        self._connection.execute("COMMIT")

    @staticmethod
    def _run_plain(write: QueuedWrite) -> None:
        """Domain errors are raised before anything is written; other errors roll back the batch."""
        try:
            write.outcome = write.run()
        except RoomieError as refusal:
            write.error = refusal

    def _run_in_savepoint(self, write: QueuedWrite) -> None:
        self._connection.execute("SAVEPOINT work")
        try:
            write.outcome = write.run()
        except Exception as error:  # noqa: BLE001 - raised to the caller
            self._connection.execute("ROLLBACK TO work")
            write.error = translate(error)
        self._connection.execute("RELEASE work")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _resolve_futures(self, batch: list[QueuedWrite]) -> None:
        try:
            self._loop.call_soon_threadsafe(_resolve, batch)
        except RuntimeError:  # the event loop is closed
            logger.warning("results of %d committed writes could not be delivered", len(batch))

    def _checkpoint_if_large(self) -> None:
        try:
            if os.stat(self._wal).st_size > _WAL_LIMIT:  # noqa: PTH116 - cheaper than Path.stat
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (OSError, sqlite3.Error):
            return


def _resolve(batch: list[QueuedWrite]) -> None:
    for write in batch:
        try:
            write.resolve()
        except InvalidStateError:
            continue
