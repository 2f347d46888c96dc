"""A client's connection: when it waits for what, and the timeouts that close it.

A connection is idle from its start, and from the end of each response, until a request head is complete.
A sweep closes connections that exceed a timeout once a second, so a request only records timestamps.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol, cast

from aiohttp import EMPTY_PAYLOAD, StreamReader, web
from aiohttp.abc import AbstractStreamWriter

from bot.web.framework.eager import STARTED, EagerParser, EagerRoutes, Started
from bot.web.framework.request_targets import with_routable_target
from bot.web.framework.response import RawResponse
from bot.web.framework.settings import HttpSettings

_MAX_BUFFERED_HEADS = 64 * 1024
"""Bytes of request heads, partial or pipelined, that one connection may buffer."""
_MIN_READ_RATE = 16 * 1024
"""Bytes a second that a client has to read of a response after `send_timeout`."""
_GRACE = 5.0
"""Seconds for a handler to answer 408 to a late body, and for a closing connection to flush its buffer."""
_data_received = web.RequestHandler.data_received
"""Called once a request: quicker than through `super()`."""


class ConnectionObserver(Protocol):
    """Counts connections, and what they wait for."""

    def is_gone(self, connection: "Connection") -> bool:
        """Whether the connection was removed."""
        ...

    def remove(self, connection: "Connection") -> None:
        """Removes a connection; does nothing if it was removed before."""
        ...

    def begin_waiting(self, connection: "Connection") -> None:
        """Puts a connection that is idle now into the queues of idle ones."""
        ...

    def end_request(self, connection: "Connection") -> None:
        """Ends the request that a trusted proxy forwarded."""
        ...

    def begin_unread(self, connection: "Connection") -> None:
        """Counts a response that the client does not read."""
        ...

    def end_unread(self, connection: "Connection") -> None:
        """Ends what `begin_unread` began."""
        ...


class Connection(web.RequestHandler):
    """aiohttp's connection with the timestamps (monotonic seconds) since which it waits for its client."""

    __slots__ = (
        "_closing_since",
        "_is_last",
        "_observer",
        "_routes",
        "_socket_transport",
        "address",
        "body",
        "body_since",
        "buffered_heads",
        "head_since",
        "idle_queues",
        "is_upgrade",
        "requester",
        "started",
        "unread",
        "unread_since",
        "waiting_since",
    )

    def __init__(  # options are aiohttp's own
        self,
        manager: web.Server,
        observer: ConnectionObserver,
        address: str,
        routes: EagerRoutes,
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(manager, **options)
        self._parser = EagerParser(self._parser, self._answer)  # type: ignore[assignment]  # stands in for it
        self._routes = routes
        self.started: Started | None = None
        """The current request, if it was started eagerly and has to wait for something."""
        now = monotonic()
        self.address = address
        """The client subnet that this connection counts for; empty for trusted proxies: no limit."""
        self.idle_queues: tuple[OrderedDict[Connection, None], ...] = ()
        """The queues of idle connections that this one is in. A request in progress may leave it there."""
        self.requester = ""
        """The client subnet that the current request counts for, if a trusted proxy forwarded it."""
        self.waiting_since: float | None = now
        self.unread = 0
        self.unread_since = 0.0
        self._observer = observer
        self._socket_transport: asyncio.Transport | None = None
        self.head_since: float | None = now
        self.body: StreamReader | None = None
        self.body_since = 0.0
        self._closing_since: float | None = None
        self.buffered_heads = 0
        self.is_upgrade = False
        self._is_last = False
        """Whether the connection is closed after the last response."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket_transport = cast(asyncio.Transport, transport)
        super().connection_made(transport)
        if self._observer.is_gone(self):
            self._socket_transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._observer.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if data and (self.body is None or not self._is_body_due()):
            if self.buffered_heads > _MAX_BUFFERED_HEADS and not self.is_upgrade:
                self.abort()
                return
            self.buffered_heads += len(data)
            if self.head_since is None and self.waiting_since is not None:
                self.head_since = monotonic()
        _data_received(self, data)

    def _answer(self, message: Any) -> bool:  # noqa: ANN401 - aiohttp's message
        """Answers a request at once; False if it has to wait for something, or for an earlier one."""
        transport = self.transport
        if self.waiting_since is None or self._messages or self._is_last or self._paused:
            return False
        if transport is None or transport.is_closing():
            return False
        started = self._routes.start(message, self, self._task_handler)
        if started is None or not started.is_done or not isinstance(started.result, RawResponse):
            self.started = started
            return False
        for piece in started.result.pieces():
            transport.write(piece)
        self.head_since, self.buffered_heads = None, 0
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        self._become_idle()
        return True

    def _is_body_due(self) -> bool:
        """Whether received bytes belong to the body of the current request."""
        if self.body is None:
            return False
        if self.body.is_eof():
            self.body = None
            return False
        return True

    def log_access(self, request: web.BaseRequest, response: web.StreamResponse, time: float | None) -> None:
        """Marks the connection as idle: aiohttp calls this at the end of each response, to log it.

        Roomie has no access log. A response that fails closes its connection instead.
        """
        self._is_last = not response.keep_alive
        self._become_idle()

    def _become_idle(self) -> None:
        self.waiting_since = monotonic()
        if self.requester:
            self._observer.end_request(self)
        if not self.idle_queues:
            self._observer.begin_waiting(self)
        for queue in self.idle_queues:
            queue.move_to_end(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._socket_transport is not None:
            self.unread = self._socket_transport.get_write_buffer_size()
            self.unread_since = monotonic()
            self._observer.begin_unread(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._observer.end_unread(self)

    def abort(self) -> None:
        """Closes immediately, discarding what is not sent yet."""
        self._observer.remove(self)
        if self._socket_transport is not None:
            self._socket_transport.abort()

    def sweep(self, now: float, settings: HttpSettings) -> bool:
        """Closes the connection if it exceeded a timeout; returns whether it did."""
        if self._socket_transport is None:
            return False
        if self._is_stuck(now, settings) or self._is_abandoned():
            self.abort()
        elif self.head_since is not None and now - self.head_since > settings.header_timeout:
            self.force_close()
            self.head_since = None
        elif self._is_body_due() and now - self.body_since > settings.body_timeout + _GRACE:
            self._end_body(now, settings)
        else:
            return False
        return True

    def _is_stuck(self, now: float, settings: HttpSettings) -> bool:
        """Whether the client does not read its response."""
        if self._socket_transport is not None and self._socket_transport.is_closing():
            self._closing_since = self._closing_since or now
            return now - self._closing_since > _GRACE
        allowed = settings.send_timeout + self.unread / _MIN_READ_RATE
        return self.unread > 0 and now - self.unread_since > allowed

    def _is_abandoned(self) -> bool:
        """Whether no task handles this connection any more although it is open."""
        return self._task_handler is not None and self._task_handler.done()

    def _end_body(self, now: float, settings: HttpSettings) -> None:
        """Raises a timeout in the handler that reads the body; closes if that does not help."""
        if self.body is not None and self.body.exception() is None:
            self.body.set_exception(TimeoutError("The body took too long to arrive."))
        elif now - self.body_since > settings.body_timeout + 2 * _GRACE:
            self.abort()


def begin_request(
    make: Callable[..., web.BaseRequest],
    message: Any,  # noqa: ANN401 - aiohttp's own
    body: StreamReader,
    connection: Connection,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    """Makes the request of a head that is complete: the connection is idle no longer.

    `make` is the application's factory; no request target makes it raise.
    """
    if message.path[:1] != "/":
        message = with_routable_target(message)
    request = make(message, body, connection, writer, task)
    if connection.started is not None:
        request[STARTED], connection.started = connection.started, None
    connection.waiting_since = connection.head_since = None
    connection.buffered_heads, connection.is_upgrade = 0, message.upgrade
    if body is not EMPTY_PAYLOAD and not body.is_eof():
        connection.body, connection.body_since = body, monotonic()
    return request
