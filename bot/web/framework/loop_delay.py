"""Measures how long the event loop is held, so that nothing else is answered."""

import asyncio
from time import perf_counter, process_time

_INTERVAL = 0.01


class LoopDelay:
    """The longest delay of a timer since it was last read, in seconds.

    `busy` is the longest delay in which this process itself was computing, on any thread: the rest was spent
    waiting for a core or for a device.
    """

    def __init__(self) -> None:
        self._longest = self._busiest = 0.0

    async def run(self) -> None:
        while True:
            began, computed = perf_counter(), process_time()
            await asyncio.sleep(_INTERVAL)
            delay = perf_counter() - began - _INTERVAL
            self._longest = max(self._longest, delay)
            self._busiest = max(self._busiest, min(delay, process_time() - computed))

    def read_longest(self) -> float:
        longest, self._longest = self._longest, 0.0
        return longest

    def read_busiest(self) -> float:
        busiest, self._busiest = self._busiest, 0.0
        return busiest
