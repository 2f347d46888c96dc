"""Draws pictures as PNG and SVG: at once, or cached and off the event loop."""

import asyncio
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

from bot.chat.picture import Timeline
from bot.pictures.campus_map import CampusMap, lay_out_campus_map
from bot.pictures.heat_map import HeatMap, lay_out_heat_map
from bot.pictures.shapes import Drawing
from bot.pictures.svg import to_svg
from bot.pictures.timeline_layout import lay_out_timeline
from core.bounded_cache import LruCache
from core.errors import Unavailable

PictureContent: TypeAlias = Timeline | HeatMap | CampusMap
"""What a picture shows; hashable, so that equal pictures are drawn once."""
PHONE_WIDTH, PAGE_WIDTH = 390, 900
_MAX_CACHED = 256
"""Pictures; each has some 30 kB."""
_MAX_WAITING = 32


class PictureFormat(StrEnum):
    PNG = "png"
    SVG = "svg"


def lay_out(content: PictureContent, width: int = PHONE_WIDTH) -> Drawing:
    """Where everything stands. Only maps take another width than that of a phone."""
    match content:
        case Timeline():
            return lay_out_timeline(content)
        case HeatMap():
            return lay_out_heat_map(content)
        case CampusMap():
            return lay_out_campus_map(content, width)


def draw_svg(content: PictureContent, width: int = PHONE_WIDTH, *, is_standalone: bool = True) -> str:
    """The picture as SVG, with its alternative text as `<desc>`; not standalone, for inside a page."""
    return to_svg(lay_out(content, width), is_standalone=is_standalone)


def draw_png(content: PictureContent, width: int = PHONE_WIDTH) -> bytes:
    """Takes up to 40 ms; on the event loop use `PictureDrawer`."""
    from bot.pictures.png import to_png  # late, to keep the start fast

    return to_png(lay_out(content, width))


def alternative(content: PictureContent) -> str:
    """All that the picture shows, in sentences."""
    return _lay_out_cached(content).alternative


@lru_cache(maxsize=64)
def _lay_out_cached(content: PictureContent) -> Drawing:
    return lay_out(content)


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
        self, content: PictureContent, image_format: PictureFormat, width: int = PHONE_WIDTH
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


def _draw(content: PictureContent, image_format: PictureFormat, width: int) -> bytes:
    if image_format is PictureFormat.PNG:
        return draw_png(content, width)
    return draw_svg(content, width).encode()
