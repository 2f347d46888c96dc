"""Cache of the ratings' means, which one query reads for all rooms."""

import asyncio
from collections.abc import Mapping

from bot.web.framework.database_read import DatabaseRead
from core.model import RatingSummary, RoomId

_MAX_AGE_SECONDS = 10
"""Within this the ratings that other processes take are seen."""


class RatingCache:
    """The summaries of all rooms, read when they are requested. `now` is in seconds since 1970."""

    def __init__(self, read: DatabaseRead) -> None:
        self._read = read
        self._summaries: Mapping[RoomId, RatingSummary] = {}
        self._expires_at = 0
        self._lock = asyncio.Lock()

    async def get(self, now: int) -> Mapping[RoomId, RatingSummary]:
        """The summaries; the same object until it expires."""
        async with self._lock:
            if not self._is_valid(now):
                self._summaries = await self._read(lambda unit: unit.ratings.summaries())
                self._expires_at = now + _MAX_AGE_SECONDS
            return self._summaries

    def invalidate(self) -> None:
        self._expires_at = 0

    def holds(self, summaries: Mapping[RoomId, RatingSummary], now: int) -> bool:
        """Whether these are still the current summaries."""
        return self._summaries is summaries and self._is_valid(now)

    def _is_valid(self, now: int) -> bool:
        return self._expires_at - _MAX_AGE_SECONDS <= now < self._expires_at
