"""Answers kept for the very next request that is the same, in bounded memory."""

from collections.abc import Hashable

from bot.web.framework.response import CacheableResponse

_MAX_BYTES = 32 * 1024 * 1024
_MAX_RESPONSES = 8_192


class ResponseCache:
    """Pages by request, as long as they hold. When it is full it starts anew: refilling is cheap."""

    def __init__(self, max_bytes: int = _MAX_BYTES, max_responses: int = _MAX_RESPONSES) -> None:
        self._most_bytes, self._most_pages = max_bytes, max_responses
        self._pages: dict[Hashable, CacheableResponse] = {}
        self._bytes = 0

    def get(self, key: Hashable) -> CacheableResponse | None:
        return self._pages.get(key)

    def put(self, key: Hashable, response: CacheableResponse) -> None:
        if (old := self._pages.pop(key, None)) is not None:
            self._bytes -= old.response.size
        size = response.response.size
        if self._bytes + size > self._most_bytes or len(self._pages) >= self._most_pages:
            self._pages.clear()
            self._bytes = 0
        self._pages[key] = response
        self._bytes += size

    def __len__(self) -> int:
        return len(self._pages)
