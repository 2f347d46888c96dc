"""Two thousand streams waiting for a login, compared with a bare aiohttp server.

Each side is a separate process, measured by its resident memory. Ours finds the results in the database, as
if another process had written them, decrypts each with its sid and sends it to its stream; the bare server
writes one message from memory to all.
"""

import asyncio
import json
import os
import resource
import sys
import tempfile
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from aiohttp import web

from bot.login.encryption import encrypt
from bot.runtime import event_loop
from bot.services import Services
from bot.web.application import STATE, create_application, serve, stop
from bot.web.framework import login_subscriptions
from bot.web.framework.login_subscriptions import RESULT
from bot.web.framework.settings import HttpSettings
from core.clock import SystemClock
from core.model import LoginSession, LoginState
from core.policy.login import LIFETIME, finish, full_sid, new_sid, sid_hash
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.accounts import Accounts
from core.services.bookings import BookingService
from core.services.society import SocietyService
from storage.factory import open_storage, upgrade
from tests.benchmarks.harness import Row, quartiles
from tests.fakes.passwords import NoPasswords

STREAMS = 2_000
_WARM_UP = 20
"""Streams opened before the first memory reading, so that one-time imports do not count."""
_ANSWER = {
    "groups": ["Group_2"],
    "email": "wil@wil.com",
    "token": "ab" * 20,
    "societies": [["UCLU Technology Society", "SOTECHSOC"]],
    "quota_left": 180,
}


@dataclass(frozen=True)
class Figures:
    """Memory per idle stream (KiB), and time to notify all of them (ms)."""

    memory: float
    delivery: float
    idle: float
    """CPU time per idle second (ms)."""


def run(quick: bool) -> list[Row]:  # noqa: FBT001 - as all benchmarks are called
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    rounds, streams = (1, 500) if quick else (3, STREAMS)
    rows = []
    for kind, accept in (("events", "text/event-stream"), ("sockets", "")):
        pairs = [
            (_measured("ours", streams, accept), _measured("bare", streams, accept)) for _ in range(rounds)
        ]
        rows += [
            _row(f"{kind}: memory of an idle stream", [(a.memory, b.memory) for a, b in pairs], 2.0, "KiB"),
            _row(f"{kind}: notifying {streams}", [(a.delivery, b.delivery) for a, b in pairs], 4.0, "ms"),
            _row(f"{kind}: idle a second", [(a.idle + 1, b.idle + 1) for a, b in pairs], None, "ms (and 1)"),
        ]
    return rows


