"""Cache of rendered responses, bounded in number and bytes."""

from collections.abc import Hashable

from bot.web.framework.response import CacheableResponse

_MAX_BYTES = 32 * 1024 * 1024
_MAX_RESPONSES = 8_192


class ResponseCache:
    """Caches responses by request. When it is full, everything is dropped: rendering anew is cheap."""

    def __init__(self, max_bytes: int = _MAX_BYTES, max_responses: int = _MAX_RESPONSES) -> None:
        self._max_bytes, self._max_responses = max_bytes, max_responses
        self._responses: dict[Hashable, CacheableResponse] = {}
        self._bytes = 0

    def get(self, key: Hashable) -> CacheableResponse | None:
        return self._responses.get(key)

    def put(self, key: Hashable, response: CacheableResponse) -> None:
        if (old := self._responses.pop(key, None)) is not None:
            self._bytes -= old.response.size
        size = response.response.size
        if self._bytes + size > self._max_bytes or len(self._responses) >= self._max_responses:
            self._responses.clear()
            self._bytes = 0
        self._responses[key] = response
        self._bytes += size

    def __len__(self) -> int:
        return len(self._responses)
