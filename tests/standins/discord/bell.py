"""Waiting for something to become true without looking at the clock."""

import asyncio
from collections.abc import Callable


class Bell:
    """Rung after every change; those who wait look again."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def ring(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def until(self, holds: Callable[[], object], within: float = 10.0) -> None:
        async with asyncio.timeout(within):
            while not holds():
                await self._changed.wait()
