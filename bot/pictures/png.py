"""Draws drawings as PNG with Pillow, at the resolution of a phone's screen."""

from collections.abc import Iterator
from functools import cache, lru_cache
from io import BytesIO
from itertools import product

from PIL import Image, ImageColor, ImageDraw

from bot.pictures.fonts import font, is_plain
from bot.pictures.palette import GROUNDS, INKS, PAPER, Pattern
from bot.pictures.shapes import Anchor, Disc, Drawing, Label, Line, Link, Rectangle, Shape

SCALE = 2
"""Pixels of the image for each of the drawing: most phones show two or three, and more only takes longer."""
_SPACING = 6
_BLENDS = (0.25, 0.5, 0.75)
"""Shades between a text's colour and its ground, for smooth letters."""
_BASELINE = 0.36
"""Share of the font size from the middle of capital letters down to the baseline."""
_LEAST_DISTANCE = 12
"""Of two colours of the palette: Pillow finds the nearest colour with a precision of 8 steps."""


def to_png(drawing: Drawing) -> bytes:
    """Takes some ten milliseconds of a core: call it on a thread."""
    image = Image.new("RGB", (drawing.width * SCALE, drawing.height * SCALE), PAPER)
    draw = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _draw(draw, shape)
    out = BytesIO()
    image.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", compress_level=3)
    return out.getvalue()


@cache
def _palette() -> Image.Image:
    """An image with all colours of pictures, and shades between them.

    Indexed images are a third as large, and a given palette is found six times as fast as a computed one.
    """
    colours = [_rgb(each) for each in dict.fromkeys((*GROUNDS, *INKS))]
    for ink, ground, share in product(map(_rgb, INKS), map(_rgb, GROUNDS), _BLENDS):
        mixed = tuple(round(one + (other - one) * share) for one, other in zip(ground, ink, strict=True))
        if all(_distance(mixed, each) >= _LEAST_DISTANCE for each in colours):
            colours.append(mixed)
    image = Image.new("P", (1, 1))
    image.putpalette([part for colour in colours for part in colour])
    return image


def _rgb(colour: str) -> tuple[int, ...]:
    return ImageColor.getrgb(colour)[:3]


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(first - second) for first, second in zip(one, other, strict=True))


def _draw(draw: ImageDraw.ImageDraw, shape: Shape) -> None:
    match shape:
        case Rectangle():
            _rectangle(draw, shape)
        case Line():
            points = [(shape.x1 * SCALE, shape.y1 * SCALE), (shape.x2 * SCALE, shape.y2 * SCALE)]
            draw.line(points, shape.colour, max(1, round(shape.width * SCALE)))
        case Disc():
            centre, edge = (shape.x * SCALE, shape.y * SCALE), shape.edge or None
            draw.circle(centre, shape.radius * SCALE, shape.fill, edge, SCALE)
        case Label():
            _label(draw, shape)
        case Link():
            for each in shape.shapes:
                _draw(draw, each)


def _rectangle(draw: ImageDraw.ImageDraw, shape: Rectangle) -> None:
    left, top = round(shape.x * SCALE), round(shape.y * SCALE)
    right = max(left, round((shape.x + shape.width) * SCALE) - 1)
    bottom = max(top, round((shape.y + shape.height) * SCALE) - 1)
    edge, outline = shape.edge or None, max(1, round(shape.outline * SCALE))
    box = (left, top, right, bottom)
    if shape.pattern is Pattern.NONE:
        draw.rounded_rectangle(box, shape.radius * SCALE, shape.fill, edge, outline)
        return
    draw.rectangle(box, shape.fill)
    for line in _pattern_lines(shape.pattern, left + SCALE, top + SCALE, right - SCALE, bottom - SCALE):
        draw.line(line, shape.pattern_colour, SCALE)
    if edge is not None:
        draw.rectangle(box, None, edge, outline)


def _pattern_lines(
    pattern: Pattern, left: int, top: int, right: int, bottom: int
) -> Iterator[tuple[int, int, int, int]]:
    """Diagonals within a rectangle, evenly spaced from the origin."""
    step = _SPACING * SCALE
    if pattern is not Pattern.FALLING:
        for total in range((left + top) // step * step + step, right + bottom, step):
            first, last = max(left, total - bottom), min(right, total - top)
            yield first, total - first, last, total - last
    if pattern is not Pattern.RISING:
        for offset in range((left - bottom) // step * step + step, right - top, step):
            first, last = max(left, top + offset), min(right, bottom + offset)
            yield first, first - offset, last, last - offset


def _label(draw: ImageDraw.ImageDraw, label: Label) -> None:
    """Centres capital letters, and not the line with its descenders, at the label's height."""
    size = round(label.size * SCALE)
    mask, left, top, width = _mask(label.text, size, is_bold=label.is_bold)
    before = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[label.anchor]
    x, y = round(label.x * SCALE - before) + left, round(label.y * SCALE + size * _BASELINE) + top
    draw.bitmap((x, y), mask, label.colour)


@lru_cache(maxsize=1024)
def _mask(text: str, size: int, *, is_bold: bool) -> tuple[Image.Image, int, int, float]:
    """A drawn text, its offset from the start of the baseline, and its width.

    Cached: pictures share most of their words, and drawing letters takes most of the time.
    """
    chosen = font(size, is_bold=is_bold, is_plain=is_plain(text))
    left, top, right, bottom = map(round, chosen.getbbox(text, anchor="ls"))
    mask = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), text, 255, chosen, "ls")
    return mask, left, top, chosen.getlength(text)
