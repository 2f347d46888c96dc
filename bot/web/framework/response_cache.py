"""Cache of rendered responses, bounded in number and bytes."""

from collections.abc import Hashable

from bot.web.framework.response import CacheableResponse
from core.bounded_cache import BoundedCache

_MAX_BYTES = 32 * 1024 * 1024
_MAX_RESPONSES = 8_192


class ResponseCache(BoundedCache[Hashable, CacheableResponse]):
    """Caches responses by request; those stored longest ago are evicted first."""

    def __init__(self, max_bytes: int = _MAX_BYTES, max_responses: int = _MAX_RESPONSES) -> None:
        super().__init__(max_responses)
        self._max_bytes = max_bytes
        self._bytes = 0

    def put(self, key: Hashable, response: CacheableResponse) -> None:
        super().put(key, response)
        self._bytes += response.response.size
        while self._bytes > self._max_bytes:
            self.evict()

    def remove(self, key: Hashable) -> None:
        if (removed := self.pop(key, None)) is not None:
            self._bytes -= removed.response.size
