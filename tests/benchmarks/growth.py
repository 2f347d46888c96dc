"""Campuses of 504, 5,000 and 50,000 rooms in 1, 2 and 4 processes, compared with the smallest in one process.

Real web processes on one PostgreSQL (in memory: its commits do not wait for a disk), with as many clients in
this process as keep them busy. Without `--quick`, `docs/growth.svg` is drawn again.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from itertools import count, product
from pathlib import Path
from time import perf_counter, sleep
from urllib.request import urlopen

import asyncpg
from msgspec import Struct

from bot.runtime import event_loop
from core.model import PersonId
from core.services.accounts import token_hash
from storage.factory import upgrade
from tests.benchmarks.growth_picture import Figures, draw
from tests.benchmarks.harness import Row, table
from tests.benchmarks.load import get, post, total_per_second
from tests.builders import NOW
from tests.faults.processes import PROJECT, a_free_port
from tests.postgres import PostgresServer

WORLDS = ((504, 20_000), (5_000, 500_000), (50_000, 5_000_000))
PROCESSES = (1, 2, 4)
QUICK_WORLDS, QUICK_PROCESSES = WORLDS[:1], PROCESSES[:2]
PEOPLE = 200
MAX_MEMORY = 12_000
"""Megabytes that all processes may take together; larger runs are skipped."""
DAYS = {1: 21, 2: 22, 4: 23}
"""Days from today on which bookings are made, by number of processes: weekdays without classes."""
DAYS_QUERIED = 8
"""Number of days that requests are about, from today on."""
_TIMEOUT = 240.0
_POLL_INTERVAL = 0.2
_DAY = 86_400


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - every benchmark is called so
    gauges = list(_measured(quick=quick))
    if not quick:
        (PROJECT / "docs" / "growth.svg").write_text(draw(gauges), "utf-8")
    return _rows(gauges)


def _rows(gauges: Sequence[Figures]) -> list[Row]:
    first = gauges[0]
    return [
        Row(
            f"{each.rooms:,} rooms, {each.entries:,} entries, {each.processes} processes",
            (each.status / first.status,) * 3,
            note=f"status {each.status:,.0f}/s, pages of free rooms {each.page:,.0f}/s, all free rooms "
            f"{each.free:,.0f}/s, at an instant {each.instant:,.0f}/s, bookings {each.booking:,.0f}/s, "
            f"{each.memory:,.0f} MB each, ready after {each.start:.1f} s, held {each.held:.0f} ms",
        )
        for each in gauges
    ]


def _measured(
    *,
    quick: bool,
    worlds: Sequence[tuple[int, int]] | None = None,
    numbers: Sequence[int] | None = None,
) -> Iterator[Figures]:
    for rooms, entries in worlds or (QUICK_WORLDS if quick else WORLDS):
        server = PostgresServer()
        try:
            server.start()
            event_loop.run(_fill(server, rooms, entries))
            memory = 0.0
            for processes in numbers or (QUICK_PROCESSES if quick else PROCESSES):
                if memory * processes < MAX_MEMORY:
                    yield (found := _with(server, rooms, entries, processes, 0.5 if quick else 2.0))
                    memory = found.memory
        except NotReady as late:
            sys.stdout.write(f"{rooms:,} rooms, {entries:,} entries: {late}\n")
        finally:
            server.remove()


def _with(server: PostgresServer, rooms: int, entries: int, processes: int, seconds: float) -> Figures:
    began = perf_counter()
    with _webs(server.url("roomie"), processes) as webs:
        start = perf_counter() - began
        ports = [web.port for web in webs]
        held = max(_held_longest(web, seconds) for web in webs)
        total_per_second(ports, lambda: get("/api/rooms/status"), seconds / 2)
        _query_each_day(ports)
        slots = _slots(rooms, processes)
        return Figures(
            rooms,
            entries,
            processes,
            status=total_per_second(ports, lambda: get("/api/rooms/status"), seconds),
            page=total_per_second(ports, lambda: get(_a_search()), seconds, check=_is_page),
            free=total_per_second(ports, lambda: get(_a_question()), seconds),
            instant=total_per_second(ports, lambda: get(_an_instant()), seconds),
            booking=total_per_second(ports, lambda: _a_booking(slots), seconds, check=_is_booked),
            memory=max(web.memory() for web in webs),
            start=start,
            held=held,
        )


def _held_longest(web: "_Web", seconds: float) -> float:
    """Milliseconds, of one client's first questions of each kind: many at once wait for each other."""
    for question in (_a_search, _a_question, _an_instant):
        total_per_second([web.port], lambda ask=question: get(ask()), seconds / 2, clients=1)  # type: ignore[misc]
    return web.held()


