"""Telling which interactions come too late to be answered."""

from collections import deque
from datetime import datetime, timedelta

MAX_INTERACTION_AGE = timedelta(seconds=2.5)
_WATCHED = 100


class DeliveryLatency:
    """How old interactions are when they reach us.

    Discord's clock and ours may differ, so age is counted from the quickest of the latest deliveries.
    """

    def __init__(self) -> None:
        self._took: deque[timedelta] = deque(maxlen=_WATCHED)

    def age(self, created: datetime, now: datetime) -> timedelta:
        """How much longer this took than the quickest. Past `LATE`, Discord has probably given up on it."""
        self._took.append(now - created)
        return self._took[-1] - min(self._took)
