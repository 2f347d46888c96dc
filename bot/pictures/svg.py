"""Writes drawings as SVG: attributes only, so that a strict content security policy allows it."""

from collections.abc import Iterable, Iterator
from html import escape

from bot.pictures.palette import PAPER, Pattern
from bot.pictures.shapes import Anchor, Disc, Drawing, Label, Line, Link, Rectangle, Shape

_FAMILY = "DejaVu Sans, Verdana, Segoe UI, system-ui, sans-serif"
_BASELINE = 0.36
"""Share of the font size from the middle of capital letters down to the baseline."""
_SPACING = 6
_DIRECTIONS = {
    Pattern.RISING: "M-1,1l2,-2M0,6l6,-6M5,7l2,-2",
    Pattern.FALLING: "M-1,5l2,2M0,0l6,6M5,-1l2,2",
    Pattern.CROSSED: "M0,6l6,-6M0,0l6,6",
}


def to_svg(drawing: Drawing, *, is_standalone: bool = True) -> str:
    """The drawing as an SVG element, with title and description for screen readers.

    Not standalone, it is a part of a page. It scales with the width that it is given, up to twice its own.
    """
    namespace = ' xmlns="http://www.w3.org/2000/svg"' if is_standalone else ""
    patterns = "".join(_patterns(drawing.shapes))
    content = "".join(map(_shape, drawing.shapes))
    has_links = any(isinstance(each, Link) and each.url for each in drawing.shapes)
    return (
        f'<svg{namespace} viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}" '
        f'height="{drawing.height}" role="{"group" if has_links else "img"}" '
        f'font-family="{_FAMILY}">'
        f"<title>{escape(drawing.title)}</title><desc>{escape(drawing.alternative)}</desc>"
        f"{f'<defs>{patterns}</defs>' if patterns else ''}"
        f'<rect width="{drawing.width}" height="{drawing.height}" fill="{PAPER}"/>{content}</svg>'
    )


def _patterns(shapes: Iterable[Shape]) -> Iterator[str]:
    """A definition of each pattern that is used."""
    seen: set[str] = set()
    for each in _flatten(shapes):
        if isinstance(each, Rectangle) and each.pattern is not Pattern.NONE:
            name = _pattern_id(each)
            if name not in seen:
                seen.add(name)
                yield (
                    f'<pattern id="{name}" width="{_SPACING}" height="{_SPACING}" '
                    f'patternUnits="userSpaceOnUse"><rect width="{_SPACING}" height="{_SPACING}" '
                    f'fill="{each.fill}"/><path d="{_DIRECTIONS[each.pattern]}" '
                    f'stroke="{each.pattern_colour}" stroke-width="1.5"/></pattern>'
                )


def _flatten(shapes: Iterable[Shape]) -> Iterator[Shape]:
    for each in shapes:
        if isinstance(each, Link):
            yield from each.shapes
        else:
            yield each


def _pattern_id(rectangle: Rectangle) -> str:
    """The same for equal patterns, so that several pictures can share a page."""
    return f"{rectangle.pattern.value}-{rectangle.fill[1:]}-{rectangle.pattern_colour[1:]}"


def _shape(shape: Shape) -> str:
    match shape:
        case Rectangle():
            return _rectangle(shape)
        case Line():
            return (
                f'<path d="M{_n(shape.x1)},{_n(shape.y1)}L{_n(shape.x2)},{_n(shape.y2)}" '
                f'stroke="{shape.colour}" stroke-width="{_n(shape.width)}"/>'
            )
        case Disc():
            centre = f'cx="{_n(shape.x)}" cy="{_n(shape.y)}"'
            edge = f' stroke="{shape.edge}"' if shape.edge else ""
            return f'<circle {centre} r="{_n(shape.radius)}" fill="{shape.fill}"{edge}/>'
        case Label():
            return _label(shape)
        case Link():
            inside = "".join(map(_shape, shape.shapes))
            if not shape.url:
                return f"<g>{inside}</g>"
            return f'<a href="{escape(shape.url)}" aria-label="{escape(shape.name)}">{inside}</a>'


def _rectangle(shape: Rectangle) -> str:
    inset = shape.outline / 2
    fill = shape.fill if shape.pattern is Pattern.NONE else f"url(#{_pattern_id(shape)})"
    radius = f' rx="{_n(shape.radius)}"' if shape.radius else ""
    edge = f' stroke="{shape.edge}" stroke-width="{_n(shape.outline)}"' if shape.edge else ""
    return (
        f'<rect x="{_n(shape.x + inset)}" y="{_n(shape.y + inset)}" '
        f'width="{_n(max(shape.width - shape.outline, 0))}" '
        f'height="{_n(max(shape.height - shape.outline, 0))}"{radius} fill="{fill}"{edge}/>'
    )


def _label(label: Label) -> str:
    weight = ' font-weight="700"' if label.is_bold else ""
    anchor = f' text-anchor="{label.anchor.value}"' if label.anchor is not Anchor.START else ""
    return (
        f'<text x="{_n(label.x)}" y="{_n(label.y + label.size * _BASELINE)}" font-size="{_n(label.size)}" '
        f'fill="{label.colour}"{weight}{anchor}>{escape(label.text)}</text>'
    )


def _n(number: float) -> str:
    """A number with one decimal at most."""
    return f"{number:.1f}".removesuffix(".0")
