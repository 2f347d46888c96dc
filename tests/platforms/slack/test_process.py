"""Roomie as a process of its own, with nothing but its environment, against the stand-in."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.platforms.slack.settings import Mode
from tests.platforms.slack.house import read
from tests.standins.slack import SlackStandIn

PROJECT = Path(__file__).parents[3]


@dataclass
class Process:
    """A Roomie that can be started, asked on its command line, and killed."""

    environment: dict[str, str]
    running: asyncio.subprocess.Process | None = None
    log: Path = field(default=Path(os.devnull))

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = await self._spawn("run", stdout=log, stderr=log)

    async def command(self, *words: str) -> None:
        done = await self._spawn(*words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        said, _ = await done.communicate()
        assert done.returncode == 0, said.decode()

    async def _spawn(self, *words: str, **streams: object) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *words,
            cwd=PROJECT,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            **streams,  # type: ignore[arg-type]
        )

    async def kill(self) -> None:
        """Without a goodbye."""
        if self.running is not None and self.running.returncode is None:
            self.running.kill()
            await self.running.wait()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def roomie(slack: SlackStandIn, folder: Path, mode: Mode) -> AsyncIterator[Process]:
    port = a_free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
        **slack.environment(),
        "SLACK_MODE": mode,
        "DATABASE_URL": f"sqlite:///{folder / 'roomie.db'}",
        "PORT": str(port),
        "ROOMIE_NOW": "2026-03-11T10:20:00+00:00",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    slack.deliver_to(f"http://127.0.0.1:{port}/slack/events" if mode is Mode.HTTP else "")
    process = Process(environment, log=folder / "log")
    try:
        yield process
    finally:
        await process.kill()


async def started(slack: SlackStandIn, process: Process, mode: Mode) -> None:
    """Start it, and wait until commands are answered: a socket open, or Slack asked who we are."""
    asked = len(slack.calls_of("auth.test"))
    await process.start()
    if mode is Mode.SOCKET:
        await slack.until(lambda: slack.postman.sockets.open, timeout=30)
    else:
        await slack.until(lambda: len(slack.calls_of("auth.test")) > asked, timeout=30)


@pytest.mark.parametrize("mode", Mode)
async def test_a_booking_outlives_a_killed_process_and_its_buttons_too(
    slack: SlackStandIn, tmp_path: Path, mode: Mode
) -> None:
    ada = slack.person("U1")
    async with roomie(slack, tmp_path, mode) as process:
        await started(slack, process, mode)
        await process.command("link", "wil", "slack:T1:U1")
        await ada.types("/rooms free now for 1 hour")
        await ada.presses(ada.sees()[-1], "Book")
        await slack.until(lambda: "Booked" in read(ada.sees()[-1]))
        booked, deliveries = ada.sees()[-1], list(slack.deliveries)

        await process.kill()
        await slack.until(lambda: not slack.postman.sockets.open)
        await started(slack, process, mode)
        said = len(ada.sees())
        for delivery in deliveries:
            assert (await slack.repeat(delivery)).acked
        await ada.presses(booked, "30 min more")
        await slack.until(lambda: "is now yours" in read(booked))
        await ada.presses(booked, "Cancel")
        await slack.until(lambda: booked.edits == 2)
        await slack.until(lambda: ada.home and "no bookings" in read(ada.home))

    assert len(ada.sees()) == said
    assert slack.refusals == []
