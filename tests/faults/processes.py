"""Roomie processes: started with a role, queried over HTTP, stopped or killed."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

PROJECT = Path(__file__).parents[2]
CLOCK = "2026-03-11T10:20:00+00:00"
"""Simulated start time of the processes."""
TIMEOUT = 60.0
UNREACHED = (ClientError, OSError, TimeoutError)


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One process with some of the roles. `module` replaces the usual entry point."""

    def __init__(
        self,
        folder: Path,
        url: str,
        roles: str = "web",
        *,
        more: Mapping[str, str] | None = None,
        module: str = "bot",
    ) -> None:
        self.port = a_free_port()
        self.url, self.roles = url, roles
        self.log = folder / f"{roles}-{self.port}.log"
        self._command = [sys.executable, "-m", module, "run", *(["--only", roles] if roles else [])]
        self._environment = {
            "PATH": os.defpath,
            "DATABASE_URL": url,
            "PORT": str(self.port),
            "ROOMIE_HTTP__HEALTH_PORT": str(self.port),
            "ROOMIE_HTTP__RATE_LIMIT": "0",
            "ROOMIE_HTTP__MAX_CONNECTIONS_PER_ADDRESS": "0",
            "ROOMIE_SECURITY__SECRET": "a secret of the tests",
            "ROOMIE_NOW": CLOCK,
            "PYTHONDONTWRITEBYTECODE": "1",
        } | dict(more or {})
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def id(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> "Process":
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=PROJECT,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    async def ready(self, session: ClientSession) -> float:
        """Waits until `/readyz` is 200; returns the seconds."""
        began = perf_counter()
        while not await self.is_ready(session):
            assert self.is_running, self.log.read_text()
            assert perf_counter() - began < TIMEOUT, self.log.read_text()
            await asyncio.sleep(0.1)
        return perf_counter() - began

    async def is_ready(self, session: ClientSession) -> bool:
        with suppress(*UNREACHED):
            async with session.get(f"{self.address}/readyz", timeout=ClientTimeout(3)) as answer:
                return answer.status == 200
        return False

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def ask_to_stop(self) -> None:
        self.signal(signal.SIGTERM)

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), 30)

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Fleet:
    """Several processes on one database."""

    def __init__(self, folder: Path, url: str, session: ClientSession) -> None:
        self.folder, self.url, self.session = folder, url, session
        self.processes: list[Process] = []

    async def start(self, *roles: str, **options: Any) -> list[Process]:
        """Starts one process per role, and waits until they are ready."""
        started = [await self.launch(each, **options) for each in roles]
        for process in started:
            await process.ready(self.session)
        return started

    async def launch(self, roles: str, *, url: str = "", **options: Any) -> Process:
        """Starts a process without waiting until it is ready."""
        process = Process(self.folder, url or self.url, roles, **options)
        self.processes.append(process)
        return await process.start()

    async def stop(self) -> None:
        """SIGTERM; fails if a process does not exit in time."""
        for process in self.processes:
            if process.is_running:
                process.ask_to_stop()
        try:
            for process in self.processes:
                await process.ended()
        finally:
            for process in self.processes:
                await process.kill()
