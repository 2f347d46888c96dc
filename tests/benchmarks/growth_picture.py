"""Draws the growth benchmark: four small charts in one hand-written SVG."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import log10

from msgspec import Struct


class Figures(Struct, frozen=True):
    """Figures of one campus and number of processes: responses per second in total, megabytes per process.

    `held` is the longest time in milliseconds for which an event loop was held.
    """

    rooms: int
    entries: int
    processes: int
    status: float
    page: float
    free: float
    instant: float
    booking: float
    memory: float
    start: float
    held: float


_CHARTS: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("status, answers a second", lambda each: each.status),
    ("a page of free rooms, answers a second", lambda each: each.page),
    ("bookings a second", lambda each: each.booking),
    ("memory of each process, MB", lambda each: each.memory),
)
_COLOURS = {1: "#1b6ca8", 2: "#c8553d", 4: "#4c956c"}
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 320, 200, 30, 60, 70
_LINE_HEIGHT = 11


def draw(gauges: Sequence[Figures]) -> str:
    """Both axes are logarithmic; each line is one number of processes (legend on top)."""
    parts = [_legend(sorted({each.processes for each in gauges}))]
    parts += [
        _chart(gauges, title, value, place % 2, place // 2) for place, (title, value) in enumerate(_CHARTS)
    ]
    width, height = 2 * (_WIDTH + _GAP) + _LEFT, 2 * (_HEIGHT + _GAP) + _TOP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _chart(
    gauges: Sequence[Figures], title: str, value: Callable[[Figures], float], column: int, row: int
) -> str:
    left, top = _LEFT + column * (_WIDTH + _GAP), _TOP + row * (_HEIGHT + _GAP)
    across = _scale([each.rooms for each in gauges], _WIDTH)
    up = _scale([value(each) for each in gauges], _HEIGHT)
    drawn = [f'<text x="0" y="-14" font-size="13">{escape(title)}</text>', _frame()]
    drawn += [
        f'<text x="{across(rooms):.0f}" y="{_HEIGHT + 16}" text-anchor="middle">{rooms:,} rooms</text>'
        for rooms in sorted({each.rooms for each in gauges})
    ]
    for processes in sorted({each.processes for each in gauges}):
        ours = [each for each in gauges if each.processes == processes]
        drawn.append(_line([(across(each.rooms), _HEIGHT - up(value(each))) for each in ours], processes))
    for rooms in sorted({each.rooms for each in gauges}):
        here = sorted((each for each in gauges if each.rooms == rooms), key=value, reverse=True)
        heights = _apart([_HEIGHT - up(value(each)) for each in here])
        drawn += [
            f'<text x="{across(rooms) + 7:.0f}" y="{y + 4:.0f}" fill="{_colour(each.processes)}" '
            'stroke="white" stroke-width="3" paint-order="stroke">'
            f"{value(each):,.0f}</text>"
            for each, y in zip(here, heights, strict=True)
        ]
    return f'<g transform="translate({left},{top})">{"".join(drawn)}</g>'


def _legend(numbers: Iterable[int]) -> str:
    words = [
        f'<tspan dx="14" fill="{_colour(each)}">— {each} process{"es" if each > 1 else ""}</tspan>'
        for each in numbers
    ]
    return f'<text x="{_LEFT - 14}" y="22" font-size="13">{"".join(words)}</text>'


def _apart(heights: Iterable[float]) -> list[float]:
    """Label positions from top to bottom, at least one line apart, with the same centre."""
    wanted = list(heights)
    placed: list[float] = []
    for height in wanted:
        placed.append(max(height, placed[-1] + _LINE_HEIGHT) if placed else height)
    surplus = (sum(placed) - sum(wanted)) / len(wanted)
    return [height - surplus for height in placed]


def _scale(values: Iterable[float], length: float) -> Callable[[float], float]:
    """Maps the logarithm of a value to a position, with a margin at both ends."""
    found = [log10(max(value, 0.1)) for value in values]
    low, high = min(found), max(found)
    span = (high - low) or 1.0
    return lambda value: length * (0.1 + 0.8 * (log10(max(value, 0.1)) - low) / span)


def _frame() -> str:
    return f'<path d="M0 0 V{_HEIGHT} H{_WIDTH}" fill="none" stroke="#888"/>'


def _line(points: Sequence[tuple[float, float]], processes: int) -> str:
    colour = _colour(processes)
    way = " ".join(f"{x:.0f},{y:.0f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def _colour(processes: int) -> str:
    return _COLOURS.get(processes, "#444")
