"""Waits for a condition without polling."""

import asyncio
from collections.abc import Callable


class ChangeSignal:
    """Notified after every change; waiters then check their condition again."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def wait_until(self, condition: Callable[[], object], timeout_seconds: float = 10.0) -> None:
        async with asyncio.timeout(timeout_seconds):
            while not condition():
                await self._changed.wait()
