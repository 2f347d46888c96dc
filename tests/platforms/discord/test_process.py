"""Roomie as a process of its own, told of Discord by its environment alone."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.standins.discord import Discord


@asynccontextmanager
async def a_roomie(discord: Discord, database: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m bot run` until the block is left; it must then stop by itself."""
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{database}",
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_BASE_URL": discord.api_base_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        await discord.gateway.wait_for(1, within=60)
        yield process
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), 15)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_with_only_its_environment_set_it_answers_and_remembers_over_a_restart(
    discord: Discord, tmp_path: Path
) -> None:
    wil = discord.person("wil")
    async with a_roomie(discord, tmp_path / "roomie.db") as first:
        free = await wil.run("/rooms free", when="tomorrow 10am for 1 hour")

    async with a_roomie(discord, tmp_path / "roomie.db") as second:
        pressed = await wil.press(free.seen, free.seen.buttons[0])

    assert "rooms are free" in free.seen.text
    assert pressed.seen.text
    assert discord.world.overwrites == 1
    assert (first.returncode, second.returncode) == (0, 0)
