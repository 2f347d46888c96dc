"""Writer thread: the only connection that writes to SQLite, with group commit.

The thread runs all queued writes and decisions inside one `BEGIN IMMEDIATE`, commits once, and then resolves
each caller's future. One that fails rolls back only itself.
"""

import logging
import os
import sqlite3
import threading
from asyncio import AbstractEventLoop, Future, InvalidStateError, get_running_loop
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from core.errors import Unavailable
from core.ports import DecisionKeys, Facts, JointDecision, WriteSet
from storage.queued_decision import QueuedDecision
from storage.sqlite.errors import translate
from storage.sqlite.write_lock import begin_immediate

T = TypeVar("T")

logger = logging.getLogger(__name__)

_MAX_BATCH_SIZE = 256
_MAX_QUEUE_LENGTH = 20_000
_WAL_LIMIT = 32 * 1024 * 1024
"""Bytes. Beyond this the writer waits for readers and truncates the write-ahead log."""


class WriteOutcome(Protocol):
    """Result of a write; `deliver` updates the read model and returns the caller's result."""

    def deliver(self) -> object: ...


class QueuedWrite(Struct):
    """A transaction function in the queue. What `is_alone` runs outside of transactions.

    What `only_reads` shares a snapshot, and waits for no other process, unless others of its batch write.
    """

    run: Callable[[], WriteOutcome]
    future: "Future[Any]"
    is_alone: bool = False
    only_reads: bool = False
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


Queued: TypeAlias = QueuedWrite | QueuedDecision


class SqliteWriter:
    """Runs writes and decisions on its own thread, in batches; owns `connection`.

    `run_decisions` decides and writes inside the transaction; `apply` adds the write sets that were committed
    to the read model, on the event loop.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        run_decisions: Callable[[Iterable[QueuedDecision]], None],
        apply: Callable[..., None],
    ) -> None:
        self._connection = connection
        self._wal = Path(f"{path}-wal")
        self._run_decisions = run_decisions
        self._apply = apply
        self._loop: AbstractEventLoop = get_running_loop()
        self._queue: deque[Queued] = deque()
        self._wake = threading.Semaphore(0)
        self._is_open, self._is_waking = True, False
        self._thread = threading.Thread(target=self._serve, name="sqlite writer", daemon=True)
        self._thread.start()

    async def run(
        self, write: Callable[[], WriteOutcome], *, is_alone: bool = False, only_reads: bool = False
    ) -> Any:  # noqa: ANN401 - as the write returns
        """Returns the result once it is committed, or raises the error.

        `is_alone`: it runs between transactions, and in none. `only_reads`: it writes nothing.
        """
        future: Future[Any] = self._loop.create_future()
        self._put(QueuedWrite(write, future, is_alone, only_reads))
        return await future

    async def decide(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]], at: int
    ) -> T:
        """Returns the outcome once it is committed, or raises the error of the decision."""
        future: Future[T] = self._loop.create_future()
        self._put(QueuedDecision(keys, decide, at, future))
        return await future

    def _put(self, queued: Queued) -> None:
        if not self._is_open or len(self._queue) >= _MAX_QUEUE_LENGTH:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        self._queue.append(queued)
        if not self._is_waking:
            self._is_waking = True
            self._loop.call_soon(self._wake_thread)

    def _wake_thread(self) -> None:
        """Once for all that was queued in one pass of the event loop: they share a batch."""
        self._is_waking = False
        self._wake.release()

    async def close(self) -> None:
        """Finishes queued writes, then ends the thread."""
        self._is_open = False
        self._wake.release()
        await self._loop.run_in_executor(None, self._thread.join)

    def _serve(self) -> None:
        while self._is_open or self._queue:
            self._wake.acquire()
            while batch := self._next_batch():
                self._run_batch(batch)
                self._resolve_futures(batch)
                self._checkpoint_if_large()

    def _next_batch(self) -> list[Queued]:
        batch: list[Queued] = []
        while self._queue and len(batch) < _MAX_BATCH_SIZE:
            if _is_alone(self._queue[0]):
                return batch or [self._queue.popleft()]
            batch.append(self._queue.popleft())
        return batch

    def _run_batch(self, batch: list[Queued]) -> None:
        """Runs a batch in one transaction; if that fails, each of its parts in its own."""
        try:
            self._run_in_transaction(batch)
        except Exception as error:  # noqa: BLE001 - retried one by one
            self._roll_back()
            if len(batch) == 1:
                _fail(batch[0], translate(error))
                return
            for each in batch:
                self._run_batch([each])

    def _run_in_transaction(self, batch: list[Queued]) -> None:
        first = batch[0]
        if isinstance(first, QueuedWrite) and first.is_alone:
            first.outcome = first.run()
            return
        if all(map(_only_reads, batch)):
            self._connection.execute("BEGIN")
        else:
            begin_immediate(self._connection)
        for _, together in groupby(batch, type):
            self._run_together(list(together))
        self._connection.execute("COMMIT")

    def _run_together(self, queued: list[Queued]) -> None:
        """Runs decisions as one, writes one by one."""
        self._run_decisions(each for each in queued if isinstance(each, QueuedDecision))
        for each in queued:
            if isinstance(each, QueuedWrite):
                self._run_in_savepoint(each)

    def _run_in_savepoint(self, write: QueuedWrite) -> None:
        write.outcome, write.error = None, None
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

    def _resolve_futures(self, batch: list[Queued]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._resolve, batch)
        except RuntimeError:  # the event loop is closed
            logger.warning("results of %d committed writes could not be delivered", len(batch))

    def _resolve(self, batch: list[Queued]) -> None:
        """In the order of the batch: what a write has read may be older than the decisions after it."""
        for _, together in groupby(batch, type):
            queued = list(together)
            if committed := [writes for each in queued for writes in _writes_of(each)]:
                self._apply(*committed)
            for each in queued:
                with suppress(InvalidStateError):
                    each.resolve()

    def _checkpoint_if_large(self) -> None:
        try:
            if os.stat(self._wal).st_size > _WAL_LIMIT:  # noqa: PTH116 - cheaper than Path.stat
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (OSError, sqlite3.Error):
            return


def _writes_of(queued: Queued) -> Sequence[WriteSet]:
    return queued.writes if isinstance(queued, QueuedDecision) else ()


def _is_alone(queued: Queued) -> bool:
    return isinstance(queued, QueuedWrite) and queued.is_alone


def _only_reads(queued: Queued) -> bool:
    return isinstance(queued, QueuedWrite) and queued.only_reads


def _fail(queued: Queued, error: BaseException) -> None:
    if isinstance(queued, QueuedWrite):
        queued.outcome = None
    else:
        queued.decision = None
    queued.error = error
