"""Load generator: a fixed number of connections, each with one request in flight."""

import asyncio
import re
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import cast

from bot.runtime import event_loop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)

Next = Callable[[], bytes]
Check = Callable[[bytes], None]


class _Client(asyncio.Protocol):
    def __init__(self, run: "_Run") -> None:
        self._run, self._missing, self._held = run, 0, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._run.next())

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            data = self._held + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._held = data
                return
            self._held = b""
            found = _LENGTH.search(data, 0, end)
            self._missing = end + 4 + (int(found.group(1)) if found else 0) - len(data)
            self._run.checked(data)
        if self._missing <= 0:
            self._answered()

    def _answered(self) -> None:
        self._missing = 0
        run = self._run
        run.count += 1
        assert self._transport is not None
        if perf_counter() < run.until:
            self._transport.write(run.next())
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost()


class _Run:
    def __init__(self, next_request: Next, clients: int, check: Check | None) -> None:
        self.next, self.check = next_request, check
        self.count, self.until = 0, 0.0
        self._open = clients
        self.done = asyncio.get_running_loop().create_future()

    def checked(self, beginning: bytes) -> None:
        """The check's verdict on a response; a refused one ends the run."""
        try:
            if self.check is not None:
                self.check(beginning)
        except AssertionError as error:
            if not self.done.done():
                self.done.set_exception(error)

    def lost(self) -> None:
        self._open -= 1
        if not self._open and not self.done.done():
            self.done.set_result(None)


def requests_per_second(
    port: int, next_request: Next, seconds: float, clients: int = 32, check: Check | None = None
) -> float:
    """Responses per second with all `clients` busy. `check` gets the start of each response."""
    return event_loop.run(_measure(port, next_request, seconds, clients, check))


def total_per_second(
    ports: Sequence[int],
    next_request: Next,
    seconds: float,
    clients: int = 32,
    check: Check | None = None,
) -> float:
    """The same for several servers in parallel, with the clients divided among them."""

    async def all_of_them() -> float:
        share = max(1, clients // len(ports))
        return sum(
            await asyncio.gather(*(_measure(port, next_request, seconds, share, check) for port in ports))
        )

    return event_loop.run(all_of_them())


async def _measure(port: int, next_request: Next, seconds: float, clients: int, check: Check | None) -> float:
    loop = asyncio.get_running_loop()
    run = _Run(next_request, clients, check)
    began = perf_counter()
    run.until = began + seconds
    for _ in range(clients):
        await loop.create_connection(lambda: _Client(run), "127.0.0.1", port)
    await run.done
    return run.count / (perf_counter() - began)


def get(path: str, *headers: str) -> bytes:
    """A GET as bytes."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", "")).encode()


def post(path: str, form: str, *headers: str) -> bytes:
    """A POST of a form as bytes."""
    kind = "Content-Type: application/x-www-form-urlencoded"
    body = form.encode()
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        kind,
        f"Content-Length: {len(body)}",
        *headers,
        "",
        "",
    )
    return "\r\n".join(lines).encode() + body
