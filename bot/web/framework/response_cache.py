"""Answers kept for the very next request that is the same, in bounded memory."""

from collections.abc import Hashable

from bot.web.framework.response import Lasting

_MOST_BYTES = 32 * 1024 * 1024
_MOST_PAGES = 8_192


class Memo:
    """Pages by request, as long as they hold. When it is full it starts anew: refilling is cheap."""

    def __init__(self, most_bytes: int = _MOST_BYTES, most_pages: int = _MOST_PAGES) -> None:
        self._most_bytes, self._most_pages = most_bytes, most_pages
        self._pages: dict[Hashable, Lasting] = {}
        self._bytes = 0

    def get(self, key: Hashable) -> Lasting | None:
        return self._pages.get(key)

    def put(self, key: Hashable, lasting: Lasting) -> None:
        if (old := self._pages.pop(key, None)) is not None:
            self._bytes -= old.page.size
        size = lasting.page.size
        if self._bytes + size > self._most_bytes or len(self._pages) >= self._most_pages:
            self._pages.clear()
            self._bytes = 0
        self._pages[key] = lasting
        self._bytes += size

    def __len__(self) -> int:
        return len(self._pages)
