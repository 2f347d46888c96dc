"""Estimates how long an interaction took to arrive."""

from collections import deque
from datetime import datetime, timedelta

MAX_INTERACTION_AGE = timedelta(seconds=2.5)
"""Discord drops an interaction that is not answered within 3 s."""
_SAMPLES = 100


class DeliveryLatency:
    """Latency of interactions, relative to the fastest of the last hundred.

    Discord's clock and ours may differ, so the difference of the two times alone says nothing.
    """

    def __init__(self) -> None:
        self._differences: deque[timedelta] = deque(maxlen=_SAMPLES)

    def age(self, created: datetime, now: datetime) -> timedelta:
        """Age of an interaction. Past `MAX_INTERACTION_AGE`, Discord has probably dropped it."""
        self._differences.append(now - created)
        return self._differences[-1] - min(self._differences)
