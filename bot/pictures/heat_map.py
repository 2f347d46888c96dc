"""Heat maps: hours against weekdays, darker where a share is larger. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from bot.pictures.palette import EDGE, HEAT, PAPER, SOFT_INK, heat_ink, heat_step
from bot.pictures.shapes import Anchor, Drawing, Label, Rectangle, Shape
from bot.pictures.timeline_parts import HEADING_HEIGHT, MARGIN, TEXT, WIDTH, heading

_GUTTER = 46.0
_CELL = 26.0
_LEGEND = 40.0


class HeatMap(Struct, frozen=True):
    """Shares from 0 to 1 by row and column, such as hours and weekdays; None where there is no value.

    `rows` and `columns` are their labels. `unit` says in the legend what 0 % and 100 % mean.
    """

    title: str
    subtitle: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    unit: str = "of the time"


def lay_out_heat_map(heat_map: HeatMap) -> Drawing:
    """A cell a value, with its percentage written in, so that no shade has to be matched by eye."""
    left, top = MARGIN + _GUTTER, HEADING_HEIGHT + 26
    width = (WIDTH - MARGIN - left) / max(1, len(heat_map.columns))
    shapes: list[Shape] = [*heading(heat_map.title, heat_map.subtitle)]
    for place, name in enumerate(heat_map.columns):
        x = left + (place + 0.5) * width
        shapes.append(Label(x, top - 12, name, TEXT, SOFT_INK, anchor=Anchor.MIDDLE))
    for place, name in enumerate(heat_map.rows):
        y = top + (place + 0.5) * _CELL
        shapes.append(Label(left - 6, y, name, TEXT, SOFT_INK, anchor=Anchor.END))
    for row, values in enumerate(heat_map.values):
        for column, value in enumerate(values):
            shapes += _cell(value, left + column * width, top + row * _CELL, width)
    bottom = top + len(heat_map.rows) * _CELL
    shapes += _legend(heat_map.unit, bottom + 10)
    height = round(bottom + 10 + _LEGEND)
    return Drawing(WIDTH, height, heat_map.title, heat_map_alternative(heat_map), tuple(shapes))


def _cell(value: float | None, x: float, y: float, width: float) -> Iterator[Shape]:
    if value is None:
        yield Rectangle(x, y, width, _CELL, PAPER, EDGE, 0.5)
        yield Label(x + width / 2, y + _CELL / 2, "–", TEXT, SOFT_INK, anchor=Anchor.MIDDLE)
        return
    step = heat_step(value)
    yield Rectangle(x, y, width, _CELL, HEAT[step], PAPER, 1.0)
    text, ink = f"{round(100 * value)}", heat_ink(step)
    yield Label(x + width / 2, y + _CELL / 2, text, TEXT, ink, anchor=Anchor.MIDDLE)


def _legend(unit: str, top: float) -> Iterator[Shape]:
    size = 22.0
    middle = top + size / 2
    yield Label(MARGIN, middle, "0 %", TEXT, SOFT_INK)
    for step, colour in enumerate(HEAT):
        yield Rectangle(MARGIN + 32 + step * size, top, size, size, colour, EDGE, 0.5)
    yield Label(MARGIN + 38 + len(HEAT) * size, middle, f"100 % {unit}".strip(), TEXT, SOFT_INK)


def heat_map_alternative(heat_map: HeatMap) -> str:
    """Every value, column by column."""
    head = ", ".join(filter(None, (heat_map.title, heat_map.subtitle)))
    sentences = [f"{head}, in per cent {heat_map.unit}".strip() + "."]
    for place, name in enumerate(heat_map.columns):
        cells = zip(heat_map.rows, heat_map.values, strict=True)
        values = (f"{row} {_words(shares[place])}" for row, shares in cells)
        sentences.append(f"{name}: {', '.join(values)}.")
    return " ".join(sentences)


def _words(value: float | None) -> str:
    return "no value" if value is None else f"{round(100 * value)}"
