"""Compares two sides in alternating slices; prints ratios with quartiles as a table.

The machine may be busy, so a figure means something only beside another one measured in turn.
"""

import statistics
from collections.abc import Callable, Sequence
from time import clock_gettime

from msgspec import Struct
from msgspec.structs import replace

SLACK = 0.15
"""By how much a median may miss its target on a shared machine."""


class Row(Struct, frozen=True):
    """One line of a table: how one side does against its baseline.

    `ratio` holds first quartile, median and third quartile. `target` is what the median should reach or, with
    `at_most`, stay under; None where there is none.
    """

    name: str
    ratio: tuple[float, float, float]
    target: float | None = None
    at_most: bool = False
    note: str = ""

    @property
    def is_short(self) -> bool:
        if self.target is None:
            return False
        if self.at_most:
            return self.ratio[1] > self.target * (1 + SLACK)
        return self.ratio[1] < self.target * (1 - SLACK)


def alternating(
    one: Callable[[], float], other: Callable[[], float], pairs: int
) -> list[tuple[float, float]]:
    """Measure both sides in turn, A B B A, so that a drift of the machine hits both alike."""
    gauges: list[tuple[float, float]] = []
    for pair in range(pairs):
        if pair % 2:
            second = other()
            gauges.append((one(), second))
        else:
            first = one()
            gauges.append((first, other()))
    return gauges


def ratio(gauges: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Quartiles of one side over the other, pair by pair."""
    return quartiles([one / other for one, other in gauges])


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return (values[0],) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def compare(
    name: str,
    one: Callable[[], float],
    other: Callable[[], float],
    pairs: int,
    *,
    target: float | None = None,
    at_most: bool = False,
    unit: str = "/s",
) -> Row:
    """A row for `one` against `other`, each of which returns one slice's figure (requests a second, say)."""
    gauges = alternating(one, other, pairs)
    ours, theirs = (statistics.median(each[side] for each in gauges) for side in (0, 1))
    return Row(name, ratio(gauges), target, at_most, f"{ours:,.0f}{unit} against {theirs:,.0f}{unit}")


class CpuMeter(Struct):
    """CPU time of another process per answer, which depends less on what else the machine does."""

    pid: int
    seconds: float = 0.0
    answers: float = 0.0

    def slice(self, run: Callable[[], float], seconds: float) -> float:
        """Runs a slice of so many seconds that returns answers per second."""
        began = self._cpu_seconds()
        rate = run()
        self.seconds += self._cpu_seconds() - began
        self.answers += rate * seconds
        return rate

    def _cpu_seconds(self) -> float:
        return clock_gettime(~self.pid << 3 | 2)  # the process's clock: clock_getcpuclockid(3)

    @property
    def microseconds(self) -> float:
        return self.seconds / self.answers * 1e6


def with_cpu(row: Row, ours: CpuMeter, theirs: CpuMeter) -> Row:
    """The row with both sides' CPU time in its note."""
    cpu = f"{ours.microseconds:.0f} against {theirs.microseconds:.0f} µs CPU"
    return replace(row, note=f"{row.note}, {cpu}")


def table(rows: Sequence[Row]) -> str:
    heads = ("what", "ratio", "quartiles", "target", "", "measured")
    cells = [heads, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    low, middle, high = row.ratio
    bound = "" if row.target is None else f"{'≤' if row.at_most else '≥'} {row.target:g}"
    verdict = "" if row.target is None else "SHORT" if row.is_short else "ok"
    return row.name, f"{middle:.2f}", f"{low:.2f}–{high:.2f}", bound, verdict, row.note
