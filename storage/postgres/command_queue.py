"""The queue of hot works, and the few lanes that carry them out in batches.

Works that touch the same things never travel in two lanes at once, and keep their order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from core.errors import Unavailable
from core.ports import Decision, DecisionKeys, Facts
from storage.postgres.batch_worker import BatchWorker, CommitObserver, ConnectionLost
from storage.postgres.command import QueuedDecision
from storage.postgres.locks import exclusive_locks, shared_lock

T = TypeVar("T")

logger = logging.getLogger(__name__)

_MAX_BATCH_SIZE = 64
_MIN_TO_SPLIT = 12
"""Fewer works than this travel together although other lanes are free: each batch has its price."""
_MAX_QUEUE_LENGTH = 20_000
_LOOK_AHEAD = 1_000
_QUEUE_TIMEOUT = 10.0
"""Seconds. How long a work may wait for a lane."""
_MAX_RECONNECT_DELAY = 1.0


class CommandQueue:
    """Takes hot works from callers and tells each how his own ended."""

    def __init__(self, dsn: str, origin: str, audience: CommitObserver, lanes: int = 3) -> None:
        self._lanes = [BatchWorker(dsn, origin, audience) for _ in range(lanes)]
        self._queue: deque[QueuedDecision] = deque()
        self._in_flight: dict[BatchWorker, frozenset[int]] = {}
        self._resting: list[asyncio.Future[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_open = False

    async def start(self) -> None:
        """Raises what keeps us from the server; later it is waited for. Further lanes connect when needed."""
        self._loop = asyncio.get_running_loop()
        await self._lanes[-1].connect()
        self._is_open = True
        self._tasks = [asyncio.create_task(self._serve(lane)) for lane in self._lanes]
        self._tasks.append(asyncio.create_task(self._fail_expired()))

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]], at: int) -> T:
        """The work's outcome, once it is committed; its refusal or error otherwise."""
        if not self._is_open or len(self._queue) >= _MAX_QUEUE_LENGTH:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        future: asyncio.Future[T] = self._loop.create_future()
        give_up_at = self._loop.time() + _QUEUE_TIMEOUT
        self._queue.append(
            QueuedDecision(keys, decide, at, exclusive_locks(keys), shared_lock(keys), give_up_at, future)
        )
        self._wake_worker()
        return await future

    async def close(self) -> None:
        """Finish what is queued, then let go of the sessions."""
        self._is_open = False
        try:
            async with asyncio.timeout(_QUEUE_TIMEOUT):
                while self._queue or self._in_flight:  # noqa: ASYNC110 - only at the end, and bounded
                    await asyncio.sleep(0.01)
        except TimeoutError:
            logger.warning("%d works were left undone", len(self._queue))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._fail(self._queue)
        for lane in self._lanes:
            await lane.close()

    async def _serve(self, worker: BatchWorker) -> None:
        """The lane that rested last is roused first, so that a quiet house needs only one."""
        while True:
            if self._queue and not worker.is_connected:
                await self._connect(worker)
            works = self._next_batch()
            if works:
                await self._send(worker, works)
            else:
                await self._wait_for_work()

    async def _send(self, worker: BatchWorker, commands: list[QueuedDecision]) -> None:
        self._in_flight[worker] = frozenset[int]().union(*(work.locks for work in commands))
        try:
            await worker.run(commands)
        except ConnectionLost as lost:
            logger.warning("lost the way to the database: %s", lost.__cause__)
            self._queue.extendleft(reversed(lost.works))
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
            except Exception:  # noqa: BLE001 - whatever it was, only another try can help
                await asyncio.sleep(pause)
                pause = min(2 * pause, _MAX_RECONNECT_DELAY)
            else:
                return

    def _next_batch(self) -> list[QueuedDecision]:
        """The next works, save those that touch what travels, or what an earlier one waits for."""
        taken: list[QueuedDecision] = []
        left: list[QueuedDecision] = []
        blocked = set[int]().union(*self._in_flight.values())
        for work in self._next_runnable(taken):
            if blocked.isdisjoint(work.locks):
                taken.append(work)
            else:
                blocked |= work.locks
                left.append(work)
        self._queue.extendleft(reversed(left))
        if self._queue and taken:
            self._wake_worker()
        return taken

    def _next_runnable(self, taken: list[QueuedDecision]) -> Iterator[QueuedDecision]:
        """A fair share of the queue, so that lanes wait for the disk side by side."""
        share = -(-len(self._queue) // (len(self._resting) + 1))
        most = min(max(share, _MIN_TO_SPLIT), _MAX_BATCH_SIZE)
        for _ in range(min(len(self._queue), _LOOK_AHEAD)):
            if len(taken) >= most:
                return
            yield self._queue.popleft()

    def _wake_worker(self) -> None:
        if self._resting:
            self._resting.pop().set_result(None)

    async def _wait_for_work(self) -> None:
        bell: asyncio.Future[None] = self._loop.create_future()
        self._resting.append(bell)
        await bell

    async def _fail_expired(self) -> None:
        """The oldest stand in front."""
        while True:
            await asyncio.sleep(0.25)
            now = self._loop.time()
            while self._queue and self._queue[0].deadline < now:
                self._fail([self._queue.popleft()])

    @staticmethod
    def _fail(works: Iterable[QueuedDecision]) -> None:
        for work in works:
            work.fail(Unavailable("Roomie cannot reach its database right now: nothing was changed."))
