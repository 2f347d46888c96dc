"""Four web processes, two workers and 200 clients who book, while one thing after another breaks.

Afterwards no room is booked twice, the ledger adds up, every client got an answer or an error, and the
service has recovered. `make soak` does the same for longer.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

import pytest
from aiohttp import ClientSession

from storage.factory import upgrade
from tests.conftest import apart, run_sql
from tests.faults.load import ClientLog, Crowd, check_books, fill_crowd
from tests.faults.processes import Fleet, Process
from tests.postgres import PostgresServer
from tests.standins.proxy import Proxy

CLIENTS = 200
MAX_SECONDS_TO_RECOVER = 20.0
"""Generous: other tests run beside it."""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server that tests may break, with the crowd in its database `roomie`."""
    server = PostgresServer()
    try:
        server.start()
        apart(run_sql, server.url(), "CREATE DATABASE roomie")
        apart(upgrade, server.url("roomie"))
        apart(fill_crowd, server.url("roomie"))
        yield server
    finally:
        server.remove()


@dataclass
class Town:
    """The processes; the last web process reaches the database through a proxy."""

    server: PostgresServer
    wire: Proxy
    fleet: Fleet
    session: ClientSession
    webs: list[Process]
    crowd: Crowd
    recoveries: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url("roomie")

    async def busy(self, requests: int, seconds: float = 0.0) -> "asyncio.Future[ClientLog]":
        """Starts the load and waits until it runs."""
        going = asyncio.ensure_future(self.crowd.go(CLIENTS, requests, seconds=seconds))
        before = len(self.crowd.log.at)
        while len(self.crowd.log.at) < before + 20:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.01)
        return going

    async def recovered(self, what: str) -> None:
        """Waits until every web process is ready, and prints how long that took."""
        began = perf_counter()
        for process in self.webs:
            await process.ready(self.session)
        took = perf_counter() - began
        self.recoveries[what] = max(took, self.recoveries.get(what, 0.0))
        assert took < MAX_SECONDS_TO_RECOVER


@pytest.fixture
async def town(server: PostgresServer, tmp_path: Path, session: ClientSession) -> AsyncIterator[Town]:
    async with Proxy(server.home / ".s.PGSQL.5432") as wire:
        fleet = Fleet(tmp_path, server.url("roomie"), session)
        by_wire = f"postgresql://roomie@127.0.0.1:{wire.port}/roomie"
        try:
            webs = [await fleet.launch("web") for _ in range(3)]
            webs.append(await fleet.launch("web", url=by_wire))
            for _ in range(2):
                await fleet.launch("worker")
            for process in fleet.processes:
                await process.ready(session)
            crowd = Crowd(session, lambda: [web.address for web in webs if web.is_running])
            yield Town(server, wire, fleet, session, webs, crowd)
        finally:
            wire.heal()
            await fleet.stop()


async def nothing_breaks(town: Town, requests: int, seconds: float) -> None:
    before = town.crowd.log.without_answer

    log = await town.crowd.go(CLIENTS, 2 * requests, seconds=seconds)

    assert log.without_answer == before, (log.refusals, log.unanswered)


async def a_process_is_killed(town: Town, requests: int, seconds: float) -> None:
    """Its clients reconnect to others; a supervisor starts another."""
    going = await town.busy(requests, seconds)
    victim = town.webs.pop(0)

    await victim.kill()
    town.webs.append(await town.fleet.launch("web"))

    await going
    await town.recovered("a process killed")


async def the_network_is_cut(town: Town, requests: int, seconds: float) -> None:
    """Between one process and the database: it reports unready, and recovers."""
    [cut_off] = [web for web in town.webs if web.url != town.url]
    going = await town.busy(requests, seconds)

    town.wire.cut()
    while await cut_off.is_ready(town.session):  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.1)
    town.wire.heal()

    await town.recovered("the network cut")
    await going


async def the_database_is_restarted(town: Town, requests: int, seconds: float) -> None:
    """As after a crash: every connection is lost and the log must be replayed."""
    going = await town.busy(requests, seconds)

    town.server.stop(abruptly=True)
    town.server.start()

    await town.recovered("the database restarted")
    await going


async def the_network_is_frozen(town: Town, requests: int, seconds: float) -> None:
    """No packets pass and no connection closes: waiting calls fail within seconds."""
    [cut_off] = [web for web in town.webs if web.url != town.url]
    going = await town.busy(requests, seconds)

    town.wire.freeze()
    while await cut_off.is_ready(town.session):  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.1)
    await asyncio.sleep(seconds)
    town.wire.heal()

    await town.recovered("the network frozen")
    await going


Fault: TypeAlias = Callable[[Town, int, float], Awaitable[None]]
QUICK: tuple[Fault, ...] = (
    nothing_breaks,
    a_process_is_killed,
    the_network_is_cut,
    the_database_is_restarted,
)
ROUNDS = int(os.environ.get("ROOMIE_SOAK_ROUNDS", "3"))


async def _live_through(town: Town, faults: Sequence[Fault], requests: int, seconds: float) -> None:
    for fault in faults:
        await fault(town, requests, seconds)
        await check_books(town.url, town.crowd.log)
    assert set(town.crowd.log.statuses) <= {200, 503}
    assert all(process.is_running for process in town.webs)
    _tell(town)


def _tell(town: Town) -> None:
    log = town.crowd.log
    seconds = ", ".join(f"{what} {took:.1f} s" for what, took in town.recoveries.items())
    print(  # noqa: T201 - the figures are what a soak is for
        f"\n{sum(log.statuses.values())} answers {dict(log.statuses)}, refusals {dict(log.refusals)}, "
        f"unanswered {dict(log.unanswered)}, slowest {log.slowest:.1f} s; well again after: {seconds}"
    )


async def test_whatever_breaks_the_ledger_stays_right_and_the_service_recovers(town: Town):
    await _live_through(town, QUICK, requests=1, seconds=0.0)


@pytest.mark.soak
async def test_faults_for_minutes(town: Town):
    """About two minutes a round."""
    await _live_through(town, [*QUICK, the_network_is_frozen] * ROUNDS, requests=3, seconds=10.0)
