"""Roomie as a process, configured by its environment only, against the fake server."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from bot.platforms.slack.settings import Mode
from tests.platforms.slack.environment import read
from tests.standins.slack import SlackStandIn

PROJECT = Path(__file__).parents[3]


@dataclass
class Process:
    """A Roomie process that can be started and killed."""

    environment: dict[str, str]
    address: str
    running: asyncio.subprocess.Process | None = None
    log: Path = field(default=Path(os.devnull))

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = await self._spawn("run", stdout=log, stderr=log)

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
        "ROOMIE_SLACK__MATCH_EMAIL": "true",
        "ROOMIE_NOTIFICATIONS__CONFIRMATIONS": "true",
        "ROOMIE_NOW": "2026-03-11T10:20:00+00:00",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    slack.deliver_to(f"http://127.0.0.1:{port}/slack/events" if mode is Mode.HTTP else "")
    process = Process(environment, f"http://127.0.0.1:{port}", log=folder / "log")
    try:
        yield process
    finally:
        await process.kill()


async def start(slack: SlackStandIn, process: Process, mode: Mode) -> None:
    """Start the process, and wait for its socket, or for `auth.test` in HTTP mode."""
    calls = len(slack.calls_of("auth.test"))
    await process.start()
    if mode is Mode.SOCKET:
        await slack.until(lambda: slack.sender.sockets.open)
    else:
        await slack.until(lambda: len(slack.calls_of("auth.test")) > calls)


async def book_over_http(process: Process) -> None:
    """Book a room for wil over HTTP, so that the confirmation is a notification."""
    async with aiohttp.ClientSession(process.address) as session:
        login = {"username": "wil", "password": "wilpassword"}
        async with session.post("/api/v1/user.login/", data=login) as answer:
            bearer = {"Authorization": f"Token {(await answer.json())['token']}"}
        booking = {"room_id": "H-D20-301", "date": "20260312", "start_time": "10:00", "end_time": "10:30"}
        async with session.post("/api/v1/rooms.book/", data=booking, headers=bearer) as answer:
            assert answer.status == 200, await answer.text()


async def get_text(process: Process, path: str) -> str:
    async with aiohttp.ClientSession(process.address) as session, session.get(path) as answer:
        return await answer.text()


@pytest.mark.parametrize("mode", Mode)
async def test_a_day_with_a_kill_and_a_restart(slack: SlackStandIn, tmp_path: Path, mode: Mode) -> None:
    """Linked by e-mail, search, book, confirmation, reminder, extend, cancel, App Home; nothing twice."""
    slack.sender.timeout = 15.0  # what takes three seconds is measured elsewhere, on a machine at rest
    wil = slack.add_person("T1", "U8", "wil", email="wil@wil.com", tz="Europe/London")
    async with roomie(slack, tmp_path, mode) as process:
        await start(slack, process, mode)
        await wil.types("/rooms free at 11:00 for 1 hour")
        free = wil.sees()[-1]
        await wil.presses(free, "Book")
        await slack.until(lambda: "You're booked" in read(wil.sees()[-1]))
        booked = wil.sees()[-1]
        await book_over_http(process)
        await slack.until(lambda: len(wil.dms) == 2)  # one made in the channel, one over HTTP
        assert all("You're booked" in read(each) for each in wil.dms)
        await slack.until(lambda: wil.home and "*90 minutes* of 180" in read(wil.home))
        assert '"slack":' in await get_text(process, "/readyz")
        assert 'roomie_platform_up{platform="slack"} 1.0' in await get_text(process, "/metrics")
        deliveries = list(slack.deliveries)

        await process.kill()
        await slack.until(lambda: not slack.sender.sockets.open)
        process.environment["ROOMIE_NOW"] = "2026-03-11T10:40:00+00:00"
        await start(slack, process, mode)
        await slack.until(lambda: len(wil.dms) == 3)
        assert "Your booking starts" in read(wil.dms[2])
        reply_count = len(wil.sees())
        for delivery in deliveries:
            assert (await slack.repeat(delivery)).acked
        await wil.presses(wil.dms[2], "30 min more")
        await slack.until(lambda: "You now have" in read(wil.dms[2]))
        await slack.until(lambda: wil.home and "*60 minutes* of 180" in read(wil.home))
        await wil.presses(booked, "Cancel")
        await slack.until(lambda: booked.edits == 1)
        await wil.presses(booked, "Yes, cancel it")
        await slack.until(lambda: booked.edits == 2)
        await slack.until(lambda: "*150 minutes* of 180" in read(wil.home))

    assert len(wil.sees()) == reply_count
    assert len(wil.dms) == 3
    assert slack.refusals == []
