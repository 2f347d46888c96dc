"""Measures how late the event loop's timers are: answers and heartbeats wait for as long."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from bot.services import Metric

_INTERVAL = 0.01
"""Seconds between two timers. Each takes 5 µs."""
_WINDOW = 15.0
"""Seconds. The last one and the one before are shown, so that no scrape twice a minute misses the worst."""


class LoopLag:
    """The largest lag of the last fifteen to thirty seconds."""

    def __init__(self) -> None:
        self._current = self._previous = 0.0
        self._window_ends = monotonic() + _WINDOW
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def worst(self) -> float:
        """Seconds."""
        return max(self._current, self._previous)

    def start(self) -> None:
        self._due = monotonic() + _INTERVAL
        self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._tick)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        now = monotonic()  # uvloop's own time stands still while a callback runs
        if now > self._window_ends:
            self._previous, self._current, self._window_ends = self._current, 0.0, now + _WINDOW
        self._current = max(self._current, now - self._due)
        self.start()


@contextmanager
def measure_loop_lag(metrics: list[Metric]) -> Iterator[None]:
    """Measures, and adds the metric."""
    lag = LoopLag()
    metrics.append(
        Metric(
            "roomie_event_loop_lag_seconds",
            "The longest that this process's event loop was busy with one thing, in the last half minute.",
            lambda: lag.worst,
        )
    )
    lag.start()
    try:
        yield
    finally:
        lag.stop()
