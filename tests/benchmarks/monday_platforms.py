"""Slack and Discord with many people and their real limits, and a timetable site, as one process.

`python -m tests.benchmarks.monday_platforms PEOPLE` prints settings as JSON; for each line it reads, it
prints how many messages everybody got.
"""

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from bot.runtime import event_loop
from core.model import Identity, Room
from tests.benchmarks.world import campus
from tests.standins.discord import Discord
from tests.standins.discord.world import User as DiscordUser
from tests.standins.slack import SlackStandIn
from tests.standins.slack.state import User as SlackUser
from tests.standins.timetable_site import Lesson, SiteRoom, TimetableSite

SLACK_MESSAGES_PER_MINUTE = 300
DISCORD_REQUESTS_PER_SECOND = 50
_EVERY_WEEK = "1" * 52
_NOTICE = "quota has been reset"
_FIRST_DISCORD_ID = 10**17


class Deliveries(Struct, frozen=True):
    """What a platform received: notices by recipient, other messages, and requests beyond its limits."""

    notices: dict[str, int] = field(default_factory=dict)
    others: int = 0
    refused: int = 0


def identity_of(person: int) -> Identity:
    """Half of the people are on Slack, half on Discord."""
    return Identity(f"discord:{_FIRST_DISCORD_ID + person}" if person % 2 else f"slack:T1:U{person}")


class PlatformsProcess:
    """The platforms, as a process of their own."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.site = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, people: int) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.monday_platforms", str(people)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 26,
        )
        hello = await self._read()
        self.environment, self.site = hello["environment"], hello["site"]

    async def deliveries(self) -> list[Deliveries]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        return [Deliveries(**each) for each in await self._read()]

    async def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()

    async def _read(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        return json.loads(await self._process.stdout.readline())


async def _serve(people: int) -> None:
    async with SlackStandIn() as slack, Discord() as discord, TimetableSite() as site:
        _add_people(slack, discord, people)
        _publish(site)
        _say({"environment": _environment(slack, discord), "site": site.address})
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, sys.stdin.readline):
            _say([asdict(_slack_deliveries(slack)), asdict(_discord_deliveries(discord))])


def _add_people(slack: SlackStandIn, discord: Discord, people: int) -> None:
    slack.api.limits.per_minute = SLACK_MESSAGES_PER_MINUTE
    discord.rate_limits.max_per_second = DISCORD_REQUESTS_PER_SECOND
    users = slack.state.workspaces["T1"].users
    for person in range(1, people + 1):
        account = identity_of(person).rpartition(":")[2]
        if person % 2:
            discord.world.users[account] = DiscordUser(account, f"p{person}")
        else:
            users[account] = SlackUser(account, f"p{person}", f"p{person}@campus.example")


def _publish(site: TimetableSite) -> None:
    """Classes before and after the hours in which rooms can be booked."""
    buildings, rooms = campus()
    site.buildings = [(each.id, each.name) for each in buildings]
    site.rooms = [_with_classes(each) for each in rooms]


def _with_classes(room: Room) -> SiteRoom:
    lessons = tuple(
        Lesson(day, hour * 60, hour * 60 + 60, f"LEC/A:1\u00a0COMP{1000 + number}", _EVERY_WEEK)
        for number, (day, hour) in enumerate((day, hour) for day in range(7) for hour in (7, 21))
    )
    return SiteRoom(room.id, room.name, capacity=str(room.capacity), lessons=lessons)


def _environment(slack: SlackStandIn, discord: Discord) -> dict[str, str]:
    return {
        **slack.environment(),
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_BASE_URL": discord.api_base_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }


def _slack_deliveries(slack: SlackStandIn) -> Deliveries:
    channels = slack.state.workspaces["T1"].channels.values()
    texts = [(channel.im_with, each.words + each.text) for channel in channels for each in channel.messages]
    return _deliveries([(f"slack:T1:{user}", text) for user, text in texts], slack.api.limits.refused)


def _discord_deliveries(discord: Discord) -> Deliveries:
    texts = [
        (f"discord:{channel.people[0].id}", json.dumps(each))
        for channel in discord.world.channels.values()
        for each in channel.messages.values()
    ]
    return _deliveries(texts, discord.rate_limits.refused)


def _deliveries(texts: list[tuple[str, str]], refused: int) -> Deliveries:
    notices = Counter(recipient for recipient, text in texts if _NOTICE in text)
    return Deliveries(dict(notices), len(texts) - notices.total(), refused)


def _say(message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    event_loop.run(_serve(int(sys.argv[1])))
