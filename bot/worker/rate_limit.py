"""Limits deliveries: concurrency for each platform, spacing for each recipient."""

import asyncio
from asyncio import Semaphore, get_running_loop
from collections import defaultdict

from core.model import Identity

_MAX_TRACKED = 10_000


class DeliveryLimiter:
    """`spacing` is seconds between two messages to one recipient; a bounded table holds the next slots."""

    def __init__(self, concurrency: int, spacing: float) -> None:
        self._spacing = spacing
        self._semaphores: dict[str, Semaphore] = defaultdict(lambda: Semaphore(concurrency))
        self._next: dict[Identity, float] = {}

    def slot(self, platform: str) -> Semaphore:
        """The semaphore to hold while a request to the platform is in progress."""
        return self._semaphores[platform]

    async def wait_turn(self, identity: Identity) -> None:
        """Waits until the recipient may get another message."""
        now = get_running_loop().time()
        slot = max(now, self._next.get(identity, now))
        if len(self._next) > _MAX_TRACKED:
            self._next = {each: at for each, at in self._next.items() if at > now}
        self._next[identity] = slot + self._spacing
        if slot > now:
            await asyncio.sleep(slot - now)
