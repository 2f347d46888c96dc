"""Keeping messages apart: so many at once on a platform, and a pause between two to one place."""

import asyncio
from asyncio import Semaphore, get_running_loop
from collections import defaultdict

from core.model.entities import Identity

_MAX_TRACKED = 10_000


class DeliveryLimiter:
    """`spacing` is seconds; what nobody has waited for lately is forgotten."""

    def __init__(self, at_once: int, spacing: float) -> None:
        self._spacing = spacing
        self._under_way: dict[str, Semaphore] = defaultdict(lambda: Semaphore(at_once))
        self._next: dict[Identity, float] = {}

    def slot(self, platform: str) -> Semaphore:
        """To be held while something is under way on a platform."""
        return self._under_way[platform]

    async def wait_turn(self, identity: Identity) -> None:
        """Wait until the place may be written to again."""
        now = get_running_loop().time()
        turn = max(now, self._next.get(identity, now))
        if len(self._next) > _MAX_TRACKED:
            self._next = {each: at for each, at in self._next.items() if at > now}
        self._next[identity] = turn + self._spacing
        if turn > now:
            await asyncio.sleep(turn - now)
