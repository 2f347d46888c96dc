"""Acknowledgement time on Slack: 200 concurrent commands, compared with a bare Bolt app.

Both share this process and its event loop (uvloop) with the fake server, each over one socket; Roomie
answers with the free rooms.
"""

import asyncio
import gc
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.runtime import event_loop
from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import ManagedStorage, open_storage, upgrade
from tests.benchmarks.harness import Row, quartiles, ratio
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.platforms.slack.environment import build_environment
from tests.standins.slack import Person, SlackStandIn

AT_ONCE = 200
ROUNDS, FEW_ROUNDS = 8, 3
LINE = "/rooms free now"
MAX_ACK = 1000.0
"""Milliseconds; Slack gives up after 3,000."""

Settled = Callable[[], Awaitable[None]]


class Burst(Struct, frozen=True):
    """One round: milliseconds until 50 and 95 of 100 were acknowledged, and until all were answered."""

    p50: float
    p95: float
    answered: float


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - every benchmark is called so
    return event_loop.run(_rows(FEW_ROUNDS if quick else ROUNDS))


async def _rows(rounds: int) -> list[Row]:
    async with bare_app() as (bare, nothing), roomie() as (people, settled):
        gc.collect()
        gc.freeze()
        await _burst(bare, nothing)
        await _burst(people, settled)
        pairs = [(await _burst(people, settled), await _burst(bare, nothing)) for _ in range(rounds)]
    ours = [each for each, _ in pairs]
    return [
        _beside("ack p50, to a bare Bolt app", [(one.p50, other.p50) for one, other in pairs], None),
        _beside("ack p95, to a bare Bolt app", [(one.p95, other.p95) for one, other in pairs], 1.3),
        _absolute("ack p95, ms", [each.p95 for each in ours], MAX_ACK),
        _absolute("all 200 answered, ms", [each.answered for each in ours], None),
    ]


def _beside(name: str, pairs: list[tuple[float, float]], most: float | None) -> Row:
    ours, theirs = (statistics.median(each[side] for each in pairs) for side in (0, 1))
    return Row(name, ratio(pairs), most, at_most=True, note=f"{ours:,.0f} ms against {theirs:,.0f} ms")


def _absolute(name: str, gauges: list[float], most: float | None) -> Row:
    return Row(name, quartiles(gauges), most, at_most=True, note="milliseconds, not a ratio")


async def _burst(people: list[Person], settled: Settled) -> Burst:
    begun = perf_counter()
    answers = await asyncio.gather(*(each.types(LINE) for each in people))
    await settled()
    if not all(each.acked for each in answers):
        raise RuntimeError("some commands were not acknowledged within three seconds")
    cuts = statistics.quantiles((each.seconds * 1000 for each in answers), n=100)
    return Burst(cuts[49], cuts[94], (perf_counter() - begun) * 1000)


def _people(slack: SlackStandIn) -> list[Person]:
    return [slack.add_person("T1", f"UX{number}", f"x{number}") for number in range(AT_ONCE)]


@asynccontextmanager
async def bare_app() -> AsyncIterator[tuple[list[Person], Settled]]:
    """Bolt with one listener that only acknowledges."""
    async with SlackStandIn() as slack:
        app = AsyncApp(client=AsyncWebClient(token="xoxb-T1", base_url=slack.api_url), name="bare")

        @app.command("/rooms")
        async def rooms(ack: AsyncAck) -> None:
            await ack()

        handler = AsyncSocketModeHandler(app, slack.state.app.app_token)
        await handler.connect_async()
        await slack.until(lambda: slack.sender.sockets.open)
        try:
            yield _people(slack), _nothing
        finally:
            await handler.close_async()


async def _nothing() -> None:
    """A bare app has nothing to do after its acknowledgements."""


@asynccontextmanager
async def roomie() -> AsyncIterator[tuple[list[Person], Settled]]:
    """Roomie on a small campus, with a profile lookup for each of the users."""
    clock, rules = StillClock(NOW), Rules()
    async with _storage(rules, clock) as storage, SlackStandIn() as slack:
        environment = await build_environment(slack, storage, rules, clock)
        environment.settings = replace(environment.settings, ping_interval=4.0, api_timeout=10.0)
        people = _people(slack)
        async with environment.open() as adapter:

            async def settled() -> None:
                await adapter.wait_idle()
                if any(not each.sees() for each in people):
                    raise RuntimeError("somebody was left without an answer")
                slack.state.workspaces["T1"].channels["C1"].messages.clear()

            yield people, settled


@asynccontextmanager
async def _storage(rules: Rules, clock: StillClock) -> AsyncIterator[ManagedStorage]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'roomie.db'}"
        await upgrade(url)
        storage = open_storage(url, ReadModel(), rules, clock)
        await storage.open()
        await storage.load()
        try:
            yield storage
        finally:
            await storage.close()
