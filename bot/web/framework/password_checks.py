"""Letting password checks through a few at a time: each costs a processor a twentieth of a second or more."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.errors import Unavailable

_MAX_CONCURRENT = 2
_MAX_WAITING = 64
_MAX_FAMILIAR = 4


class PasswordChecks:
    """Checks of strangers run two at a time and 64 may wait; those of known places go ahead of them.

    So a flood of guesses keeps nobody waiting who was here before. One account goes ahead with at most four
    at once, and with others waits in line, so that nobody floods with a password that is right.
    """

    def __init__(self, *, max_concurrent: int = _MAX_CONCURRENT, max_waiting: int = _MAX_WAITING) -> None:
        self._turns = asyncio.Semaphore(max_concurrent)
        self._most = max_concurrent + max_waiting
        self._in_line = 0
        self._ahead: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, familiar: str) -> AsyncIterator[None]:
        """Hold a turn for the block. `familiar`: whose known place it is, empty for strangers."""
        if familiar and self._ahead[familiar] < _MAX_FAMILIAR:
            self._ahead[familiar] += 1
            try:
                yield
            finally:
                self._ahead[familiar] -= 1
                if not self._ahead[familiar]:
                    del self._ahead[familiar]
            return
        if self._in_line >= self._most:
            raise Unavailable("Too many people are logging in right now. Please try again in a moment.")
        self._in_line += 1
        try:
            async with self._turns:
                yield
        finally:
            self._in_line -= 1
