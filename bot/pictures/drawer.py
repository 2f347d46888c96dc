"""Draws pictures off the event loop, and caches them; imports what draws with the first one."""

import asyncio
from typing import TYPE_CHECKING

from bot.pictures.formats import PHONE_WIDTH, PictureFormat
from core.bounded_cache import LruCache
from core.errors import Unavailable

if TYPE_CHECKING:
    from bot.pictures.drawing import PictureContent

_MAX_CACHED = 256
"""Pictures; each has some 30 kB."""
_MAX_WAITING = 32


class PictureDrawer:
    """Draws on a thread, one picture at a time, and caches by content.

    Raises `Unavailable` if too many pictures wait already.
    """

    def __init__(self, max_cached: int = _MAX_CACHED) -> None:
        self._cache: LruCache[tuple[PictureContent, PictureFormat, int], bytes] = LruCache(max_cached)
        self._thread = asyncio.Semaphore(1)
        self._waiting = 0

    def __len__(self) -> int:
        return len(self._cache)

    async def draw(
        self, content: "PictureContent", image_format: PictureFormat, width: int = PHONE_WIDTH
    ) -> bytes:
        key = (content, image_format, width)
        if (known := self._cache.get(key)) is not None:
            return known
        if self._waiting >= _MAX_WAITING:
            raise Unavailable("Roomie has too many pictures to draw right now. Please try again in a moment.")
        self._waiting += 1
        try:
            async with self._thread:
                if (known := self._cache.get(key)) is not None:
                    return known
                drawn = await asyncio.to_thread(_draw, content, image_format, width)
                self._cache.put(key, drawn)
                return drawn
        finally:
            self._waiting -= 1


def _draw(content: "PictureContent", image_format: PictureFormat, width: int) -> bytes:
    from bot.pictures.drawing import draw_png, draw_svg

    if image_format is PictureFormat.PNG:
        return draw_png(content, width)
    return draw_svg(content, width).encode()
