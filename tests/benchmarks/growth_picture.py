"""Drawing how Roomie grows: four small charts in one SVG, written by hand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import log10


@dataclass(frozen=True, slots=True)
class Figures:
    """What one campus on so many processes does: answers a second of all, megabytes of each."""

    rooms: int
    entries: int
    processes: int
    status: float
    free: float
    booking: float
    memory: float
    start: float


_CHARTS: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("status, answers a second", lambda each: each.status),
    ("free rooms, answers a second", lambda each: each.free),
    ("bookings a second", lambda each: each.booking),
    ("memory of each process, MB", lambda each: each.memory),
)
_COLOURS = {1: "#1b6ca8", 2: "#c8553d", 4: "#4c956c"}
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 320, 200, 60, 40, 70


def draw(figures: Sequence[Figures]) -> str:
    """Both axes are logarithmic; a line is a number of processes."""
    parts = [
        _chart(figures, title, value, place % 2, place // 2) for place, (title, value) in enumerate(_CHARTS)
    ]
    width, height = 2 * (_WIDTH + _GAP) + _LEFT, 2 * (_HEIGHT + _GAP) + _TOP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _chart(
    figures: Sequence[Figures], title: str, value: Callable[[Figures], float], column: int, row: int
) -> str:
    x, y = _LEFT + column * (_WIDTH + _GAP), _TOP + row * (_HEIGHT + _GAP)
    across = _scale([each.rooms for each in figures], _WIDTH)
    up = _scale([value(each) for each in figures], _HEIGHT)
    drawn = [f'<text x="0" y="-14" font-size="13">{escape(title)}</text>', _frame()]
    drawn += [
        f'<text x="{across(rooms):.0f}" y="{_HEIGHT + 16}" text-anchor="middle">{rooms:,} rooms</text>'
        for rooms in sorted({each.rooms for each in figures})
    ]
    for processes in sorted({each.processes for each in figures}):
        points = [
            (across(each.rooms), _HEIGHT - up(value(each)), value(each))
            for each in figures
            if each.processes == processes
        ]
        drawn.append(_line(points, processes))
    return f'<g transform="translate({x},{y})">{"".join(drawn)}</g>'


def _scale(values: Iterable[float], length: float) -> Callable[[float], float]:
    """From the logarithm of a value to a place, with a margin at both ends."""
    found = [log10(max(value, 0.1)) for value in values]
    low, high = min(found), max(found)
    span = (high - low) or 1.0
    return lambda value: length * (0.1 + 0.8 * (log10(max(value, 0.1)) - low) / span)


def _frame() -> str:
    return f'<path d="M0 0 V{_HEIGHT} H{_WIDTH}" fill="none" stroke="#888"/>'


def _line(points: Sequence[tuple[float, float, float]], processes: int) -> str:
    colour = _COLOURS.get(processes, "#444")
    way = " ".join(f"{x:.0f},{y:.0f}" for x, y, _ in points)
    dots = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>'
        f'<text x="{x + 5:.0f}" y="{y - 5:.0f}" fill="{colour}">{shown:,.0f}</text>'
        for x, y, shown in points
    )
    x, y, _ = points[0]
    name = f"{processes} process{'es' if processes > 1 else ''}"
    label = f'<text x="{x - 4:.0f}" y="{y + 12:.0f}" fill="{colour}">{name}</text>'
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}{label}'
