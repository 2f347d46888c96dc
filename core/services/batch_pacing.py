"""Batches of long work beside bookings: how large the next one is, and how long the pause before it."""

from dataclasses import dataclass, field
from math import inf

from msgspec import Struct

_MIN_PAUSE_SECONDS, _PAUSE_SHARE = 0.005, 2.0
"""Between two batches, for bookings: at least these seconds, and twice as long as the first one took."""


class BatchLimits(Struct, frozen=True):
    """Items in a batch, and how many a second the work should proceed by."""

    smallest: int
    largest: int
    per_second: float


@dataclass(slots=True)
class BatchPacing:
    """Small batches and long pauses, unless the work is late: then larger ones and short pauses.

    On a busy machine each transaction waits for processors and disks that others use. Pauses in proportion to
    that would add up to minutes.
    """

    limits: BatchLimits
    size: int = field(init=False)
    """Of the next batch."""
    _started: float = field(default=inf, init=False)
    _done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.size = self.limits.smallest

    def pause_after(self, began: float, ended: float) -> float:
        """Seconds to wait after a batch with these times, also in seconds; changes the size of the next."""
        self._started = min(self._started, began)
        self._done += self.size
        if self._done < self.limits.per_second * (ended - self._started):
            self.size = min(2 * self.size, self.limits.largest)
            return _MIN_PAUSE_SECONDS
        self.size = max(self.size // 2, self.limits.smallest)
        return max(_MIN_PAUSE_SECONDS, _PAUSE_SHARE * (ended - began))
