"""Limits the number of connections, in total and per client network, and closes idle and slow ones.

A connection is idle from its start, and from the end of each response, until a request head is complete.
When a limit is reached, the longest idle connection is closed; those with a request in progress stay open.
A sweep closes connections that exceed a timeout once a second, so a request only records timestamps.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from aiohttp import StreamReader, web
from yarl import URL

from bot.web.framework.client_addresses import networks_around
from bot.web.framework.rate_limit import client_address, client_subnet, in_networks
from bot.web.framework.settings import HttpSettings

logger = logging.getLogger(__name__)

NOWHERE_PATH, INVALID_TARGET_PATH = "/", "/-/invalid-target"
"""Paths of the routes that answer 404, and 400 to a request target whose host cannot be decoded."""

_SWEEP_INTERVAL = 1.0
_REPORT_INTERVAL = 60.0
_MIN_IDLE_SECONDS = 1.0
"""Seconds for which a new idle connection is not closed to make room: enough for a request head to arrive."""
_MAX_BUFFERED_HEADS = 64 * 1024
"""Bytes of request heads, partial or pipelined, that one connection may buffer."""
_MAX_UNREAD = 64 * 1024 * 1024
"""Bytes of responses that all clients together may leave unread in this process."""
_MIN_READ_RATE = 16 * 1024
"""Bytes a second that a client has to read of a response after `send_timeout`."""
_GRACE = 5.0
"""Seconds for a handler to answer 408 to a late body, and for a closing connection to flush its buffer."""
_INVALID_TARGET_URL, _NOWHERE_URL = URL(INVALID_TARGET_PATH, encoded=True), URL(NOWHERE_PATH, encoded=True)


class Connection(web.RequestHandler):
    """aiohttp's connection with the timestamps (loop seconds) since which it waits for its client."""

    __slots__ = (
        "_body",
        "_body_since",
        "_buffered_heads",
        "_closing_since",
        "_head_since",
        "_is_upgrade",
        "_register",
        "_socket_transport",
        "address",
        "requester",
        "shares",
        "unread",
        "unread_since",
        "waiting_since",
    )

    def __init__(  # options are aiohttp's own
        self,
        manager: web.Server,
        register: "Register",
        address: str,
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(manager, **options)
        now = register.now()
        self.address = address
        """The client subnet that this connection counts for; empty for trusted proxies: no limit."""
        self.shares: tuple[_Share, ...] = ()
        """The shares of `address`, while this connection is open."""
        self.requester = ""
        """The client subnet that the current request counts for, if a trusted proxy forwarded it."""
        self.waiting_since: float | None = now
        self.unread = 0
        self.unread_since = 0.0
        self._register = register
        self._socket_transport: asyncio.Transport | None = None
        self._head_since: float | None = now
        self._body: StreamReader | None = None
        self._body_since = 0.0
        self._closing_since: float | None = None
        self._buffered_heads = 0
        self._is_upgrade = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket_transport = cast(asyncio.Transport, transport)
        super().connection_made(transport)
        if self._register.is_gone(self):
            self._socket_transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._register.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if data and not self._is_body_due():
            self._buffered_heads += len(data)
            if self._buffered_heads - len(data) > _MAX_BUFFERED_HEADS and not self._is_upgrade:
                self.abort()
                return
            if self.waiting_since is not None and self._head_since is None:
                self._head_since = self._register.now()
        super().data_received(data)

    def _is_body_due(self) -> bool:
        """Whether received bytes belong to the body of the current request."""
        if self._body is None:
            return False
        if self._body.is_eof():
            self._body = None
            return False
        return True

    def begin(self, body: StreamReader, *, is_upgrade: bool) -> None:
        """Marks a request head as complete."""
        self.waiting_since = self._head_since = None
        self._buffered_heads, self._is_upgrade = 0, is_upgrade
        if not body.is_eof():
            self._body, self._body_since = body, self._register.now()
        self._register.end_waiting(self)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self.waiting_since = self._register.now()
            self._register.begin_waiting(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._socket_transport is not None:
            self.unread = self._socket_transport.get_write_buffer_size()
            self.unread_since = self._register.now()
            self._register.begin_unread(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._register.end_unread(self)

    def abort(self) -> None:
        """Closes immediately, discarding what is not sent yet."""
        self._register.remove(self)
        if self._socket_transport is not None:
            self._socket_transport.abort()

    def sweep(self, now: float, settings: HttpSettings) -> bool:
        """Closes the connection if it exceeded a timeout; returns whether it did."""
        if self._socket_transport is None:
            return False
        if self._is_stuck(now, settings) or self._is_abandoned():
            self.abort()
        elif self._head_since is not None and now - self._head_since > settings.header_timeout:
            self.force_close()
            self._head_since = None
        elif self._is_body_due() and now - self._body_since > settings.body_timeout + _GRACE:
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
        if self._body is not None and self._body.exception() is None:
            self._body.set_exception(TimeoutError("The body took too long to arrive."))
        elif now - self._body_since > settings.body_timeout + 2 * _GRACE:
            self.abort()


@dataclass(slots=True)
class _Share:
    """The connections and requests of one client network."""

    connections: int = 0
    requests: int = 0
    waiting: dict[Connection, None] = field(default_factory=dict)
    """Idle connections, the longest idle first."""
    stalled: dict[Connection, None] = field(default_factory=dict)
    """Connections whose client does not read, the longest stalled first."""
    unread: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.connections or self.requests or self.stalled)


class Register:
    """All open connections of a server, counted in total and per client network.

    An IPv6 connection counts for its /64 and, with a larger limit, for the /56 and /48 around it.
    """

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._max, self._max_share = settings.max_connections, max_share_of(settings)
        self._open: dict[Connection, None] = {}
        self._waiting: dict[Connection, None] = {}
        self._shares: dict[str, _Share] = {}
        self._unread = 0
        self.refused = 0
        """Connections and requests refused by a limit since the start."""
        self.closed = 0
        """Connections closed by a timeout or to make room since the start."""
        self._reported = (0, 0)
        self._reported_at = float("-inf")

    def __len__(self) -> int:
        return len(self._open)

    @property
    def unread(self) -> int:
        """Bytes of responses that clients have not read yet."""
        return self._unread

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def address_of_peer(self, peer: str) -> str:
        """The client subnet that a connection counts for; empty for trusted proxies."""
        return "" if in_networks(peer, self._settings.trusted_proxies) else client_subnet(peer)

    def admit(self, address: str) -> bool:
        """Whether another connection fits, closing an idle one if necessary."""
        if self._max_share and address and not self._fits_shares(address):
            self.refused += 1
            return False
        if self._max and len(self._open) >= self._max and not self._make_room(self._waiting):
            self.refused += 1
            return False
        return True

    def _fits_shares(self, address: str) -> bool:
        for network, factor in networks_around(address):
            share = self._shares.get(network)
            if share is not None and share.connections >= self._limit(factor):
                return self._make_room(share.waiting) and self._fits_shares(address)
        return True

    def _limit(self, factor: int) -> int:
        """The limit of a network that may hold `factor` times the connections of one subnet."""
        limit = self._max_share * factor
        return min(limit, max(1, self._max // 2)) if self._max else limit

    def make_room(self, count: int) -> None:
        """Closes up to `count` idle connections when the system runs out of files."""
        for connection in tuple(islice(self._waiting, count)):
            self.closed += 1
            connection.abort()

    def _make_room(self, waiting: dict[Connection, None]) -> bool:
        oldest = next(iter(waiting), None)
        if oldest is None or self.now() - (oldest.waiting_since or 0.0) < _MIN_IDLE_SECONDS:
            return False
        self.closed += 1
        oldest.abort()
        return True

    def add(self, connection: Connection) -> None:
        self._open[connection] = None
        connection.shares = tuple(self._shares_of(connection.address))
        for share in connection.shares:
            share.connections += 1
        self.begin_waiting(connection)

    def is_gone(self, connection: Connection) -> bool:
        return connection not in self._open

    def remove(self, connection: Connection) -> None:
        """Removes a connection; does nothing if it was removed before."""
        if connection not in self._open:
            return
        self.end_waiting(connection)
        self._end_request(connection)
        self.end_unread(connection)
        del self._open[connection]
        for share in connection.shares:
            share.connections -= 1
        connection.shares = ()
        self._drop_empty_shares(connection.address)

    def begin_waiting(self, connection: Connection) -> None:
        if connection.requester:
            self._end_request(connection)
        if connection.address and connection.shares:
            self._waiting[connection] = None
            for share in connection.shares:
                share.waiting[connection] = None

    def end_waiting(self, connection: Connection) -> None:
        if connection in self._waiting:
            del self._waiting[connection]
            for share in connection.shares:
                del share.waiting[connection]

    def begin_request(self, connection: Connection, requester: str) -> bool:
        """Counts a request forwarded by a trusted proxy; returns whether it is within its client's limits."""
        if self._max_share and any(
            share.requests >= self._limit(factor)
            for share, (_, factor) in zip(self._shares_of(requester), networks_around(requester), strict=True)
        ):
            self._drop_empty_shares(requester)
            self.refused += 1
            return False
        for share in self._shares_of(requester):
            share.requests += 1
        connection.requester = requester
        return True

    def _end_request(self, connection: Connection) -> None:
        if connection.requester:
            for share in self._shares_of(connection.requester):
                share.requests -= 1
            self._drop_empty_shares(connection.requester)
            connection.requester = ""

    def begin_unread(self, connection: Connection) -> None:
        """Counts an unread response; beyond the total limit, closes a connection of the largest holder."""
        share = self._share(connection.address)
        share.stalled[connection] = None
        share.unread += connection.unread
        self._unread += connection.unread
        while self._unread > _MAX_UNREAD:
            largest = max(self._shares.values(), key=lambda each: each.unread)
            self.closed += 1
            next(iter(largest.stalled)).abort()

    def end_unread(self, connection: Connection) -> None:
        share = self._share(connection.address)
        if connection in share.stalled:
            del share.stalled[connection]
            share.unread -= connection.unread
            self._unread -= connection.unread
        connection.unread = 0

    def _share(self, network: str) -> _Share:
        share = self._shares.get(network)
        if share is None:
            share = self._shares[network] = _Share()
        return share

    def _shares_of(self, address: str) -> list[_Share]:
        return [self._share(network) for network, _ in networks_around(address)]

    def _drop_empty_shares(self, address: str) -> None:
        for network, _ in networks_around(address):
            if (share := self._shares.get(network)) is not None and share.is_empty:
                del self._shares[network]

    def sweep(self, now: float) -> None:
        """Closes connections that exceed a timeout."""
        self.closed += sum([each.sweep(now, self._settings) for each in tuple(self._open)])
        self._report(now)

    def _report(self, now: float) -> None:
        """Logs refusals and closed connections, at most once a minute."""
        if (self.refused, self.closed) == self._reported or now - self._reported_at < _REPORT_INTERVAL:
            return
        refused, closed = self.refused - self._reported[0], self.closed - self._reported[1]
        self._reported, self._reported_at = (self.refused, self.closed), now
        logger.warning(
            "connections at their limits", extra={"open": len(self), "refused": refused, "closed": closed}
        )

    async def sweep_context(self, _app: web.Application) -> AsyncIterator[None]:
        """Cleanup context of an application: sweeps while it serves."""
        task = asyncio.create_task(self._sweep_loop())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _sweep_loop(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_INTERVAL)
            self.sweep(self.now())

    def watch(self, server: web.Server, refuse: Callable[[], web.StreamResponse]) -> None:
        """Registers every request of a server; `refuse` makes the response to those beyond a limit."""
        make, handle = server.request_factory, server.request_handler
        server.request_factory = _begin_requests(make)
        server.request_handler = self._limit_requests(handle, refuse)

    def _limit_requests(
        self,
        handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        refuse: Callable[[], web.StreamResponse],
    ) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        trusted = self._settings.trusted_proxies

        async def handle_within_limits(request: web.BaseRequest) -> web.StreamResponse:
            connection = cast(Connection, request.protocol)
            if not connection.address:
                requester = client_subnet(client_address(cast(web.Request, request), trusted))
                if not self.begin_request(connection, requester):
                    return refuse()
            return await handle(request)

        return handle_within_limits if trusted else handle


def _begin_requests(make: Callable[..., web.BaseRequest]) -> Callable[..., web.BaseRequest]:
    """Wraps a request factory: it marks the head as complete, and no request target makes it raise."""

    def make_request(
        message: Any,  # noqa: ANN401 - aiohttp's own
        payload: StreamReader,
        protocol: Connection,
        *more: Any,  # noqa: ANN401
    ) -> web.BaseRequest:
        if message.path[:1] != "/":
            message = _with_routable_target(message)
        request = make(message, payload, protocol, *more)
        protocol.begin(payload, is_upgrade=bool(message.upgrade))
        return request

    return make_request


def _with_routable_target(message: Any) -> Any:  # noqa: ANN401 - aiohttp's message
    """A message whose target is no path, with a URL that the router and aiohttp's request can take.

    Absolute targets stay if their host can be decoded (`http://xn--a/` cannot); `*` and CONNECT's `host:port`
    lead to the route that answers 404.
    """
    url = message.url
    if not (url.absolute and url.scheme):
        return message._replace(url=_NOWHERE_URL)
    try:
        is_path = bool(url.host) and url.relative().path.startswith("/")
    except ValueError:  # UnicodeError is one
        return message._replace(url=_INVALID_TARGET_URL)
    return message if is_path else message._replace(url=_NOWHERE_URL)


def max_share_of(settings: HttpSettings) -> int:
    """How many connections one client subnet may have, at most half of the total; 0 for no limit."""
    if not (settings.max_connections and settings.max_connections_per_address):
        return settings.max_connections_per_address
    return min(settings.max_connections_per_address, max(1, settings.max_connections // 2))
