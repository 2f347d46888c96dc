"""The HTTP APIs compared with bare aiohttp handlers sending the same bytes, 32 concurrent clients."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.request import Request, urlopen

from msgspec import Struct
from msgspec.structs import replace

from tests.benchmarks.harness import CpuMeter, Row, compare, with_cpu
from tests.benchmarks.http_server import NOW, generated_rooms
from tests.benchmarks.load import get, post, requests_per_second
from tests.databases import apart, run_sql
from tests.postgres import PostgresServer

_MAX_RATE = 20_000
"""Requests per second that are made before they are timed, so that the client does not lag behind."""
_ROOMS = [room.id for room in generated_rooms()]


class Environment(Struct):
    """The measured servers: ours, the bare one, and one that books through an ORM."""

    pid: int
    ports: list[int]
    tokens: list[str]
    quick: bool
    cases: "count[int]"

    @property
    def pairs(self) -> int:
        return 2 if self.quick else 8

    @property
    def seconds(self) -> float:
        return 0.3 if self.quick else 1.0

    def token(self, number: int = 0) -> str:
        return f"Authorization: Token {self.tokens[number % len(self.tokens)]}"

    def fetch(self, path: str, *headers: str) -> tuple[bytes, str]:
        """A body and its ETag."""
        request = Request(
            f"http://127.0.0.1:{self.ports[0]}{path}", headers=dict(each.split(": ", 1) for each in headers)
        )
        with urlopen(request) as answer:  # noqa: S310 - our own server
            return answer.read(), answer.headers.get("ETag", "")

    def bare(self, body: bytes) -> bytes:
        """A request that the bare server answers with `body`."""
        name = f"case{next(self.cases)}"
        put = Request(f"http://127.0.0.1:{self.ports[1]}/{name}", data=body, method="PUT")
        urlopen(put).close()  # noqa: S310 - our own server
        return get(f"/{name}")

    def against_bare(self, name: str, body: bytes, ask: Callable[[], bytes], target: float) -> Row:
        """A row for the request `ask`, compared with the bare server sending `body`."""
        plain = self.bare(body)

        def ours() -> float:
            made = iter([ask() for _ in range(int(_MAX_RATE * self.seconds))])
            return our_cpu.slice(
                lambda: requests_per_second(
                    self.ports[0], lambda: next(made, None) or ask(), self.seconds, check=_is_answered
                ),
                self.seconds,
            )

        def theirs() -> float:
            return their_cpu.slice(
                lambda: requests_per_second(self.ports[1], lambda: plain, self.seconds), self.seconds
            )

        our_cpu, their_cpu = CpuMeter(self.pid), CpuMeter(self.pid)
        ours(), theirs()
        our_cpu, their_cpu = CpuMeter(self.pid), CpuMeter(self.pid)
        row = compare(f"{name} ({len(body):,} B)", ours, theirs, self.pairs, target=target)
        return with_cpu(row, our_cpu, their_cpu)


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark has it
    rows: list[Row] = []
    for entries in (20_000,) if quick else (20_000, 100_000):
        with environment(entries, quick=quick) as served:
            found = (*_reads(served), *_writes(served, 0.3))
            rows += [replace(row, name=f"{entries // 1000}k {row.name}") for row in found]
    return rows + _on_postgres(quick=quick)


def _on_postgres(*, quick: bool) -> list[Row]:
    """Bookings, on a server whose commits wait for the disk."""
    server = PostgresServer(durable=True)
    try:
        server.start()
        apart(run_sql, server.url(), "CREATE DATABASE roomie")
        with environment(20_000, quick=quick, url=server.url("roomie")) as served:
            return [replace(row, name=f"20k PostgreSQL {row.name}") for row in _writes(served, 0.25)]
    finally:
        server.remove()


@contextmanager
def environment(
    entries: int, *, quick: bool, url: str = "", loop: str = "shipped", weeks: int = 12
) -> Iterator[Environment]:
    """The servers in a process of their own; `loop` is "shipped" or "asyncio"."""
    command = [sys.executable, "-m", "tests.benchmarks.http_server", str(entries), loop, url, str(weeks)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdout is not None
        assert server.stdin is not None
        started = json.loads(server.stdout.readline())
        yield Environment(server.pid, started["ports"], started["tokens"], quick, count())
        server.stdin.close()


def _reads(environment: Environment) -> Iterator[Row]:
    for name, path, target in (
        ("GET /api/rooms/status", "/api/rooms/status", 0.85),
        ("GET /api/rooms", "/api/rooms", 0.85),
        ("GET rooms.list/", "/rooms.list/", 0.7),
    ):
        headers = (environment.token(),) if "list" in path else ()
        response, (body, _) = get(path, *headers), environment.fetch(path, *headers)
        yield environment.against_bare(name, body, lambda response=response: response, target)
    body, tag = environment.fetch("/api/rooms/status")
    unchanged = get("/api/rooms/status", f"If-None-Match: {tag}")
    yield environment.against_bare("the same, a 304", body, lambda: unchanged, 1.0)
    yield from _instants(environment)
    yield from _bookings(environment)


def _instants(environment: Environment) -> Iterator[Row]:
    rng = random.Random(1)

    def plain() -> str:
        return f"/api/rooms/status?datetime={_instant(rng)}"

    def filtered() -> str:
        return f"{plain()}&capacity={rng.randrange(1, 60)}&duration={rng.randrange(1, 120)}"

    for name, path in (("at an instant", plain), ("with filters", filtered)):
        body, _ = environment.fetch(path())
        yield environment.against_bare(f"status {name}, first", body, lambda path=path: get(path()), 0.4)
        known = get(path())
        yield environment.against_bare(f"status {name}, again", body, lambda known=known: known, 0.8)


def _instant(rng: random.Random) -> str:
    """Any second of the next two weeks."""
    at = NOW.replace(hour=0) + timedelta(seconds=rng.randrange(14 * 86400))
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _bookings(environment: Environment) -> Iterator[Row]:
    """Bookings of a room and of a person: first rendered, then cached."""
    number = count()
    junk = count()
    body, _ = environment.fetch(f"/api/rooms/bookings/{_ROOMS[0]}")
    path = f"/api/rooms/bookings/{_ROOMS[0]}"
    yield environment.against_bare(
        "bookings/<id>, first",
        body,
        lambda: get(f"/api/rooms/bookings/{_ROOMS[next(number) % len(_ROOMS)]}?not={next(junk)}"),
        0.6,
    )
    yield environment.against_bare("bookings/<id>, again", body, lambda: get(path), 0.8)
    for name, path_of in (
        (
            "rooms.bookings/",
            lambda each: f"/rooms.bookings/?room_id={_ROOMS[each % len(_ROOMS)]}&date=20260312",
        ),
        ("user.bookings/", lambda each: f"/user.bookings/?not={each}"),
    ):
        body, _ = environment.fetch(path_of(0), environment.token())
        yield environment.against_bare(
            f"{name} first",
            body,
            lambda path_of=path_of: get(
                f"{path_of(next(number))}&x={next(junk)}", environment.token(next(number))
            ),
            0.6,
        )
        known = get(path_of(0), environment.token())
        yield environment.against_bare(f"{name} again", body, lambda known=known: known, 0.8)


def _writes(environment: Environment, target: float) -> Iterator[Row]:
    forms = _slots()
    numbers = count()

    def form(path: str) -> bytes:
        return post(path, next(forms), environment.token(next(numbers)))

    def booked(port: int, path: str) -> Callable[[], float]:
        return lambda: requests_per_second(port, lambda: form(path), environment.seconds, check=_is_answered)

    ours, bare = booked(environment.ports[0], "/rooms.book/"), booked(environment.ports[1], "/book")
    ours(), bare()
    yield compare(
        "POST rooms.book/, durable, against a bare form", ours, bare, environment.pairs, target=target
    )
    if len(environment.ports) > 2:
        orm = booked(environment.ports[2], "/rooms.book/")
        orm()
        yield compare(
            "the same against an ORM transaction each", ours, orm, max(environment.pairs // 2, 1), target=10
        )


def _slots() -> Iterator[str]:
    """Forms for unbooked quarter-hour slots, room after room."""
    first = datetime(2026, 3, 12)
    for quarter in range(80 * 48):
        start = first + timedelta(days=quarter // 48, hours=8, minutes=quarter % 48 * 15)
        if start.weekday() < 5:
            end = start + timedelta(minutes=15)
            for room in _ROOMS:
                yield (
                    f"room_id={room}&date={start:%Y%m%d}&start_time={start:%H}%3A{start:%M}"
                    f"&end_time={end:%H}%3A{end:%M}&notes=this+is+an+event"
                )


def _is_answered(beginning: bytes) -> None:
    if not beginning.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
        raise AssertionError(beginning[:300])
