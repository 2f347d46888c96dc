"""Caches of rendered responses, bounded in number and bytes."""

from collections.abc import Hashable

from bot.web.framework.response import CacheableResponse, RenderedResponse
from bot.web.framework.sized_cache import SizedCache

_MAX_BYTES = 32 * 1024 * 1024
_MAX_RESPONSES = 8_192


class ResponseCache(SizedCache[Hashable, CacheableResponse]):
    """Caches responses by request."""

    def __init__(self, max_bytes: int = _MAX_BYTES, max_responses: int = _MAX_RESPONSES) -> None:
        super().__init__(max_bytes, max_responses)

    def size_of(self, value: CacheableResponse) -> int:
        return value.response.size


class RenderedCache(SizedCache[Hashable, RenderedResponse]):
    """Caches responses by what they were rendered from, which makes them valid for ever."""

    def __init__(self, max_bytes: int = _MAX_BYTES, max_responses: int = _MAX_RESPONSES) -> None:
        super().__init__(max_bytes, max_responses)

    def size_of(self, value: RenderedResponse) -> int:
        return value.size
