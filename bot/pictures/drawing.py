"""Draws pictures as PNG and SVG."""

from functools import lru_cache
from typing import TypeAlias

from bot.chat.picture import Timeline
from bot.pictures.campus_map import CampusMap, lay_out_campus_map
from bot.pictures.formats import PHONE_WIDTH
from bot.pictures.heat_map import HeatMap, lay_out_heat_map
from bot.pictures.shapes import Drawing
from bot.pictures.svg import to_svg
from bot.pictures.timeline_layout import lay_out_timeline

PictureContent: TypeAlias = Timeline | HeatMap | CampusMap
"""What a picture shows; hashable, so that equal pictures are drawn once."""


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
