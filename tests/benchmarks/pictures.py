"""Pictures: drawing a day, a week, a building and maps; served from the cache against a bare handler."""

import statistics
import sys
from collections.abc import Callable
from time import thread_time

from bot.chat.picture import Bar, BarKind, BarRow, OpenTime, TimeAxis, Timeline
from bot.pictures.campus_map import CampusMap, MapBuilding
from bot.pictures.drawing import PictureContent, draw_png, draw_svg, lay_out
from bot.pictures.heat_map import HeatMap
from bot.pictures.links import picture_url
from bot.pictures.requests import BuildingPicture, pack
from core.localtime import epoch_day
from tests.benchmarks.harness import Row
from tests.benchmarks.http import environment
from tests.benchmarks.http_server import NOW, SECRET, generated_rooms
from tests.benchmarks.load import get

_TARGET_MILLISECONDS = 40.0
_HOURS = (OpenTime(8 * 60, 21 * 60),)


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - how benchmarks are called
    rounds = 5 if quick else 25
    rows = [_drawn(name, content, rounds) for name, content in _CONTENTS.items()]
    return [*rows, *_served(quick=quick)]


def _drawn(name: str, content: PictureContent, rounds: int) -> Row:
    """Time of the thread as a share of what a picture may take; the pace of a busy machine is left out."""
    content_png = lambda: draw_png(content)  # noqa: E731
    content_png()
    png = _milliseconds(content_png, rounds)
    svg = _milliseconds(lambda: draw_svg(content), rounds)
    low, middle, high = statistics.quantiles(png, n=4, method="inclusive")
    sys.stdout.write(f"a picture drawn in {middle:.1f} ms: {name} (SVG in {statistics.median(svg):.1f} ms)\n")
    share = (low / _TARGET_MILLISECONDS, middle / _TARGET_MILLISECONDS, high / _TARGET_MILLISECONDS)
    size, drawing = len(draw_png(content)), lay_out(content)
    note = f"{middle:.1f} ms, {size:,} B, {drawing.width} × {drawing.height}"
    return Row(f"drawing {name}, share of 40 ms", share, 1.0, at_most=True, note=note)


def _milliseconds(work: Callable[[], object], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        began = thread_time()
        work()
        found.append((thread_time() - began) * 1000)
    return found


def _served(*, quick: bool) -> list[Row]:
    with environment(20_000, quick=quick) as servers:
        building = next(generated_rooms()).building_id
        request = BuildingPicture(building, epoch_day(NOW.date()))
        path = picture_url("", SECRET, pack(request), NOW)
        body, tag = servers.fetch(path)
        plain, unchanged = get(path), get(path, f"If-None-Match: {tag}")
        return [
            servers.against_bare("GET /pictures/….png, cached", body, lambda: plain, 0.5),
            servers.against_bare("the same, a 304", body, lambda: unchanged, 0.5),
        ]


def _bars(seed: int) -> tuple[Bar, ...]:
    kinds = (BarKind.CLASS, BarKind.BOOKED, BarKind.CLASS, BarKind.OWN, BarKind.HELD, BarKind.CLOSED)
    starts = range(8 * 60 + seed % 3 * 30, 20 * 60, 120)
    return tuple(
        Bar(start, start + 90, kind, f"CLASS{seed} LEC") for start, kind in zip(starts, kinds, strict=False)
    )


def _rows(count: int) -> tuple[BarRow, ...]:
    return tuple(BarRow(f"Room {number}", _bars(number), _HOURS, 620) for number in range(count))


def _timeline(axis: TimeAxis, count: int) -> Timeline:
    return Timeline("Wren G01", "Thu 12 Mar", 8 * 60, 21 * 60, axis, _rows(count))


_CONTENTS: dict[str, PictureContent] = {
    "a room's day": _timeline(TimeAxis.DOWN, 1),
    "a room's week": _timeline(TimeAxis.DOWN, 7),
    "a building of 24 rooms": _timeline(TimeAxis.ACROSS, 24),
    "a heat map": HeatMap(
        "Use",
        "",
        tuple(f"{hour:02}:00" for hour in range(8, 21)),
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        tuple(tuple((hour * 7 + day) % 11 / 10 for day in range(7)) for hour in range(13)),
    ),
    "a map of 45 buildings": CampusMap(
        "Free rooms",
        "now",
        tuple(
            MapBuilding(f"Building {n}", n % 7 / 3000, n // 7 / 3000, n % 4, 4 + n % 20) for n in range(45)
        ),
    ),
}
