"""Limits concurrent password checks: each costs a processor a twentieth of a second or more."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.errors import Unavailable

_MAX_CONCURRENT = 2
_MAX_WAITING = 64
_MAX_FAMILIAR = 4


class PasswordChecks:
    """Runs two checks at a time and lets 64 wait; checks from familiar addresses and browsers skip the queue.

    So a flood of guesses does not delay people who logged in there before. An account skips the queue with at
    most four checks at a time, so that a right password cannot be used for a flood either.
    """

    def __init__(self, *, max_concurrent: int = _MAX_CONCURRENT, max_waiting: int = _MAX_WAITING) -> None:
        self._slots = asyncio.Semaphore(max_concurrent)
        self._max_queued = max_concurrent + max_waiting
        self._queued = 0
        self._familiar: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, familiar: str) -> AsyncIterator[None]:
        """Waits for a slot, held for the block. `familiar` is the account known there, empty for others."""
        if familiar and self._familiar[familiar] < _MAX_FAMILIAR:
            self._familiar[familiar] += 1
            try:
                yield
            finally:
                self._familiar[familiar] -= 1
                if not self._familiar[familiar]:
                    del self._familiar[familiar]
            return
        if self._queued >= self._max_queued:
            raise Unavailable("Too many people are logging in right now. Please try again in a moment.")
        self._queued += 1
        try:
            async with self._slots:
                yield
        finally:
            self._queued -= 1
