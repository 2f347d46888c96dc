"""Many connections from loopback addresses, a server in this process, and one in a process of its own."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress

from aiohttp import web

from bot.web.application import CONNECTIONS, create_application, serve, stop
from bot.web.framework.connection_register import Register
from bot.web.framework.settings import HttpSettings
from core.policy.rules import Rules
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

ATTACKER, INNOCENT = "127.0.0.1", "127.0.0.2"
HALF = b"GET /healthz HTTP/1.1\r\nHost: roomie\r\nX-Slow: "
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: roomie\r\nConnection: close\r\n\r\n"


def connected(port: int, source: str = ATTACKER) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30, source_address=(source, 0))


@contextmanager
def flood(port: int, count: int, sources: tuple[str, ...] = (ATTACKER,)) -> Iterator[list[socket.socket]]:
    """Connections that are held: every other one silent, the rest with half a head."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 300:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count + 300, hard))
    held: list[socket.socket] = []
    try:
        for number in range(count):
            with suppress(OSError):
                held.append(connected(port, sources[number % len(sources)]))
                if number % 2:
                    held[-1].sendall(HALF)
        yield held
    finally:
        for each in held:
            each.close()


def fetch(port: int, source: str = INNOCENT) -> bytes:
    """The status line of an answer; empty when the connection ended without one."""
    answer = b""
    with connected(port, source) as connection, suppress(ConnectionError):
        connection.sendall(REQUEST)
        while piece := connection.recv(65536):
            answer += piece
    return answer.partition(b"\r\n")[0]


def are_open(held: list[socket.socket]) -> int:
    """How many of these the server has not closed."""
    count = 0
    for each in held:
        each.settimeout(0)
        try:
            count += each.recv(65536) == b"never sent"
        except BlockingIOError:
            count += 1
        except ConnectionError:
            continue
    return count


class Served:
    """A server in this process: its port, its register of connections, and streams to it that end with it."""

    def __init__(self, port: int, register: Register, streams: AsyncExitStack) -> None:
        self.port, self.register, self._streams = port, register, streams

    async def open(
        self, sent: bytes = b"", source: str = ATTACKER
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(source, 0), limit=2**16
        )
        self._streams.callback(writer.close)
        writer.write(sent)
        await asyncio.sleep(0.05)
        return reader, writer

    async def settle(self) -> None:
        """Let what was closed be gone."""
        await asyncio.sleep(0.1)

    def later(self, seconds: float) -> None:
        """Sweep as if so many seconds had passed."""
        self.register.sweep(self.register.now() + seconds)


@asynccontextmanager
async def served(
    url: str, settings: HttpSettings, routes: tuple[web.RouteDef, ...] = ()
) -> AsyncIterator[Served]:
    """The real application over a database, with further routes that know no deadlines of their own."""
    services = create_services(url, StillClock(NOW), Rules())
    await services.storage.open()
    await services.storage.load()
    app = create_application(services, settings)
    app.router.add_routes(routes)
    runner, address = await serve(app, "127.0.0.1", 0)
    try:
        async with AsyncExitStack() as streams:
            yield Served(int(address.rpartition(":")[2]), app[CONNECTIONS], streams)
    finally:
        await stop(runner)
        await services.storage.close()


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What comes until the server closes the connection."""
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionError:
        return b""
