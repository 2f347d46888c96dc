"""The program as a process, configured by its environment alone."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.standins.discord import Discord, Person, ShownMessage

PROJECT = Path(__file__).parents[3]
TIMEOUT_SECONDS = 60.0


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Machine:
    """Runs the program with an environment and a database."""

    discord: Discord
    database: Path
    port: int = field(default_factory=a_free_port)

    @asynccontextmanager
    async def running(self, now: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """`python -m bot run` until the block is left; it must then stop on SIGTERM."""
        process = await self._spawn(now, "run")
        try:
            await self.discord.gateway.wait_for(1, timeout_seconds=TIMEOUT_SECONDS)
            yield process
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def command(self, *words: str) -> None:
        process = await self._spawn("", *words)
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()

    async def get(self, path: str) -> str:
        address = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            return await response.text()

    async def _spawn(self, now: str, *words: str) -> asyncio.subprocess.Process:
        environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_BASE_URL": self.discord.api_base_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "ROOMIE_NOW": now,
        }
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=PROJECT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )


def reminders(person: Person) -> list[ShownMessage]:
    return [each for each in person.sees() if each.text.startswith("Your booking starts")]


async def test_a_day_with_a_restart(discord: Discord, tmp_path: Path) -> None:
    """Link, search, book, restart, reminder, extend, cancel; one command sync, clean exits."""
    discord.interactions.window = 15.0
    wil, machine = discord.person("wil"), Machine(discord, tmp_path / "roomie.db")
    async with machine.running("2026-03-11T10:20:00+00:00") as first:
        await machine.command("link", "wil", f"discord:{wil.id}")
        free = await wil.run("/rooms free", when="11:00 for 1 hour")
        booked = await wil.press(free.seen, "Book")
        health, gauges = await machine.get("/readyz"), await machine.get("/metrics")

    async with machine.running("2026-03-11T10:40:00+00:00") as second:
        await discord.wait_until(lambda: reminders(wil), TIMEOUT_SECONDS)
        again = await wil.press(free.seen, "Book")
        reminder = reminders(wil)[0]
        texts = [(await wil.press(reminder, label)).seen.text for label in ("30 min more", "Cancel")]
        cancelled = await wil.press(reminder, "Yes, cancel it")
        mine = await wil.run("/rooms mine")

    assert "rooms are free" in free.seen.text
    assert booked.seen.text.startswith("You're booked")
    assert '"discord":' in health
    assert 'roomie_platform_up{platform="discord"} 1.0' in gauges
    assert 'roomie_platform_events_total{event="interaction",platform="discord"} 2.0' in gauges
    assert "You're booked" not in again.seen.text
    assert "You now have" in texts[0]
    assert texts[1].startswith("Cancel ")
    assert cancelled.seen.text.startswith("Cancelled: ")
    assert "no upcoming bookings" in mine.seen.text
    assert len(reminders(wil)) <= 1
    assert discord.world.overwrites == 1
    assert (first.returncode, second.returncode) == (0, 0)
