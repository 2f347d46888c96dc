"""A worker is killed repeatedly while it sends reminders: everybody gets one, nobody two."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.model import Identity
from tests.outbox.load import Worker, backlog, remind_everybody
from tests.standins.discord import Discord
from tests.standins.slack import SlackStandIn

SOME, KILLS = 100, (1, 9, 40)
MANY, MANY_KILLS = 1000, (1, 2, 3, 5, 9, 17, 40, 41, 100, 230, 400, 600, 777, 900, 990, 999)
_LONGER_THAN_A_LEASE = 2.5
"""Seconds. What a dead worker left would have been sent again by then."""


@dataclass
class Platform:
    """A stand-in with people on it. `on_shown` is called when it accepted a message, before it says so."""

    environment: Mapping[str, str]
    people: list[Identity]
    shown: Callable[[], Counter[str]]
    on_shown: list[Callable[[], None]] = field(default_factory=list)

    def tell(self) -> None:
        for listener in self.on_shown:
            listener()


@asynccontextmanager
async def slack(count: int) -> AsyncIterator[Platform]:
    async with SlackStandIn() as standing_in:
        workspace = standing_in.state.workspaces["T1"]
        names = [f"U{number}" for number in range(100, 100 + count)]
        for name in names:
            standing_in.add_person("T1", name, f"p{name}")

        def shown() -> Counter[str]:
            return Counter({name: len(workspace.dm_with(name).messages) for name in names})

        people = [Identity(f"slack:T1:{name}") for name in names]
        platform = Platform(standing_in.environment(), people, shown)
        standing_in.api.on_message_posted = lambda _workspace, _message: platform.tell()
        yield platform


@asynccontextmanager
async def discord(count: int) -> AsyncIterator[Platform]:
    async with Discord() as standing_in:
        standing_in.rate_limits.max_requests = 100_000
        people = [standing_in.person(f"p{number}") for number in range(count)]

        def shown() -> Counter[str]:
            return Counter({each.id: len(each.dm.messages) for each in people})

        environment = {
            "DISCORD_TOKEN": standing_in.token,
            "DISCORD_API_BASE_URL": standing_in.api_base_url,
            "DISCORD_GATEWAY_URL": standing_in.gateway_url,
        }
        platform = Platform(environment, [Identity(f"discord:{each.id}") for each in people], shown)
        original = standing_in.world.message

        def message(*args, **more):
            message_sent = original(*args, **more)
            platform.tell()
            return message_sent

        standing_in.world.message = message  # type: ignore[method-assign]
        yield platform


PLATFORMS = {"slack": slack, "discord": discord}


async def remind(platform: Platform, worker: Worker, kills: tuple[int, ...], seconds: float) -> Counter[str]:
    """Kill the worker whenever so many messages were shown, start another, until all are done with.

    Messages of a killed worker may still arrive; they kill none, so that each of `kills` ends a worker.
    """
    accepted, waiting_for = 0, list(kills)
    died, everybody = asyncio.Event(), asyncio.Event()

    def count() -> None:
        nonlocal accepted
        accepted += 1
        if accepted >= len(platform.people):
            everybody.set()
        is_alive = worker.is_running and not died.is_set()
        if waiting_for and accepted >= waiting_for[0] and is_alive:
            waiting_for.pop(0)
            worker.kill_now()
            died.set()

    platform.on_shown.append(count)
    try:
        async with asyncio.timeout(seconds):
            while waiting_for:
                died.clear()
                await worker.start()
                await died.wait()
                await worker.ended()
            await worker.start()
            await everybody.wait()
            await _until_all_are_marked_as_sent(worker.url)
            await asyncio.sleep(_LONGER_THAN_A_LEASE)
    except TimeoutError:
        pytest.fail(f"{accepted} of {len(platform.people)} were reminded.\n{worker.log}")
    finally:
        worker.kill_now()
    await worker.ended()
    return platform.shown()


async def _until_all_are_marked_as_sent(url: str) -> None:
    while True:
        left = await backlog(url)
        if not left.waiting + left.sending:
            return
        await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("kind", "database"),
    [("slack", "postgres_url"), pytest.param("discord", "sqlite_url", marks=pytest.mark.soak)],
)
async def test_everybody_is_reminded_once_although_the_worker_is_killed(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, database: str
):
    url = request.getfixturevalue(database)
    async with PLATFORMS[kind](SOME) as platform:
        await remind_everybody(url, platform.people)
        worker = Worker(url, tmp_path, platform.environment)

        shown = await remind(platform, worker, KILLS, 120)

        left = await backlog(url)
        assert set(shown.values()) == {1}, worker.log
        assert (left.waiting, left.sending, left.given_up) == (0, 0, 0)


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
@pytest.mark.parametrize("kind", PLATFORMS)
async def test_a_thousand_people_are_reminded_once_although_the_worker_is_killed(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, database: str
):
    url = request.getfixturevalue(database)
    async with PLATFORMS[kind](MANY) as platform:
        await remind_everybody(url, platform.people)
        worker = Worker(url, tmp_path, platform.environment)

        shown = await remind(platform, worker, MANY_KILLS, 600)

        assert set(shown.values()) == {1}, worker.log
