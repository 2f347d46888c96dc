"""Queue of decisions, and the batch workers that run them.

Commands whose lock sets overlap are never in flight in two workers at once; they run in FIFO order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from core.errors import Unavailable
from core.ports import DecisionKeys, Facts, JointDecision
from storage.postgres.batch_worker import BatchWorker, CommitObserver, ConnectionLost
from storage.postgres.command import LockedDecision
from storage.postgres.locks import exclusive_locks, shared_lock

T = TypeVar("T")

logger = logging.getLogger(__name__)

_MAX_BATCH_SIZE = 64
_MAX_BATCH_KEYS = 128
"""A series has keys for each of its dates: a batch of such stays as short as one of single bookings."""
_MIN_TO_SPLIT = 12
"""Fewer commands than this are not split between idle workers: each batch has a fixed cost."""
_MAX_QUEUE_LENGTH = 20_000
_LOOK_AHEAD = 1_000
_QUEUE_TIMEOUT = 10.0
"""Seconds a command may wait for a worker."""
_MAX_RECONNECT_DELAY = 1.0


class CommandQueue:
    """Queues decisions and dispatches batches of them to workers."""

    def __init__(self, dsn: str, origin: str, observer: CommitObserver, workers: int = 3) -> None:
        self._workers = [BatchWorker(dsn, origin, observer) for _ in range(workers)]
        self._queue: deque[LockedDecision] = deque()
        self._in_flight: dict[BatchWorker, frozenset[int]] = {}
        self._idle: list[asyncio.Future[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_open = False

    async def start(self) -> None:
        """Connects one worker, raising its error; later ones connect when needed and retry."""
        self._loop = asyncio.get_running_loop()
        await self._workers[-1].connect()
        self._is_open = True
        self._tasks = [asyncio.create_task(self._serve(worker)) for worker in self._workers]
        self._tasks.append(asyncio.create_task(self._fail_expired()))

    async def decide(
        self, keys: Sequence[DecisionKeys], decide: Callable[[Sequence[Facts]], JointDecision[T]], at: int
    ) -> T:
        """Returns the outcome once it is committed, or raises the error of the decision."""
        if not self._is_open or len(self._queue) >= _MAX_QUEUE_LENGTH:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        future: asyncio.Future[T] = self._loop.create_future()
        deadline = self._loop.time() + _QUEUE_TIMEOUT
        locks = frozenset[int]().union(*map(exclusive_locks, keys))
        shared = frozenset(number for each in keys if (number := shared_lock(each)) is not None)
        self._queue.append(LockedDecision(keys, decide, at, future, locks, shared, deadline))
        self._wake_worker()
        return await future

    async def close(self) -> None:
        """Finishes queued commands, then closes the connections."""
        self._is_open = False
        try:
            async with asyncio.timeout(_QUEUE_TIMEOUT):
                while self._queue or self._in_flight:  # noqa: ASYNC110 - at shutdown only, and bounded
                    await asyncio.sleep(0.01)
        except TimeoutError:
            logger.warning("%d commands were not executed", len(self._queue))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._fail(self._queue)
        for worker in self._workers:
            await worker.close()

    async def _serve(self, worker: BatchWorker) -> None:
        """Worker loop.

        The most recently idle worker is woken first (LIFO): light load needs one connection.
        """
        while True:
            if self._queue and not worker.is_connected:
                await self._connect(worker)
            commands = self._next_batch()
            if commands:
                await self._send(worker, commands)
            else:
                await self._wait_for_work()

    async def _send(self, worker: BatchWorker, commands: list[LockedDecision]) -> None:
        self._in_flight[worker] = frozenset[int]().union(*(command.locks for command in commands))
        try:
            await worker.run(commands)
        except ConnectionLost as lost:
            logger.warning("lost the connection to the database: %s", lost.__cause__)
            self._queue.extendleft(reversed(lost.commands))
        except BaseException:
            self._fail(commands)
            raise
        finally:
            del self._in_flight[worker]

    async def _connect(self, worker: BatchWorker) -> None:
        pause = 0.05
        while True:
            try:
                await worker.connect()
            except Exception:  # noqa: BLE001 - retried
                await asyncio.sleep(pause)
                pause = min(2 * pause, _MAX_RECONNECT_DELAY)
            else:
                return

    def _next_batch(self) -> list[LockedDecision]:
        """The next commands whose locks overlap neither with those in flight nor with earlier ones left."""
        batch: list[LockedDecision] = []
        remaining: list[LockedDecision] = []
        blocked = set[int]().union(*self._in_flight.values())
        for command in self._next_runnable(batch):
            if blocked.isdisjoint(command.locks):
                batch.append(command)
            else:
                blocked |= command.locks
                remaining.append(command)
        self._queue.extendleft(reversed(remaining))
        if self._queue and batch:
            self._wake_worker()
        return batch

    def _next_runnable(self, batch: list[LockedDecision]) -> Iterator[LockedDecision]:
        """An equal share of the queue for each idle worker, so that their commits overlap."""
        share = -(-len(self._queue) // (len(self._idle) + 1))
        batch_size = min(max(share, _MIN_TO_SPLIT), _MAX_BATCH_SIZE)
        for _ in range(min(len(self._queue), _LOOK_AHEAD)):
            if len(batch) >= batch_size or sum(len(each.keys) for each in batch) >= _MAX_BATCH_KEYS:
                return
            yield self._queue.popleft()

    def _wake_worker(self) -> None:
        if self._idle:
            self._idle.pop().set_result(None)

    async def _wait_for_work(self) -> None:
        wake_up: asyncio.Future[None] = self._loop.create_future()
        self._idle.append(wake_up)
        await wake_up

    async def _fail_expired(self) -> None:
        """Fails commands past their deadline; the oldest are first in the queue."""
        while True:
            await asyncio.sleep(0.25)
            now = self._loop.time()
            while self._queue and self._queue[0].deadline < now:
                self._fail([self._queue.popleft()])

    @staticmethod
    def _fail(commands: Iterable[LockedDecision]) -> None:
        for command in commands:
            command.fail(Unavailable("Roomie cannot reach its database right now: nothing was changed."))
