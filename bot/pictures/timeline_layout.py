"""Lays out timelines: a room's day or week downwards, several rooms or dates across. Pure."""

from collections.abc import Iterator

from bot.chat.picture import Bar, BarKind, BarRow, TimeAxis, Timeline
from bot.pictures.alternative import alternative_text
from bot.pictures.fonts import clip_text, drawable, fit_text, text_width
from bot.pictures.palette import BAR_STYLES, GRID, INK, NOW, PAPER, SHADE, SHADE_LINE, SOFT_INK
from bot.pictures.shapes import Anchor, Drawing, Label, Line, Rectangle, Shape
from bot.pictures.timeline_parts import (
    HEADING_HEIGHT,
    HOUR,
    MARGIN,
    TEXT,
    WIDTH,
    Lane,
    bar_shape,
    clock,
    heading,
    lanes,
    legend,
    visible,
)

_GUTTER = 44.0
"""Width of the hours at the left of a day."""
_COLUMN_HEAD = 40.0
_MAX_DAY_HEIGHT = 720.0
_HOUR_HEIGHTS = {1: 42.0, 7: 32.0}
"""Pixels for an hour: a bar of half an hour holds a line of text."""
_MIN_LABEL_HEIGHT = TEXT + 3
_ROW, _BAR = 27.0, 20.0
_MAX_LABELS = 122.0
_MIN_TICKS = 44.0
"""Least distance of two hours' labels."""
NOTHING = "Nothing booked"
MAX_ROWS = 24
"""Rows of a picture; chat clients shrink what is taller."""
_GAP = 5.0
_MIN_WORD = 3
"""Letters of a word that is cut off in a narrow bar; fewer say nothing."""


def lay_out_timeline(timeline: Timeline) -> Drawing:
    if timeline.axis is TimeAxis.DOWN:
        shapes, bottom = _down(timeline)
    else:
        shapes, bottom = _across(timeline)
    explained, height = legend(timeline, bottom + 8)
    total = bottom + 8 + height + MARGIN - 4
    alternative = alternative_text(timeline)
    return Drawing(WIDTH, round(total), timeline.title, alternative, (*shapes, *explained))


# Time runs down: a column for each day.


