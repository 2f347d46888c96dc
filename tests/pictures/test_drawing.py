"""Drawn pixels: colours where they belong, exactly as the palette has them."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from bot.chat.picture import Bar, BarKind, TimeAxis
from bot.pictures.drawer import PictureDrawer
from bot.pictures.drawing import draw_png, lay_out
from bot.pictures.formats import PictureFormat
from bot.pictures.palette import BAR_STYLES, NOW, PAPER, SHADE, Pattern
from bot.pictures.png import SCALE
from bot.pictures.shapes import Line, Rectangle
from core.errors import Unavailable
from tests.pictures.timelines import NAMES, a_row, a_timeline


def pixel(image: Image.Image, x: float, y: float) -> str:
    found = image.getpixel((round(x * SCALE), round(y * SCALE)))
    assert isinstance(found, tuple)
    return "#" + bytes(found[:3]).hex()


def read(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("RGB")


@pytest.mark.parametrize("axis", TimeAxis)
@pytest.mark.parametrize("kind", BarKind)
def test_a_bar_has_the_colours_of_its_kind(kind: BarKind, axis: TimeAxis):
    timeline = a_timeline(a_row(Bar(540, 780, kind)), axis=axis)
    style, drawing = BAR_STYLES[kind], lay_out(timeline)
    [bar] = [
        each
        for each in drawing.shapes
        if isinstance(each, Rectangle) and each.fill == style.fill and each.width != 15
    ]
    image = read(draw_png(timeline))
    box = [
        round(each * SCALE) for each in (bar.x + 4, bar.y + 4, bar.x + bar.width - 4, bar.y + bar.height - 4)
    ]
    seen = {"#" + bytes(each).hex() for _, each in image.crop(tuple(box)).getcolors(100_000) or []}  # type: ignore[arg-type]

    assert style.fill in seen
    assert (style.pattern_colour in seen) == (style.pattern is not Pattern.NONE)


def test_closed_hours_are_shaded_and_the_present_is_marked():
    timeline = a_timeline(a_row(now=600))
    drawing = lay_out(timeline)
    line = next(each for each in drawing.shapes if isinstance(each, Line) and each.colour == NOW)
    image = read(draw_png(timeline))

    assert pixel(image, 200, line.y1) == NOW
    assert pixel(image, 200, line.y1 + 10) == PAPER
    closed = read(draw_png(a_timeline(type(timeline.rows[0])("Thu 12"))))
    assert pixel(closed, 200, line.y1 + 10) == SHADE


def test_pictures_have_a_light_ground_of_their_own():
    image = Image.open(BytesIO(draw_png(a_timeline())))
    assert image.info.get("transparency") is None
    assert pixel(image.convert("RGB"), 1, 1) == PAPER


def test_letters_of_other_scripts_have_shapes():
    """A font without them would draw the same box for each."""
    words = NAMES.split()
    drawn = {draw_png(a_timeline(a_row(Bar(540, 700, BarKind.CLASS, word)))) for word in words}
    boxes = {draw_png(a_timeline(a_row(Bar(540, 700, BarKind.CLASS, word)))) for word in ("漢字漢", "字漢字")}
    assert (len(drawn), len(boxes)) == (len(words), 1)


async def test_equal_pictures_are_drawn_once():
    drawer = PictureDrawer()
    drawn = await asyncio.gather(*(drawer.draw(a_timeline(), PictureFormat.PNG) for _ in range(3)))
    assert drawn[0] is drawn[1] is drawn[2]
    assert len(drawer) == 1


async def test_the_cache_is_bounded():
    drawer = PictureDrawer(max_cached=2)
    for start in (540, 600, 660):
        await drawer.draw(a_timeline(a_row(Bar(start, 720, BarKind.HELD))), PictureFormat.SVG)
    assert len(drawer) == 2


async def test_too_many_waiting_pictures_are_refused():
    drawer = PictureDrawer()
    rows = [a_row(Bar(start, 800, BarKind.HELD)) for start in range(500, 540)]
    drawn = await asyncio.gather(
        *(drawer.draw(a_timeline(each), PictureFormat.SVG) for each in rows), return_exceptions=True
    )
    assert sum(isinstance(each, bytes) for each in drawn) == 32
    assert sum(isinstance(each, Unavailable) for each in drawn) == 8
