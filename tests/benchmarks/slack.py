"""How quickly Slack is acknowledged: 200 commands at once, beside a bare Bolt app that only acknowledges.

Both run in this process with the stand-in, over one socket, and answer the same `/rooms free now`.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from core.picture import Picture
from core.policy.rules import Rules
from storage.open import open_storage, prepare
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.platforms.slack.house import a_house
from tests.standins.slack import Person, SlackStandIn

AT_ONCE = 200
ROUNDS = 5
LINE = "/rooms free now"


@dataclass(frozen=True, slots=True)
class Acks:
    """Milliseconds until an acknowledgement, over all rounds."""

    name: str
    p50: float
    p95: float
    worst: float
    unanswered: int


async def _storm(name: str, people: list[Person]) -> Acks:
    seconds: list[float] = []
    unanswered = 0
    for round_number in range(ROUNDS + 1):
        answers = await asyncio.gather(*(each.types(LINE) for each in people))
        if round_number:
            seconds += [each.seconds for each in answers]
            unanswered += sum(not each.acked for each in answers)
    cuts = statistics.quantiles(seconds, n=100)
    return Acks(name, cuts[49] * 1000, cuts[94] * 1000, max(seconds) * 1000, unanswered)


def _crowd(slack: SlackStandIn) -> list[Person]:
    return [slack.add_person("T1", f"UX{number}", f"x{number}") for number in range(AT_ONCE)]


async def _bare() -> Acks:
    async with SlackStandIn() as slack:
        crowd = _crowd(slack)
        app = AsyncApp(client=AsyncWebClient(token="xoxb-T1", base_url=slack.api_url), name="bare")

        @app.command("/rooms")
        async def rooms(ack: AsyncAck) -> None:
            await ack()

        handler = AsyncSocketModeHandler(app, slack.state.app.app_token)
        await handler.connect_async()
        await slack.until(lambda: slack.postman.sockets.open)
        try:
            return await _storm("bare Bolt app, acknowledges only", crowd)
        finally:
            await handler.close_async()


async def _roomie() -> Acks:
    with tempfile.TemporaryDirectory() as folder:
        url, clock, rules = f"sqlite:///{Path(folder) / 'roomie.db'}", StillClock(NOW), Rules()
        await prepare(url)
        storage = open_storage(url, Picture(), rules, clock)
        await storage.open()
        await storage.load()
        try:
            async with SlackStandIn() as slack:
                crowd = _crowd(slack)
                house = await a_house(slack, storage, rules, clock)
                house.settings = replace(house.settings, ping_interval=4.0, api_timeout=10.0)
                async with house.open():
                    return await _storm("Roomie, answers with the free rooms", crowd)
        finally:
            await storage.close()


RUNS: tuple[Callable[[], Awaitable[Acks]], ...] = (_bare, _roomie)


async def measure() -> list[Acks]:
    return [await run() for run in RUNS]


def main() -> None:
    sys.stdout.write(
        f"{'acknowledgements, ' + str(AT_ONCE) + ' commands at once':44} p50 ms  p95 ms  max ms  missed\n"
    )
    for each in asyncio.run(measure()):
        row = f"{each.name:44} {each.p50:6.0f}  {each.p95:6.0f}  {each.worst:6.0f}  {each.unanswered:6}\n"
        sys.stdout.write(row)


if __name__ == "__main__":
    main()
