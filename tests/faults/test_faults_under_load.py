"""Web processes, workers and many clients who book, while one thing after another breaks.

Afterwards no room is booked twice, the ledger adds up, every client got an answer or an error, and the
service has recovered. `make soak` does the same with more of them and for longer.
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
from msgspec import Struct

from storage.factory import upgrade
from tests.conftest import apart, run_sql
from tests.faults.load import ClientLog, LoadGenerator, check_bookings, create_campus
from tests.faults.processes import Fleet, Process
from tests.postgres import PostgresServer
from tests.standins.proxy import Proxy

MAX_SECONDS_TO_RECOVER = 20.0
"""Generous: other tests run beside it."""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server that tests may break, with the campus in its database `roomie`."""
    server = PostgresServer()
    try:
        server.start()
        apart(run_sql, server.url(), "CREATE DATABASE roomie")
        apart(upgrade, server.url("roomie"))
        apart(create_campus, server.url("roomie"))
        yield server
    finally:
        server.remove()


class DeploymentSize(Struct, frozen=True):
    """Numbers of processes and of clients."""

    webs: int
    workers: int
    clients: int


SMALL, LARGE = DeploymentSize(3, 1, 80), DeploymentSize(4, 2, 200)


@dataclass
class Deployment:
    """The processes; the last web process reaches the database through a proxy."""

    size: DeploymentSize
    server: PostgresServer
    proxy: Proxy
    fleet: Fleet
    session: ClientSession
    webs: list[Process]
    load: LoadGenerator
    recoveries: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url("roomie")

    async def busy(self, requests: int, seconds: float = 0.0) -> "asyncio.Future[ClientLog]":
        """Starts the load and waits until it runs."""
        running = asyncio.ensure_future(self.load.go(self.size.clients, requests, seconds=seconds))
        before = len(self.load.log.at)
        while len(self.load.log.at) < before + 20:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.01)
        return running

    async def recovered(self, what: str) -> None:
        """Waits until every web process is ready, and prints how long that took."""
        began = perf_counter()
        for process in self.webs:
            await process.ready(self.session)
        took = perf_counter() - began
        self.recoveries[what] = max(took, self.recoveries.get(what, 0.0))
        assert took < MAX_SECONDS_TO_RECOVER


@pytest.fixture
async def deployment(
    server: PostgresServer, tmp_path: Path, session: ClientSession, request: pytest.FixtureRequest
) -> AsyncIterator[Deployment]:
    size: DeploymentSize = request.param
    async with Proxy(server.home / ".s.PGSQL.5432") as proxy:
        fleet = Fleet(tmp_path, server.url("roomie"), session)
        proxied_url = f"postgresql://roomie@127.0.0.1:{proxy.port}/roomie"
        try:
            webs = [await fleet.launch("web") for _ in range(size.webs - 1)]
            webs.append(await fleet.launch("web", url=proxied_url))
            for _ in range(size.workers):
                await fleet.launch("worker")
            for process in fleet.processes:
                await process.ready(session)
            load = LoadGenerator(session, lambda: [web.address for web in webs if web.is_running])
            yield Deployment(size, server, proxy, fleet, session, webs, load)
        finally:
            proxy.heal()
            await fleet.stop()


async def nothing_breaks(deployment: Deployment, requests: int, seconds: float) -> None:
    before = deployment.load.log.without_answer

    log = await deployment.load.go(deployment.size.clients, 2 * requests, seconds=seconds)

    assert log.without_answer == before, (log.refusals, log.unanswered)


async def a_process_is_killed(deployment: Deployment, requests: int, seconds: float) -> None:
    """Its clients reconnect to others; a supervisor starts another."""
    running = await deployment.busy(requests, seconds)
    victim = deployment.webs.pop(0)

    await victim.kill()
    deployment.webs.append(await deployment.fleet.launch("web"))

    await running
    await deployment.recovered("a process killed")


async def the_network_is_cut(deployment: Deployment, requests: int, seconds: float) -> None:
    """Between one process and the database: it reports unready, and recovers."""
    [cut_off] = [web for web in deployment.webs if web.url != deployment.url]
    running = await deployment.busy(requests, seconds)

    deployment.proxy.cut()
    while await cut_off.is_ready(deployment.session):  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.1)
    deployment.proxy.heal()

    await deployment.recovered("the network cut")
    await running


async def the_database_is_restarted(deployment: Deployment, requests: int, seconds: float) -> None:
    """As after a crash: every connection is lost and the log must be replayed."""
    running = await deployment.busy(requests, seconds)

    deployment.server.stop(abruptly=True)
    deployment.server.start()

    await deployment.recovered("the database restarted")
    await running


async def the_network_is_frozen(deployment: Deployment, requests: int, seconds: float) -> None:
    """No packets pass and no connection closes: waiting calls fail within seconds."""
    [cut_off] = [web for web in deployment.webs if web.url != deployment.url]
    running = await deployment.busy(requests, seconds)

    deployment.proxy.freeze()
    while await cut_off.is_ready(deployment.session):  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.1)
    await asyncio.sleep(seconds)
    deployment.proxy.heal()

    await deployment.recovered("the network frozen")
    await running


Fault: TypeAlias = Callable[[Deployment, int, float], Awaitable[None]]
QUICK: tuple[Fault, ...] = (
    nothing_breaks,
    a_process_is_killed,
    the_network_is_cut,
    the_database_is_restarted,
)
ROUNDS = int(os.environ.get("ROOMIE_SOAK_ROUNDS", "3"))


async def _live_through(
    deployment: Deployment, faults: Sequence[Fault], requests: int, seconds: float
) -> None:
    for fault in faults:
        await fault(deployment, requests, seconds)
        await check_bookings(deployment.url, deployment.load.log)
    assert set(deployment.load.log.statuses) <= {200, 503}
    assert all(process.is_running for process in deployment.webs)
    _report(deployment)


def _report(deployment: Deployment) -> None:
    log = deployment.load.log
    seconds = ", ".join(f"{what} {took:.1f} s" for what, took in deployment.recoveries.items())
    print(  # noqa: T201 - the figures are what a soak is for
        f"\n{sum(log.statuses.values())} answers {dict(log.statuses)}, refusals {dict(log.refusals)}, "
        f"unanswered {dict(log.unanswered)}, slowest {log.slowest:.1f} s; well again after: {seconds}"
    )


@pytest.mark.parametrize("deployment", [SMALL], indirect=True, ids=["small"])
async def test_whatever_breaks_the_ledger_stays_right_and_the_service_recovers(deployment: Deployment):
    await _live_through(deployment, QUICK, requests=1, seconds=0.0)


@pytest.mark.soak
@pytest.mark.parametrize("deployment", [LARGE], indirect=True, ids=["large"])
async def test_faults_for_minutes(deployment: Deployment):
    """About two minutes a round."""
    await _live_through(deployment, [*QUICK, the_network_is_frozen] * ROUNDS, requests=3, seconds=10.0)
