"""Bookings of four web processes on one PostgreSQL, compared with one; and what one that only reads costs.

All run beside each other the whole time, and one is asked, or all four, in alternating slices. The processor
time of a process that nobody asks is what it spends on the commits of the others.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from statistics import median

from bot.runtime import event_loop
from tests.benchmarks.growth import _a_booking, _fill, _is_booked, _room, _Web, _webs
from tests.benchmarks.harness import Row, compare, quartiles
from tests.benchmarks.load import total_per_second
from tests.postgres import PostgresServer

ROOMS, ENTRIES = 504, 20_000
WRITERS = 4
_FIRST_DAY = 21
"""Days from today on which nothing is taught."""
_TICKS = os.sysconf("SC_CLK_TCK")


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - every benchmark is called so
    server = PostgresServer(durable=True)
    try:
        server.start()
        event_loop.run(_fill(server, ROOMS, ENTRIES))
        with _webs(server.url("roomie"), WRITERS) as webs:
            return list(_rows(server, webs, quick=quick))
    finally:
        server.remove()


def _rows(server: PostgresServer, webs: Sequence[_Web], *, quick: bool) -> Iterator[Row]:
    pairs, seconds = (2, 0.5) if quick else (6, 1.0)
    slots, seen = _slots(), list[float]()
    one, four = (_booked(webs[:number], slots, seconds) for number in (1, WRITERS))

    def one_and_watched() -> float:
        before = _processor_seconds(webs[-1])
        rate = one()
        seen.append((_processor_seconds(webs[-1]) - before) / (rate * seconds) * 1e6)
        return rate

    one(), four()
    yield compare("bookings of four processes, to those of one", four, one_and_watched, pairs, target=1.0)
    yield Row(
        "processor time of a process that only reads, a booking",
        quartiles([each / _MICROSECONDS for each in seen]),
        1.0,
        at_most=True,
        note=f"{median(seen):,.0f} µs, to {_MICROSECONDS:.0f} µs",
    )
    with _webs(server.url("roomie"), 1):
        beside = [one() for _ in range(pairs)]
    without = [one() for _ in range(pairs)]
    yield Row(
        "bookings of one process beside a fifth, to those before it came",
        quartiles([each / median(without) for each in beside]),
        1.0,
        note=f"{median(beside):,.0f}/s against {median(without):,.0f}/s",
    )


_MICROSECONDS = 50.0
"""What a booking of another process may cost: a tenth of what booking it takes."""


def _booked(
    webs: Sequence[_Web], slots: Iterator[tuple[str, int, int, int]], seconds: float
) -> Callable[[], float]:
    ports = [web.port for web in webs]
    return lambda: total_per_second(ports, lambda: _a_booking(slots), seconds, check=_is_booked)


def _slots() -> Iterator[tuple[str, int, int, int]]:
    """Quarter-hour slots of weekdays without classes; none twice."""
    for number in count():
        quarter, room = divmod(number, ROOMS)
        day, quarter = divmod(quarter, 52)
        yield _room(room), _FIRST_DAY + day, quarter // 4 + 8, quarter % 4 * 15


def _processor_seconds(web: _Web) -> float:
    fields = Path(f"/proc/{web.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