def _down(timeline: Timeline) -> tuple[list[Shape], float]:
    hours = max(1, (timeline.end - timeline.start) // HOUR)
    preferred = _HOUR_HEIGHTS.get(len(timeline.rows), _HOUR_HEIGHTS[7])
    scale = min(preferred, _MAX_DAY_HEIGHT / hours) / HOUR
    has_heads = len(timeline.rows) > 1
    top = HEADING_HEIGHT + (_COLUMN_HEAD if has_heads else 6.0)
    bottom = top + (timeline.end - timeline.start) * scale
    left, width = MARGIN + _GUTTER, (WIDTH - 2 * MARGIN - _GUTTER) / max(1, len(timeline.rows))
    shapes: list[Shape] = [*heading(timeline.title, timeline.subtitle)]
    for place, row in enumerate(timeline.rows):
        shapes += _column_ground(timeline, row, left + place * width, width, top, scale)
    shapes += _hours_down(timeline, left, top, scale)
    for place, row in enumerate(timeline.rows):
        x = left + place * width
        if has_heads:
            shapes += _column_head(row, x, width, top)
        if not row.bars and not has_heads:
            middle = (top + bottom) / 2
            shapes.append(Label(x + width / 2, middle, NOTHING, TEXT, SOFT_INK, anchor=Anchor.MIDDLE))
        for lane in lanes(visible(row.bars, timeline)):
            shapes += _bar_down(lane, timeline, x, width, top, scale)
    for place, row in enumerate(timeline.rows):
        if row.now is not None and timeline.start <= row.now <= timeline.end:
            shapes += _now_down(row.now, timeline, left + place * width, width, top, scale)
    return shapes, bottom


def _column_ground(
    timeline: Timeline, row: BarRow, x: float, width: float, top: float, scale: float
) -> Iterator[Shape]:
    yield Rectangle(x, top, width, (timeline.end - timeline.start) * scale, SHADE, SHADE_LINE, 0.5)
    for each in row.open_times:
        start, end = max(each.start, timeline.start), min(each.end, timeline.end)
        if start < end:
            y = top + (start - timeline.start) * scale
            yield Rectangle(x, y, width, (end - start) * scale, PAPER, SHADE_LINE, 0.5)


def _hours_down(timeline: Timeline, left: float, top: float, scale: float) -> Iterator[Shape]:
    step = HOUR if HOUR * scale >= TEXT + 5 else 2 * HOUR
    hidden = [row.now for row in timeline.rows if row.now is not None]
    for minutes in range(timeline.start, timeline.end + 1, HOUR):
        y = top + (minutes - timeline.start) * scale
        yield Line(left, y, WIDTH - MARGIN, y, GRID)
        is_near_now = any(abs(minutes - now) * scale < TEXT + 2 for now in hidden)
        if (minutes - timeline.start) % step == 0 and not is_near_now:
            yield Label(left - 6, y, clock(minutes), TEXT, SOFT_INK, anchor=Anchor.END)


def _column_head(row: BarRow, x: float, width: float, top: float) -> Iterator[Shape]:
    """The first word above the others: `Thu` above `12`."""
    for place, text in enumerate(row.label.split(" ", 1)):
        fitted = fit_text(text, width - 2, TEXT, is_bold=row.is_marked)
        y = top - _COLUMN_HEAD + 9 + place * 17
        yield Label(x + width / 2, y, fitted, TEXT, INK, row.is_marked, anchor=Anchor.MIDDLE)


def _bar_down(
    lane: Lane, timeline: Timeline, x: float, width: float, top: float, scale: float
) -> Iterator[Shape]:
    bar = lane.bar
    share = (width - 4) / lane.count
    left, y = x + 2 + lane.place * share, top + (bar.start - timeline.start) * scale + 0.5
    height = max((bar.end - bar.start) * scale - 1, 3.0)
    yield bar_shape(bar, left, y, share - 1, height)
    yield from _bar_text(bar, left + _GAP, y, share - 1 - 2 * _GAP, height)


def _bar_text(bar: Bar, x: float, y: float, width: float, height: float) -> Iterator[Shape]:
    """Time and name on two lines if there is room, else on one; the name alone in narrow bars."""
    if height < _MIN_LABEL_HEIGHT:
        return
    style = BAR_STYLES[bar.kind]
    times, name = f"{clock(bar.start)}–{clock(bar.end)}", bar.label or style.name
    room = text_width(times, TEXT, is_bold=True)
    if room > width:
        yield from _lines_of(_words(name, width, int(height // (TEXT + 3))), x, y, style.ink)
    elif height >= 2 * (TEXT + 4):
        yield Label(x, y + TEXT / 2 + 4, times, TEXT, style.ink, is_bold=True)
        yield Label(x, y + TEXT * 1.5 + 8, fit_text(name, width, TEXT), TEXT, style.ink)
    else:
        middle = y + height / 2
        yield Label(x, middle, times, TEXT, style.ink, is_bold=True)
        yield Label(x + room + 8, middle, fit_text(name, width - room - 8, TEXT), TEXT, style.ink)


def _words(name: str, width: float, count: int) -> list[str]:
    """The words of a name, one a line; what does not fit is cut off."""
    words = (clip_text(each, width + 2, TEXT) for each in drawable(name).split()[: max(count, 1)])
    return [each for each in words if len(each) >= _MIN_WORD]


def _lines_of(words: list[str], x: float, y: float, ink: str) -> Iterator[Shape]:
    for place, word in enumerate(words):
        yield Label(x, y + TEXT / 2 + 3 + place * (TEXT + 3), word, TEXT, ink)


def _now_down(
    now: int, timeline: Timeline, x: float, width: float, top: float, scale: float
) -> Iterator[Shape]:
    y = top + (now - timeline.start) * scale
    yield Line(x, y, x + width, y, PAPER, 4.0)
    yield Line(x, y, x + width, y, NOW, 2.0)
    yield Label(MARGIN + _GUTTER - 6, y, clock(now), TEXT, NOW, is_bold=True, anchor=Anchor.END)


# Time runs across: a row for each room or date.


def _across(timeline: Timeline) -> tuple[list[Shape], float]:
    rows = timeline.rows[:MAX_ROWS]
    labels = max((text_width(each.label, TEXT, is_bold=each.is_marked) for each in rows), default=0)
    left = MARGIN + min(labels, _MAX_LABELS) + 8
    scale = (WIDTH - MARGIN - left) / max(1, timeline.end - timeline.start)
    top = HEADING_HEIGHT + 18
    bottom = top + len(rows) * _ROW
    shapes: list[Shape] = [*heading(timeline.title, timeline.subtitle)]
    for place, row in enumerate(rows):
        shapes += _row_ground(timeline, row, left, top + place * _ROW, scale)
    shapes += (_dates_across if timeline.dates else _hours_across)(timeline, left, top, bottom, scale)
    for place, row in enumerate(rows):
        shapes += _row(timeline, row, left, top + place * _ROW, scale)
    shapes += _now_across(timeline, left, top, scale)
    if (left_out := len(timeline.rows) - len(rows)) > 0:
        shapes.append(Label(MARGIN, bottom + 12, f"And {left_out} more", TEXT, SOFT_INK))
        bottom += 22
    return shapes, bottom


def _row_ground(timeline: Timeline, row: BarRow, left: float, y: float, scale: float) -> Iterator[Shape]:
    height = _BAR + 2
    yield Rectangle(left, y + 2, WIDTH - MARGIN - left, height, SHADE, SHADE_LINE, 0.5)
    for each in row.open_times:
        start, end = max(each.start, timeline.start), min(each.end, timeline.end)
        if start < end:
            x = left + (start - timeline.start) * scale
            yield Rectangle(x, y + 2, (end - start) * scale, height, PAPER, SHADE_LINE, 0.5)


def _hours_across(
    timeline: Timeline, left: float, top: float, bottom: float, scale: float
) -> Iterator[Shape]:
    step = next((each for each in (1, 2, 3, 4, 6, 12) if each * HOUR * scale >= _MIN_TICKS), 24) * HOUR
    now = _common_now(timeline)
    room = (text_width(clock(0), TEXT) + text_width(clock(0), TEXT, is_bold=True)) / 2 + 4
    for minutes in range(timeline.start, timeline.end + 1, step):
        x = left + (minutes - timeline.start) * scale
        yield Line(x, top + 1, x, bottom - 3, GRID)
        if now is None or abs(minutes - now) * scale >= room:
            yield _tick(clock(minutes), x, top, SOFT_INK)


def _dates_across(
    timeline: Timeline, left: float, top: float, bottom: float, scale: float
) -> Iterator[Shape]:
    """As many of the dates as have room, above the middle of their places."""
    until = 0.0
    for place, name in enumerate(timeline.dates):
        x, half = left + (place + 0.5) * HOUR * scale, text_width(name, TEXT) / 2
        yield Line(left + place * HOUR * scale, top + 2, left + place * HOUR * scale, bottom - 3, GRID)
        if x - half >= until and x + half <= WIDTH:
            yield _tick(name, x, top, SOFT_INK)
            until = x + half + 6


def _tick(name: str, x: float, top: float, colour: str, *, is_bold: bool = False) -> Label:
    """A time or date above the rows, within the picture."""
    half = text_width(name, TEXT, is_bold=is_bold) / 2
    return Label(min(x, WIDTH - 4 - half), top - 8, name, TEXT, colour, is_bold, anchor=Anchor.MIDDLE)


def _common_now(timeline: Timeline) -> int | None:
    """The present, if it lies on the axis in every row."""
    found = {row.now for row in timeline.rows}
    now = found.pop() if len(found) == 1 else None
    return now if now is not None and timeline.start <= now <= timeline.end else None


def _row(timeline: Timeline, row: BarRow, left: float, y: float, scale: float) -> Iterator[Shape]:
    text = fit_text(row.label, left - MARGIN - 8, TEXT, is_bold=row.is_marked)
    yield Label(MARGIN, y + _ROW / 2, text, TEXT, is_bold=row.is_marked)
    for lane in lanes(visible(row.bars, timeline)):
        bar, height = lane.bar, _BAR / lane.count
        x, width = left + (bar.start - timeline.start) * scale, max((bar.end - bar.start) * scale, 2.5)
        yield bar_shape(bar, x, y + 3 + lane.place * height, width, height)
        if lane.count == 1:
            ink = BAR_STYLES[bar.kind].ink
            name = bar.label if bar.kind not in {BarKind.BOOKED, BarKind.HELD} else ""
            if name := fit_text(name, width - 2 * _GAP, TEXT, shortest=4):
                yield Label(x + _GAP, y + 3 + _BAR / 2, name, TEXT, ink)


def _now_across(timeline: Timeline, left: float, top: float, scale: float) -> Iterator[Shape]:
    common = _common_now(timeline)
    for place, row in enumerate(timeline.rows[:MAX_ROWS]):
        if row.now is not None and timeline.start <= row.now <= timeline.end:
            x, y = left + (row.now - timeline.start) * scale, top + place * _ROW
            yield Line(x, y, x, y + _ROW, PAPER, 4.0)
            yield Line(x, y, x, y + _ROW, NOW, 2.0)
    if common is not None:
        yield _tick(clock(common), left + (common - timeline.start) * scale, top, NOW, is_bold=True)
