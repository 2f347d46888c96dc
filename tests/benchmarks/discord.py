"""Response time on Discord: 200 concurrent commands, compared with a bare discord.py client.

Both share this process and its event loop (uvloop) with the fake server. Roomie answers every command with
the free rooms; the bare client sends the same answer, built once from discord.py's own items.
"""

import asyncio
import gc
import statistics
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from time import perf_counter
from typing import Any

import discord as library
import yarl
from discord import ComponentType, app_commands, ui
from msgspec import Struct

from bot.chat.reply import Button, Reply, ReplyItem
from bot.platforms.discord.render.renderer import render
from bot.runtime import event_loop
from core.policy.rules import Rules
from core.read_model import ReadModel
from storage.factory import open_storage, upgrade
from tests.benchmarks.harness import Row, quartiles, ratio
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.platforms.discord.environment import build_environment
from tests.standins.discord import Discord, Person, State

AT_ONCE = 200
ROUNDS, FEW_ROUNDS = 8, 3
RENDERS = 50
MAX_MILLISECONDS = 1000.0
"""Milliseconds; Discord gives up after 3,000."""


class Burst(Struct, frozen=True):
    """One round: milliseconds until 50 and 95 of 100 commands were answered."""

    p50: float
    p95: float


class Side(Struct, frozen=True):
    """Users on a fake Discord server, and the command they send."""

    discord: Discord
    people: list[Person]
    line: str

    async def answer(self) -> list[dict[str, Any]]:
        """The components of the answer to one command."""
        return (await self.people[0].run(self.line)).seen.payload["components"]

    async def burst(self) -> Burst:
        point_at(self.discord)
        answered = await asyncio.gather(*(person.run(self.line) for person in self.people))
        if any(each.state is not State.ANSWERED for each in answered):
            raise RuntimeError("some commands were not answered within three seconds")
        cuts = statistics.quantiles((each.answered_after * 1000 for each in answered), n=100)
        return Burst(cuts[49], cuts[94])


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - every benchmark is called so
    return event_loop.run(_rows(FEW_ROUNDS if quick else ROUNDS))


async def _rows(rounds: int) -> list[Row]:
    async with roomie() as ours, bare_app(await ours.answer()) as bare:
        gc.collect()
        gc.freeze()
        await bare.burst()
        await ours.burst()
        pairs = [(await ours.burst(), await bare.burst()) for _ in range(rounds)]
    return [
        _beside("answer p50, to a bare discord.py", [(one.p50, other.p50) for one, other in pairs], None),
        _beside("answer p95, to a bare discord.py", [(one.p95, other.p95) for one, other in pairs], 2),
        _absolute("answer p95, ms", [one.p95 for one, _ in pairs], MAX_MILLISECONDS),
        _absolute("rendering 300 rooms, ms", [_render() for _ in range(rounds)], None),
    ]


def _beside(name: str, pairs: list[tuple[float, float]], most: float | None) -> Row:
    ours, theirs = (statistics.median(each[side] for each in pairs) for side in (0, 1))
    return Row(name, ratio(pairs), most, at_most=True, note=f"{ours:,.0f} ms against {theirs:,.0f} ms")


def _absolute(name: str, gauges: list[float], most: float | None) -> Row:
    return Row(name, quartiles(gauges), most, at_most=True, note="milliseconds, not a ratio")


def _render() -> float:
    room = ReplyItem(("Quad G040",), ("20 seats · projector",), (Button("book", "Book", "v1"),))
    reply = Reply(("300 rooms are free.",), items=(room,) * 300)
    begun = perf_counter()
    for _ in range(RENDERS):
        render(reply, UTC)
    return (perf_counter() - begun) * 1000 / RENDERS


def point_at(discord: Discord) -> None:
    """discord.py has one API address per process."""
    library.http.Route.BASE = discord.api_base_url
    library.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord.gateway_url)


@asynccontextmanager
async def bare_app(components: Sequence[dict[str, Any]]) -> AsyncIterator[Side]:
    """A client with one command, which sends these components."""
    async with Discord() as discord:
        point_at(discord)
        client = library.Client(intents=library.Intents(guilds=True))
        tree = app_commands.CommandTree(client)

        view = ui.LayoutView(timeout=None)
        for each in components:
            view.add_item(_item(each))
        view.stop()

        @tree.command(name="free", description="Lists free rooms")
        async def free(interaction: library.Interaction) -> None:
            await interaction.response.send_message(view=view)

        async with client:
            await client.login(discord.token)
            await tree.sync()
            running = asyncio.create_task(client.connect())
            await discord.gateway.wait_for(1)
            yield Side(discord, _people(discord), "/free")
            await client.close()
            await asyncio.wait([running])


def _item(component: dict[str, Any]) -> ui.Item[Any]:
    """discord.py's item for a component."""
    inside = [_item(each) for each in component.get("components", ())]
    match ComponentType(component["type"]):
        case ComponentType.container:
            return ui.Container(*inside, accent_colour=component["accent_color"])
        case ComponentType.section:
            return ui.Section(*inside, accessory=_item(component["accessory"]))
        case ComponentType.text_display:
            return ui.TextDisplay(component["content"])
        case ComponentType.action_row:
            return ui.ActionRow(*inside)
        case ComponentType.button:
            style = library.ButtonStyle(component["style"])
            return ui.Button(label=component["label"], style=style, custom_id=component["custom_id"])
        case ComponentType.select:
            options = [
                library.SelectOption(
                    label=each["label"], value=each["value"], description=each.get("description")
                )
                for each in component["options"]
            ]
            return ui.Select(
                custom_id=component["custom_id"], placeholder=component["placeholder"], options=options
            )
        case other:
            raise ValueError(f"no item for {other}")


@asynccontextmanager
async def roomie() -> AsyncIterator[Side]:
    """Roomie on a small campus."""
    clock, rules = StillClock(NOW), Rules()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'roomie.db'}"
        await upgrade(url)
        storage = open_storage(url, ReadModel(), rules, clock)
        await storage.open()
        await storage.load()
        try:
            async with Discord() as discord:
                point_at(discord)
                environment = await build_environment(discord, storage, rules, clock, rooms=30)
                async with environment.open():
                    yield Side(discord, _people(discord), "/rooms free")
        finally:
            await storage.close()


def _people(discord: Discord) -> list[Person]:
    return [discord.person(f"p{number}") for number in range(AT_ONCE)]