def _an_instant() -> str:
    at = NOW + timedelta(seconds=_rng.randrange((DAYS_QUERIED - 1) * _DAY))
    return f"/api/rooms/status?datetime={at:%Y-%m-%dT%H:%M:%S}.000Z"


def _query_each_day(ports: Sequence[int]) -> None:
    """The first requests for a day compute its timelines and masks, which is not what is measured."""
    for port, day in product(ports, range(DAYS_QUERIED)):
        at = NOW + timedelta(days=day)
        for path in (
            f"/api/rooms/status?datetime={at:%Y-%m-%dT%H:%M:%S}.000Z",
            f"/?when={at:%Y-%m-%d}+12:00+for+1+hour&seats=150",
        ):
            with urlopen(f"http://127.0.0.1:{port}{path}") as response:
                response.read()


_rng = random.Random(1)


def _a_question() -> str:
    """Never the same twice, so that no response comes from the cache."""
    at = NOW + timedelta(seconds=_rng.randrange((DAYS_QUERIED - 1) * _DAY))
    return (
        f"/api/rooms/status?datetime={at:%Y-%m-%dT%H:%M:%S}.000Z"
        f"&capacity={_rng.randrange(150, 200)}&duration={_rng.randrange(30, 180)}"
    )


def _a_search() -> str:
    """The board's answer to its filters: how many rooms are free, and the first of them."""
    at = NOW + timedelta(minutes=15 * _rng.randrange((DAYS_QUERIED - 1) * _DAY // 900))
    when = f"{at:%Y-%m-%d+%H:%M}+for+{_rng.randrange(2, 12) * 15}+minutes"
    return f"/?when={when}&seats={_rng.randrange(150, 200)}"


def _is_page(answer: bytes) -> None:
    if not answer.startswith(b"HTTP/1.1 200"):
        raise AssertionError(answer)


def _slots(rooms: int, run: int) -> Iterator[tuple[str, int, int, int]]:
    """Quarter-hour slots on weekdays without classes, different ones for each run."""
    for number in count():
        quarter, room = divmod(number, rooms)
        yield _room(room), DAYS[run], quarter // 4 + 8, quarter % 4 * 15


def _a_booking(slots: Iterator[tuple[str, int, int, int]]) -> bytes:
    room, days, hour, minute = next(slots)
    day, end = NOW + timedelta(days=days), (hour * 60 + minute + 15)
    form = (
        f"room_id={room}&date={day:%Y%m%d}&start_time={hour:02}%3A{minute:02}"
        f"&end_time={end // 60:02}%3A{end % 60:02}&notes="
    )
    return post("/rooms.book/", form, f"Authorization: Token {_rng.randrange(PEOPLE):040x}")


def _is_booked(answer: bytes) -> None:
    if b'"success":true' not in answer:
        raise AssertionError(answer)


class NotReady(Exception):
    """A campus too large for the time limit."""


class _Web(Struct):
    port: int
    process: "subprocess.Popen[bytes]"

    def wait(self) -> None:
        began = perf_counter()
        while perf_counter() - began < _TIMEOUT and self.process.poll() is None:
            with suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as response:
                if response.status == 200:
                    return
            sleep(_POLL_INTERVAL)
        raise NotReady(f"a web process was not ready within {_TIMEOUT:.0f} s ({self.memory():,.0f} MB)")

    def memory(self) -> float:
        """Resident megabytes, shared ones included, from /proc."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def held(self) -> float:
        """The longest time in milliseconds for which its event loop was held in the last half minute."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics") as response:
            lines = response.read().decode().splitlines()
        name = "roomie_event_loop_lag_seconds"
        return next(float(line.split()[1]) * 1000 for line in lines if line.startswith(f"{name} "))


@contextmanager
def _webs(url: str, number: int) -> Iterator[Sequence[_Web]]:
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        webs = []
        for _ in range(number):
            port = a_free_port()
            environment = {
                "PATH": os.defpath,
                "DATABASE_URL": url,
                "PORT": str(port),
                "ROOMIE_HTTP__RATE_LIMIT": "0",
                "ROOMIE_HTTP__MAX_CONNECTIONS_PER_ADDRESS": "0",
                "ROOMIE_LOG__LEVEL": "warning",
                "ROOMIE_SECURITY__SECRET": "a secret of the benchmarks",
                "ROOMIE_NOW": NOW.isoformat(),
            }
            command = [sys.executable, "-m", "bot", "run", "--only", "web"]
            process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)  # noqa: S603
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
            webs.append(_Web(port, process))
        for web in webs:
            web.wait()
        yield webs


