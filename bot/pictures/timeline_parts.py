"""Parts that pictures share: heading, bars, legend and hours."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from bot.chat.formatting import format_time
from bot.chat.picture import Bar, BarKind, BarRow, Timeline
from bot.pictures.fonts import fit_text, text_width
from bot.pictures.palette import BAR_STYLES, INK, SHADE, SHADE_LINE, SOFT_INK
from bot.pictures.shapes import Label, Rectangle, Shape

WIDTH = 390
"""Pixels: an image fills a phone's screen, which is 360 to 430 wide, so text keeps about its size."""
TEXT = 13.0
"""Smallest size of text. On the narrowest screens in use (320) it is 10.7, like captions of a tab bar."""
TITLE = 17.0
MARGIN = 12.0
HEADING_HEIGHT = 52.0
HOUR = 60
_SWATCH = 15.0
_LEGEND_LINE = 22.0
_LEGEND_GAP = 16.0
NOT_OPEN = "Not open"


def heading(title: str, subtitle: str, width: float = WIDTH) -> Iterator[Shape]:
    room = width - 2 * MARGIN
    yield Label(MARGIN, 20, fit_text(title, room, TITLE, is_bold=True), TITLE, is_bold=True)
    if subtitle:
        yield Label(MARGIN, 40, fit_text(subtitle, room, TEXT), TEXT, SOFT_INK)


def clock(minutes: int) -> str:
    """`08:00`; what lies beyond midnight by the clock of the next day or the day before."""
    return format_time(minutes if 0 <= minutes <= 24 * HOUR else minutes % (24 * HOUR))


def axis_words(timeline: Timeline, start: int, end: int) -> str:
    """`09:00–11:00`, or on an axis of dates the dates: `3 Mar`, `3 Mar to 10 Mar`."""
    if not timeline.dates:
        return f"{clock(start)}–{clock(end)}"
    first, last = timeline.dates[start // HOUR], timeline.dates[max(start, end - 1) // HOUR]
    return first if first == last else f"{first} to {last}"


def bar_shape(bar: Bar, x: float, y: float, width: float, height: float) -> Rectangle:
    style = BAR_STYLES[bar.kind]
    return Rectangle(
        x, y, width, height, style.fill, INK, style.outline, 0.0, style.pattern, style.pattern_colour
    )


def visible(bars: Iterable[Bar], timeline: Timeline) -> list[Bar]:
    """The bars on the axis, cut at its ends; wanted times last, so that they lie on top."""
    found = (
        Bar(max(each.start, timeline.start), min(each.end, timeline.end), each.kind, each.label)
        for each in bars
        if each.start < timeline.end and each.end > timeline.start
    )
    return sorted(found, key=lambda each: (each.kind in WANTED, each.start, each.end))


WANTED = frozenset({BarKind.FREE, BarKind.OTHER_ROOM, BarKind.TAKEN})


class Lane(Struct, frozen=True):
    """A bar and its place beside others at the same time: `place` of `count`."""

    bar: Bar
    place: int
    count: int


def lanes(bars: Sequence[Bar]) -> Iterator[Lane]:
    """Bars beside each other where they overlap; wanted times have the whole width."""
    group: list[tuple[Bar, int]] = []
    ends: list[int] = []
    for bar in bars:
        if bar.kind in WANTED:
            continue
        if ends and bar.start >= max(ends):
            yield from _lanes_of(group, len(ends))
            group, ends = [], []
        place = next((place for place, end in enumerate(ends) if end <= bar.start), len(ends))
        ends[place : place + 1] = [bar.end]
        group.append((bar, place))
    yield from _lanes_of(group, len(ends))
    yield from (Lane(each, 0, 1) for each in bars if each.kind in WANTED)


def _lanes_of(group: Iterable[tuple[Bar, int]], count: int) -> Iterator[Lane]:
    return (Lane(bar, place, count) for bar, place in group)


def is_open_throughout(row: BarRow, timeline: Timeline) -> bool:
    return any(each.start <= timeline.start and timeline.end <= each.end for each in row.open_times)


def legend(timeline: Timeline, top: float) -> tuple[tuple[Shape, ...], float]:
    """What the colours on show mean, on as many lines as they need; and the height of these lines."""
    kinds = [kind for kind in BarKind if any(kind is bar.kind for row in timeline.rows for bar in row.bars)]
    entries = [(BAR_STYLES[kind].name, kind) for kind in kinds]
    swatches: list[tuple[str, BarKind | None]] = list(entries)
    if not timeline.dates and not all(is_open_throughout(row, timeline) for row in timeline.rows):
        swatches.append((NOT_OPEN, None))
    shapes: list[Shape] = []
    x, y = MARGIN, top + _LEGEND_LINE / 2
    for name, kind in swatches:
        width = _SWATCH + 6 + text_width(name, TEXT)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x, y = MARGIN, y + _LEGEND_LINE
        shapes += [_swatch(kind, x, y - _SWATCH / 2), Label(x + _SWATCH + 6, y, name, TEXT)]
        x += width + _LEGEND_GAP
    return tuple(shapes), (y + _LEGEND_LINE / 2 - top) if shapes else 0.0


def _swatch(kind: BarKind | None, x: float, y: float) -> Rectangle:
    if kind is None:
        return Rectangle(x, y, _SWATCH, _SWATCH, SHADE, SHADE_LINE, 1.0)
    return bar_shape(Bar(0, 0, kind), x, y, _SWATCH, _SWATCH)
