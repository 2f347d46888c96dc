"""Sends requests at given times, however slow the answers are: a request that waits is counted as waiting.

As a process: `python -m tests.benchmarks.open_loop FILE`, with the requests as JSON. It prints `ready`,
begins when it reads a line, and prints the answers as JSON.
"""

import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from typing import cast

from msgspec import Struct
from msgspec.structs import asdict

from bot.runtime import event_loop

_TIMEOUT = 60.0


class TimedRequest(Struct, frozen=True):
    """`at` is seconds after the beginning."""

    at: float
    port: int
    content: str


class TimedAnswer(Struct, frozen=True):
    """`seconds` are those since the request was due; status 0 without an answer."""

    at: float
    seconds: float
    status: int
    body: str


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answer: asyncio.Future[tuple[int, str]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def request(self, content: str) -> "asyncio.Future[tuple[int, str]]":
        assert self._transport is not None
        self._received = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(content.encode())
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        lines = head.decode().lower().split("\r\n")
        length = next((int(each[15:]) for each in lines if each.startswith("content-length:")), 0)
        if len(body) >= length:
            self._answer.set_result((int(lines[0].split()[1]), body.decode()))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()


class _Sender:
    """Keeps connections open, and opens another where none is idle."""

    def __init__(self) -> None:
        self._idle: dict[int, list[_Connection]] = defaultdict(list)

    async def send(self, request: TimedRequest, begin: float) -> TimedAnswer:
        due = begin + request.at
        await asyncio.sleep(due - perf_counter())
        try:
            async with asyncio.timeout(_TIMEOUT):
                connection = await self._connection(request.port)
                status, body = await connection.request(request.content)
            self._idle[request.port].append(connection)
        except (OSError, TimeoutError) as error:
            status, body = 0, type(error).__name__
        return TimedAnswer(request.at, perf_counter() - due, status, body)

    async def _connection(self, port: int) -> _Connection:
        idle = self._idle[port]
        while idle:
            if (connection := idle.pop()).is_open:
                return connection
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(_Connection, "127.0.0.1", port))[1]


async def _send(requests: list[TimedRequest]) -> list[TimedAnswer]:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    sender, begin = _Sender(), perf_counter()
    return await asyncio.gather(*(sender.send(each, begin) for each in requests))


class OpenLoopProcess:
    """The clients, as a process of their own."""

    def __init__(self, folder: Path, requests: list[TimedRequest]) -> None:
        self._file = folder / "requests.json"
        self._file.write_text(json.dumps([asdict(each) for each in requests]))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it is ready to begin."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.open_loop", str(self._file)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 26,
        )
        assert self._process.stdout is not None
        await self._process.stdout.readline()

    async def answers(self) -> list[TimedAnswer]:
        """Begins, and returns when all are answered."""
        assert self._process is not None
        output, _ = await self._process.communicate(b"\n")
        return [TimedAnswer(**each) for each in json.loads(output)]


def main() -> None:
    requests = [TimedRequest(**each) for each in json.loads(Path(sys.argv[1]).read_text())]
    answers = event_loop.run(_send(requests))
    sys.stdout.write(json.dumps([asdict(each) for each in answers]) + "\n")


if __name__ == "__main__":
    main()