def _room(number: int) -> str:
    return f"K-{chr(65 + number % 12)}{number // 504}-{number}"


async def _fill(server: PostgresServer, rooms: int, entries: int) -> None:
    """Inserts directly into the tables; only serving is measured."""
    connection = await asyncpg.connect(server.url())
    await connection.execute("CREATE DATABASE roomie")
    await connection.close()
    await upgrade(server.url("roomie"))
    connection = await asyncpg.connect(server.url("roomie"))
    await connection.execute("SET session_replication_role = replica")  # references need no check
    now, hash_of = int(NOW.timestamp()), [token_hash(f"{number:040x}") for number in range(PEOPLE)]
    buildings = list(_buildings(rooms // 8))
    columns: tuple[str, ...] = ("id", "name", "latitude", "longitude", "aliases")
    await connection.copy_records_to_table("building", records=buildings, columns=columns)
    columns = ("id", "building_id", "name", "capacity", "abbr", "usage", "school", "aliases", "equipment")
    columns += ("individual_access", "bookable")
    await connection.copy_records_to_table("room", records=_rooms(rooms, len(buildings)), columns=columns)
    await connection.execute(
        "INSERT INTO timetable_run (source, is_current, made_at) VALUES ('feed', true, 1)"
    )
    columns = ("run_id", "room_id", "start", "end", "name", "booking_type")
    await connection.copy_records_to_table(
        "timetable_entry", records=_entries(rooms, entries), columns=columns
    )
    people = [
        (number + 1, f"p{number}", f"p{number}", f"p{number}@x", f"p{number}@x", "P", "Group_1", False)
        for number in range(PEOPLE)
    ]
    columns = ("id", "username", "username_key", "email", "email_key", "name", "groups", "is_admin")
    await connection.copy_records_to_table("person", records=people, columns=columns)
    tokens = [(each, PersonId(number + 1), now, "") for number, each in enumerate(hash_of)]
    columns = ("hash", "person_id", "created_at", "label")
    await connection.copy_records_to_table("token", records=tokens, columns=columns)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _buildings(number: int) -> Iterator[tuple[object, ...]]:
    """A grid over a few kilometres."""
    for each in range(number):
        yield f"B{each}", f"Building {each}", 51.5 + each // 80 / 2_000, -0.1 + each % 80 / 2_000, ""


def _rooms(number: int, buildings: int) -> Iterator[tuple[object, ...]]:
    for each in range(number):
        kept = (_room(each), f"B{each % buildings}", f"Room {each}", 5 + each * 7 % 200)
        yield (*kept, "", "CMLB", "", "", "", True, True)


def _entries(rooms: int, number: int) -> Iterator[tuple[object, ...]]:
    """Classes of an hour, on the hour, over twelve weeks, room by room, as an import writes them.

    None of them on the days that are booked.
    """
    midnight = int(NOW.replace(hour=0, minute=0).timestamp())
    rng = random.Random(504)
    for room, each in product(range(rooms), range(number // rooms)):
        day = rng.randrange(20) if each % 2 else 30 + rng.randrange(50)
        start = midnight + day * _DAY + rng.randrange(8, 20) * 3600
        yield 1, _room(room), start, start + 3600, f"CLASS{(room + each) % 400}", "CLASS"


def _only(rooms: int, processes: int) -> None:
    """`python -m tests.benchmarks.growth 50000 1`: one campus in so many processes, in short slices."""
    worlds = [each for each in WORLDS if each[0] == rooms]
    sys.stdout.write(table(_rows(list(_measured(quick=True, worlds=worlds, numbers=(processes,))))) + "\n")


if __name__ == "__main__":
    _only(*map(int, sys.argv[1:]))
