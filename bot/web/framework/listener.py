"""Accepts connections within limits, in place of asyncio's server.

When no files are left, asyncio's server tries once per backlog entry, logs each with a trace, and repeats
that after a second. This one pauses and logs one line a minute.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.web.framework.connection import Connection
from bot.web.framework.connection_register import Register

logger = logging.getLogger(__name__)

_BACKLOG = 1024
_MAX_ACCEPTS = 32
"""Connections accepted in a row before other tasks run."""
_PAUSE_SECONDS = 0.1
_CLOSED_PER_PAUSE = 32
_REPORT_INTERVAL = 60.0
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_ABSENT = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
_BODY = b'{"error":"Too many connections. Please try again in a moment."}'
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 2\r\n"
    b"Access-Control-Allow-Origin: *\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
    % (len(_BODY), _BODY)
)

Make = Callable[[str], Connection]
"""Creates the protocol for a connection from a client subnet."""


class Site(web.BaseSite):
    """Serves a runner's application at an address, within the limits of a register."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, register: Register, make: Make) -> None:
        super().__init__(runner)
        self._host, self.port = host, port
        self._register, self._make = register, make
        self._listener: Listener | None = None

    @property
    def name(self) -> str:
        return f"http://{self._host}:{self.port}"

    async def start(self) -> None:
        await super().start()
        sockets = await _open_sockets(self._host, self.port)
        self.port = sockets[0].getsockname()[1]
        self._listener = Listener(sockets, self._register, self._make)

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
        await super().stop()


async def _open_sockets(host: str, port: int) -> list[socket.socket]:
    """Opens a socket for each address of the host."""
    loop, found, refusal = (
        asyncio.get_running_loop(),
        list[socket.socket](),
        OSError("no address to listen at"),
    )
    infos = await loop.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, address in dict.fromkeys(infos):
        try:
            found.append(socket.create_server(address, family=family, backlog=_BACKLOG))
        except OSError as error:
            refusal = error
            if error.errno in _ABSENT:
                continue
            for each in found:
                each.close()
            raise
    if not found:
        raise refusal
    return found


class Listener:
    """Accepts connections from sockets, which `close` closes."""

    def __init__(self, sockets: Sequence[socket.socket], register: Register, make: Make) -> None:
        self._loop = asyncio.get_running_loop()
        self._sockets = list(sockets)
        self._register, self._make = register, make
        self._tasks: set[asyncio.Task[None]] = set()
        self._reported_at = float("-inf")
        for each in self._sockets:
            each.settimeout(0)
        self._resume()

    def close(self) -> None:
        """Accepts what is in the queue first: the system resets connections that were not accepted."""
        for each in self._sockets:
            self._accept(each)
            self._loop.remove_reader(each)
            each.close()
        self._sockets.clear()

    def _resume(self) -> None:
        for each in self._sockets:
            self._loop.add_reader(each, self._accept, each)

    def _pause(self, error: OSError) -> None:
        """Stops accepting for a moment; pending connections stay in the system's queue."""
        for each in self._sockets:
            self._loop.remove_reader(each)
        self._register.make_room(_CLOSED_PER_PAUSE)
        self._loop.call_later(_PAUSE_SECONDS, self._resume)
        if (now := self._loop.time()) - self._reported_at >= _REPORT_INTERVAL:
            self._reported_at = now
            logger.error(
                "no connection can be accepted: %s", error.strerror, extra={"open": len(self._register)}
            )

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_MAX_ACCEPTS):
            try:
                accepted, peer = listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._pause(error)
                    return
                continue  # the client is gone already, or its network is: accept(2)
            accepted.settimeout(0)
            self._admit(accepted, str(peer[0]))

    def _admit(self, accepted: socket.socket, peer: str) -> None:
        address = self._register.address_of_peer(peer)
        if not self._register.admit(address):
            _refuse(accepted)
            return
        connection = self._make(address)
        self._register.add(connection)
        self._start(self._connect(accepted, connection))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, accepted: socket.socket, connection: Connection) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError:
            self._register.remove(connection)
            accepted.close()


def _refuse(accepted: socket.socket) -> None:
    """Answers 503 and closes. Reads the request, since the system drops the response if bytes are unread."""
    with accepted, suppress(OSError):
        accepted.send(_REFUSAL)
        accepted.shutdown(socket.SHUT_WR)
        accepted.recv(64 * 1024)
