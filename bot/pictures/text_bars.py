"""Timelines as lines of text, for places without images: a character for each part of an hour."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

from bot.chat.picture import Bar, BarKind, BarRow, Timeline
from bot.pictures.fonts import drawable
from bot.pictures.palette import BAR_STYLES
from bot.pictures.timeline_parts import HOUR, NOT_OPEN, WANTED, is_open_throughout, visible

CHARACTERS: Mapping[BarKind, str] = {
    BarKind.CLASS: "█",
    BarKind.BOOKED: "▒",
    BarKind.OWN: "#",
    BarKind.HELD: "░",
    BarKind.CLOSED: "x",
    BarKind.FREE: "+",
    BarKind.OTHER_ROOM: "~",
    BarKind.TAKEN: "!",
}
FREE, SHUT, NOW = "·", " ", "▼"
_STEPS = (15, 30, 60)
"""Minutes that a character may stand for, the finest first."""
_MAX_LABEL = 16
MAX_ROWS = 24


class Cells(Struct, frozen=True):
    """Neighbouring characters of one kind; None: free, not open, or a heading."""

    text: str
    kind: BarKind | None = None


def bar_lines(timeline: Timeline, width: int) -> tuple[tuple[Cells, ...], ...]:
    """Hours, a line for each row, and what the characters mean; nothing where the width is too small."""
    labels = [drawable(each.label) for each in timeline.rows[:MAX_ROWS]]
    indent = min(_MAX_LABEL, max(map(cell_len, labels), default=0)) + 1
    step = _step(timeline, width - indent)
    if step is None or not labels:
        return ()
    rows = [
        (Cells(set_cell_size(label, indent - 1) + " "), *_cells(row, timeline, step))
        for label, row in zip(labels, timeline.rows, strict=False)
    ]
    left_out = len(timeline.rows) - len(rows)
    more = ((Cells(f"And {left_out} more"),),) if left_out > 0 else ()
    heading = Cells(" " * indent + _heading(timeline, step))
    return ((heading,), *rows, *more, *_legend(timeline, width))


def _step(timeline: Timeline, room: int) -> int | None:
    span = timeline.end - timeline.start
    return next((each for each in _STEPS if -(-span // each) <= room), None)


def _cells(row: BarRow, timeline: Timeline, step: int) -> Iterator[Cells]:
    """The characters of a row, neighbours of one kind together."""
    bars = visible(row.bars, timeline)
    run, kind = "", None
    for start in range(timeline.start, timeline.end, step):
        found = _kind_at(bars, start, start + step)
        character = CHARACTERS[found] if found is not None else _ground(row, timeline, start, start + step)
        if found is not kind and run:
            yield Cells(run, kind)
            run = ""
        run, kind = run + character, found
    yield Cells(run, kind)


def _kind_at(bars: Sequence[Bar], start: int, end: int) -> BarKind | None:
    """What lies on top in a part of an hour, however short."""
    found = [each for each in bars if each.start < end and each.end > start]
    return found[-1].kind if found else None


def _ground(row: BarRow, timeline: Timeline, start: int, end: int) -> str:
    is_open = bool(timeline.dates) or any(each.start <= start and end <= each.end for each in row.open_times)
    return FREE if is_open else SHUT


def _heading(timeline: Timeline, step: int) -> str:
    """Hours or dates above their places, and a mark for the present."""
    line = [" "] * (-(-(timeline.end - timeline.start) // step))
    if (now := _common_now(timeline)) is not None:
        line[(now - timeline.start) // step] = NOW
    for minutes in range(timeline.start, timeline.end, _label_step(timeline, step)):
        text = timeline.dates[minutes // HOUR] if timeline.dates else f"{minutes // HOUR % 24:02}"
        place = (minutes - timeline.start) // step
        around = line[max(place - 1, 0) : place + len(text) + 1]
        if place + len(text) <= len(line) and not "".join(around).strip():
            line[place : place + len(text)] = text
    return "".join(line).rstrip()


def _label_step(timeline: Timeline, step: int) -> int:
    """Minutes between labels that have a space between them; hours for a clock are even."""
    longest = max(map(len, timeline.dates), default=2)
    return next(hours * HOUR for hours in (1, 2, 3, 4, 6, 12, 24) if hours * HOUR // step > longest)


def _common_now(timeline: Timeline) -> int | None:
    """The present, if all rows show the same."""
    found = {each.now for each in timeline.rows}
    now = found.pop() if len(found) == 1 else None
    return now if now is not None and timeline.start <= now < timeline.end else None


def _legend(timeline: Timeline, width: int) -> Iterator[tuple[Cells, ...]]:
    """What the characters on show mean, on as many lines as it takes."""
    kinds = [kind for kind in BarKind if any(kind is bar.kind for row in timeline.rows for bar in row.bars)]
    entries = [(CHARACTERS[kind], BAR_STYLES[kind].name, kind) for kind in kinds]
    words: list[tuple[str, str, BarKind | None]] = [*entries]
    if not WANTED & set(kinds):
        words.append((FREE, "Free", None))
    if not timeline.dates and not all(is_open_throughout(row, timeline) for row in timeline.rows):
        words.append(("blank", NOT_OPEN, None))
    line: list[Cells] = []
    used = 0
    for character, name, kind in words:
        text = f" {name}  "
        if line and used + len(character) + len(text.rstrip()) > width:
            yield tuple(line)
            line, used = [], 0
        line += [Cells(character, kind), Cells(text)]
        used += len(character) + len(text)
    if line:
        yield tuple(line)


def plain_bars(timeline: Timeline, width: int) -> str:
    """The lines as plain text, for code blocks; empty where the width is too small."""
    return "\n".join("".join(each.text for each in line).rstrip() for line in bar_lines(timeline, width))
