"""The queue of hot works, and the few lanes that carry them out in batches.

Works that touch the same things never travel in two lanes at once, and keep their order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from core.errors import Unavailable
from core.ports.storage import Decision, Facts, Keys
from storage.postgres.batch_worker import Audience, Lane, WayLost
from storage.postgres.command import Work
from storage.postgres.locks import claims_of, shared_claim_of

T = TypeVar("T")

logger = logging.getLogger(__name__)

_MOST_AT_ONCE = 64
_FEWEST_TO_SHARE = 12
"""Fewer works than this travel together although other lanes are free: each batch has its price."""
_LONGEST_QUEUE = 20_000
_LOOK_AHEAD = 1_000
_PATIENCE = 10.0
"""Seconds. How long a work may wait for a lane."""
_LONGEST_PAUSE = 1.0


class Batches:
    """Takes hot works from callers and tells each how his own ended."""

    def __init__(self, dsn: str, origin: str, audience: Audience, lanes: int = 3) -> None:
        self._lanes = [Lane(dsn, origin, audience) for _ in range(lanes)]
        self._queue: deque[Work] = deque()
        self._travelling: dict[Lane, frozenset[int]] = {}
        self._resting: list[asyncio.Future[None]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_open = False

    async def start(self) -> None:
        """Raises what keeps us from the server; later it is waited for. Further lanes connect when needed."""
        self._loop = asyncio.get_running_loop()
        await self._lanes[-1].connect()
        self._is_open = True
        self._tasks = [asyncio.create_task(self._serve(lane)) for lane in self._lanes]
        self._tasks.append(asyncio.create_task(self._give_up_late_ones()))

    async def decide(self, keys: Keys, decide: Callable[[Facts], Decision[T]], at: int) -> T:
        """The work's outcome, once it is committed; its refusal or error otherwise."""
        if not self._is_open or len(self._queue) >= _LONGEST_QUEUE:
            raise Unavailable("Roomie is too busy right now. Please try again in a moment.")
        future: asyncio.Future[T] = self._loop.create_future()
        give_up_at = self._loop.time() + _PATIENCE
        self._queue.append(Work(keys, decide, at, claims_of(keys), shared_claim_of(keys), give_up_at, future))
        self._rouse()
        return await future

    async def close(self) -> None:
        """Finish what is queued, then let go of the sessions."""
        self._is_open = False
        try:
            async with asyncio.timeout(_PATIENCE):
                while self._queue or self._travelling:  # noqa: ASYNC110 - only at the end, and bounded
                    await asyncio.sleep(0.01)
        except TimeoutError:
            logger.warning("%d works were left undone", len(self._queue))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._fail(self._queue)
        for lane in self._lanes:
            await lane.close()

    async def _serve(self, lane: Lane) -> None:
        """The lane that rested last is roused first, so that a quiet house needs only one."""
        while True:
            if self._queue and not lane.is_connected:
                await self._connect(lane)
            works = self._take()
            if works:
                await self._send(lane, works)
            else:
                await self._rest()

    async def _send(self, lane: Lane, works: list[Work]) -> None:
        self._travelling[lane] = frozenset[int]().union(*(work.claims for work in works))
        try:
            await lane.carry_out(works)
        except WayLost as lost:
            logger.warning("lost the way to the database: %s", lost.__cause__)
            self._queue.extendleft(reversed(lost.works))
        except BaseException:
            self._fail(works)
            raise
        finally:
            del self._travelling[lane]

    async def _connect(self, lane: Lane) -> None:
        pause = 0.05
        while True:
            try:
                await lane.connect()
            except Exception:  # noqa: BLE001 - whatever it was, only another try can help
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                return

    def _take(self) -> list[Work]:
        """The next works, save those that touch what travels, or what an earlier one waits for."""
        taken: list[Work] = []
        left: list[Work] = []
        blocked = set[int]().union(*self._travelling.values())
        for work in self._next_in_line(taken):
            if blocked.isdisjoint(work.claims):
                taken.append(work)
            else:
                blocked |= work.claims
                left.append(work)
        self._queue.extendleft(reversed(left))
        if self._queue and taken:
            self._rouse()
        return taken

    def _next_in_line(self, taken: list[Work]) -> Iterator[Work]:
        """A fair share of the queue, so that lanes wait for the disk side by side."""
        share = -(-len(self._queue) // (len(self._resting) + 1))
        most = min(max(share, _FEWEST_TO_SHARE), _MOST_AT_ONCE)
        for _ in range(min(len(self._queue), _LOOK_AHEAD)):
            if len(taken) >= most:
                return
            yield self._queue.popleft()

    def _rouse(self) -> None:
        if self._resting:
            self._resting.pop().set_result(None)

    async def _rest(self) -> None:
        bell: asyncio.Future[None] = self._loop.create_future()
        self._resting.append(bell)
        await bell

    async def _give_up_late_ones(self) -> None:
        """The oldest stand in front."""
        while True:
            await asyncio.sleep(0.25)
            now = self._loop.time()
            while self._queue and self._queue[0].give_up_at < now:
                self._fail([self._queue.popleft()])

    @staticmethod
    def _fail(works: Iterable[Work]) -> None:
        for work in works:
            work.fail(Unavailable("Roomie cannot reach its database right now: nothing was changed."))