def _row(name: str, gauges: list[tuple[float, float]], target: float | None, unit: str) -> Row:
    ours, theirs = (sorted(each[side] for each in gauges)[len(gauges) // 2] for side in (0, 1))
    ratio = quartiles([one / other for one, other in gauges])
    note = f"{ours:,.1f} {unit} against {theirs:,.1f} {unit}"
    return Row(name, ratio, target, at_most=True, note=note)


def _measured(side: str, streams: int, accept: str) -> Figures:
    return event_loop.run(_measure(side, streams, accept))


async def _measure(side: str, streams: int, accept: str) -> Figures:
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.streams",
        side,
        str(streams),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    started = json.loads(await _command(server, ""))
    clients = [Client(started["port"], path, accept) for path in started["paths"]]
    for each in clients[:_WARM_UP]:
        await each.connect()
    before = json.loads(await _command(server, "how"))
    for start in range(_WARM_UP, streams, 100):
        await asyncio.gather(*(each.connect() for each in clients[start : start + 100]))
    await asyncio.sleep(1)
    held = json.loads(await _command(server, "how"))
    await asyncio.sleep(2)
    idled = json.loads(await _command(server, "how"))
    await _command(server, "finish")
    listening = [asyncio.create_task(each.receive()) for each in clients]
    await asyncio.sleep(0.1)
    began = perf_counter()
    await _command(server, "notify")
    await asyncio.gather(*listening)
    took = perf_counter() - began
    for each in clients:
        each.close()
    server.kill()
    await server.wait()
    memory = (held["memory"] - before["memory"]) / (streams - _WARM_UP)
    return Figures(memory, took * 1000, (idled["processor"] - held["processor"]) * 500)


async def _command(server: asyncio.subprocess.Process, words: str) -> bytes:
    assert server.stdin is not None
    assert server.stdout is not None
    if words:
        server.stdin.write(words.encode() + b"\n")
    return await server.stdout.readline()


class Client:
    """One minimal stream: bytes on a socket."""

    def __init__(self, port: int, path: str, accept: str) -> None:
        self._port, self._path, self._accept = port, path, accept
        self._writer: asyncio.StreamWriter | None = None
        self._reader = asyncio.StreamReader()

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 13)
        upgrade = (
            f"Accept: {self._accept}\r\n"
            if self._accept
            else "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        )
        self._writer.write(f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n".encode())
        await self._reader.readuntil(b"\r\n\r\n")

    async def receive(self) -> None:
        """Reads until the end of the message."""
        received = b""
        while b"eyJ" not in received or len(received) < 150:
            piece = await self._reader.read(4096)
            assert piece, "the stream ended"
            received += piece

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


async def _ours(streams: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url, clock, rules, read_model = f"sqlite:///{folder}/roomie.db", SystemClock(), Rules(), ReadModel()
        await upgrade(url)
        storage = open_storage(url, read_model, rules, clock)
        await storage.open()
        await storage.load()
        accounts = Accounts(storage, read_model, NoPasswords(), rules, clock, b"benchmark")
        services = Services(
            storage,
            read_model,
            rules,
            clock,
            BookingService(storage, read_model, rules, clock),
            SocietyService(storage, rules, clock),
            accounts,
        )
        sids = [new_sid() for _ in range(streams)]
        sessions = [LoginSession(sid_hash(each), clock.now() + LIFETIME) for each in sids]
        await storage.write(lambda unit: _add(unit, sessions))
        settings = HttpSettings(rate_limit=0, max_connections=0, max_connections_per_address=0)
        app = create_application(services, settings)
        runner, address = await serve(app, "127.0.0.1", 0)
        content = json.dumps(_ANSWER).encode()
        done = [
            finish(session, clock.now(), encrypt(content, sid.encode(), RESULT))
            for sid, session in zip(sids, sessions, strict=True)
        ]

        async def finish_logins() -> None:
            login_subscriptions.POLL_INTERVAL = 60.0
            await asyncio.sleep(0.3)
            await storage.write(lambda unit: _finish(unit, sessions, done))

        paths = [f"/stream.sub/{full_sid(each)}" for each in sids]
        await _serve(int(address.rpartition(":")[2]), paths, finish_logins, app[STATE].subscriptions.poll)
        await stop(runner)
        await storage.close()


def _add(unit: UnitOfWork, sessions: list[LoginSession]) -> None:
    for each in sessions:
        unit.login_sessions.add(each)


def _finish(unit: UnitOfWork, sessions: list[LoginSession], done: list[LoginSession]) -> None:
    for before, after in zip(sessions, done, strict=True):
        assert after.state is LoginState.DONE
        unit.login_sessions.swap(before, after)


async def _bare(streams: int) -> None:
    message: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def stream(request: web.Request) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            socket = web.WebSocketResponse(compress=False)
            await socket.prepare(request)
            await socket.send_str((await asyncio.shield(message)).decode())
            await asyncio.sleep(60)
            return socket
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"id: 1\ndata: " + await asyncio.shield(message) + b"\n\n")
        await asyncio.sleep(60)
        return response

    async def notify() -> None:
        message.set_result(b64encode(json.dumps(_ANSWER).encode()))

    app = web.Application()
    app.router.add_get("/stream", stream)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()

    async def finish_logins() -> None:
        """Stores nothing."""

    await _serve(site.port, ["/stream"] * streams, finish_logins, notify)


Step = Callable[[], Awaitable[None]]


async def _serve(port: int, paths: list[str], finish: Step, notify: Step) -> None:
    """Executes commands from standard input, one word per line."""
    steps = {"finish": finish, "notify": notify}
    _say({"port": port, "paths": paths})
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while words := await loop.run_in_executor(None, sys.stdin.readline):
            if (step := steps.get(words.strip())) is not None:
                await step()
            _say({"memory": _memory(), "processor": _processor()})


def _say(message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _memory() -> float:
    """KiB that this process holds in memory."""
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - as it is for this system's counters
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    event_loop.run((_ours if sys.argv[1] == "ours" else _bare)(int(sys.argv[2])))
