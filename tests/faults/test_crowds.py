"""Four web processes, two workers and 200 clients who book, while one thing after another breaks.

Afterwards no room is given twice, the ledger is right, every client was answered or told why not, and the
service is well again by itself. `make soak` does the same for longer.
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
from tests.faults.crowd import Crowd, Told, check_books, settle_in
from tests.faults.processes import Fleet, Process
from tests.postgres import PostgresServer
from tests.standins.proxy import Proxy

CLIENTS = 200
MOST_SECONDS_TO_RECOVER = 20.0
"""On a machine that is busy with other tests as well."""


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """One that may be broken, with a crowd in its database `roomie`."""
    server = PostgresServer()
    try:
        server.start()
        apart(run_sql, server.url(), "CREATE DATABASE roomie")
        apart(upgrade, server.url("roomie"))
        apart(settle_in, server.url("roomie"))
        yield server
    finally:
        server.remove()


@dataclass
class Town:
    """The processes, the last of whose web ones reaches the database by a wire of its own."""

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

    async def busy(self, wishes: int, seconds: float = 0.0) -> "asyncio.Future[Told]":
        """The crowd, already in full swing."""
        going = asyncio.ensure_future(self.crowd.go(CLIENTS, wishes, seconds=seconds))
        before = len(self.crowd.told.at)
        while len(self.crowd.told.at) < before + 20:  # noqa: ASYNC110 - strangers tell no event
            await asyncio.sleep(0.01)
        return going

    async def recovered(self, what: str) -> None:
        """Wait until every web process says that it is ready; how long that took is stated."""
        began = perf_counter()
        for process in self.webs:
            await process.ready(self.session)
        took = perf_counter() - began
        self.recoveries[what] = max(took, self.recoveries.get(what, 0.0))
        assert took < MOST_SECONDS_TO_RECOVER


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


async def nothing_breaks(town: Town, wishes: int, seconds: float) -> None:
    before = town.crowd.told.without_answer

    told = await town.crowd.go(CLIENTS, 2 * wishes, seconds=seconds)

    assert told.without_answer == before, (told.refusals, told.unanswered)


async def a_process_is_killed(town: Town, wishes: int, seconds: float) -> None:
    """Its clients lose their connections and go elsewhere; a supervisor starts another."""
    going = await town.busy(wishes, seconds)
    victim = town.webs.pop(0)

    await victim.kill()
    town.webs.append(await town.fleet.launch("web"))

    await going
    await town.recovered("a process killed")


async def the_network_is_cut(town: Town, wishes: int, seconds: float) -> None:
    """Between one process and the database; that process says so, and comes back."""
    [cut_off] = [web for web in town.webs if web.url != town.url]
    going = await town.busy(wishes, seconds)

    town.wire.cut()
    while await cut_off.is_ready(town.session):  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.1)
    town.wire.heal()

    await town.recovered("the network cut")
    await going


async def the_database_is_restarted(town: Town, wishes: int, seconds: float) -> None:
    """As after a crash: every connection is lost and the log must be replayed."""
    going = await town.busy(wishes, seconds)

    town.server.stop(abruptly=True)
    town.server.start()

    await town.recovered("the database restarted")
    await going


async def the_network_is_frozen(town: Town, wishes: int, seconds: float) -> None:
    """Nothing passes and nobody is told: whoever waits there hears within seconds that it cannot."""
    [cut_off] = [web for web in town.webs if web.url != town.url]
    going = await town.busy(wishes, seconds)

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


async def _live_through(town: Town, faults: Sequence[Fault], wishes: int, seconds: float) -> None:
    for fault in faults:
        await fault(town, wishes, seconds)
        await check_books(town.url, town.crowd.told)
    assert set(town.crowd.told.statuses) <= {200, 503}
    assert all(process.is_running for process in town.webs)
    _tell(town)


def _tell(town: Town) -> None:
    told = town.crowd.told
    seconds = ", ".join(f"{what} {took:.1f} s" for what, took in town.recoveries.items())
    print(  # noqa: T201 - the figures are what a soak is for
        f"\n{sum(told.statuses.values())} answers {dict(told.statuses)}, refusals {dict(told.refusals)}, "
        f"unanswered {dict(told.unanswered)}, slowest {told.slowest:.1f} s; well again after: {seconds}"
    )


async def test_whatever_breaks_the_books_stay_right_and_the_service_comes_back(town: Town):
    await _live_through(town, QUICK, wishes=1, seconds=0.0)


@pytest.mark.soak
async def test_it_stays_so_for_minutes(town: Town):
    """About two minutes a round."""
    await _live_through(town, [*QUICK, the_network_is_frozen] * ROUNDS, wishes=3, seconds=10.0)
