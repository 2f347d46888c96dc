"""Limits of connections: how many in all and for each address, and how long one may hold a place without use.

A connection waits from its start, and from each answer, until a request's head is complete. Where a limit is
reached, the one that has waited longest makes room; those with a request under way keep their place. Once a
second a sweep closes what exceeds a deadline, so that requests pay for nothing but taking note of instants.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from aiohttp import StreamReader, web

from bot.web.framework.rate_limit import client_address, household, in_networks
from bot.web.framework.settings import HttpSettings

logger = logging.getLogger(__name__)

_SWEEP_INTERVAL = 1.0
_REPORT_INTERVAL = 60.0
_MIN_STAY = 1.0
"""Seconds that a new connection is safe from making room: enough for a head to arrive."""
_MAX_AHEAD = 64 * 1024
"""Bytes of heads, partial or of requests sent in advance, that wait on one connection."""
_MAX_UNREAD = 64 * 1024 * 1024
"""Bytes of answers that wait in this process for clients to read them."""
_MIN_READ_RATE = 16 * 1024
"""Bytes a second that a client has to read of an answer, once `send_timeout` is over."""
_GRACE = 5.0
"""Seconds for a handler to answer that a body is late, and for a closing connection to send its rest."""


class Connection(web.RequestHandler):
    """aiohttp's connection, with the instants since when the client holds things up (loop seconds)."""

    __slots__ = (
        "_ahead",
        "_body",
        "_body_since",
        "_closing_since",
        "_head_since",
        "_is_upgrade",
        "_register",
        "_wire",
        "address",
        "requester",
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
        """Whom this connection counts for; empty for trusted proxies, who only count in all."""
        self.requester = ""
        """Whom the request under way counts for, where a trusted proxy sent it."""
        self.waiting_since: float | None = now
        self.unread = 0
        self.unread_since = 0.0
        self._register = register
        self._wire: asyncio.Transport | None = None
        self._head_since: float | None = now
        self._body: StreamReader | None = None
        self._body_since = 0.0
        self._closing_since: float | None = None
        self._ahead = 0
        self._is_upgrade = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        super().connection_made(transport)
        if self._register.is_gone(self):
            self._wire.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._register.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if data and not self._is_body_due():
            self._ahead += len(data)
            if self._ahead - len(data) > _MAX_AHEAD and not self._is_upgrade:
                self.abort()
                return
            if self.waiting_since is not None and self._head_since is None:
                self._head_since = self._register.now()
        super().data_received(data)

    def _is_body_due(self) -> bool:
        """Whether what arrives now belongs to the body of the request under way."""
        if self._body is None:
            return False
        if self._body.is_eof():
            self._body = None
            return False
        return True

    def begin(self, body: StreamReader, *, is_upgrade: bool) -> None:
        """A head is complete."""
        self.waiting_since = self._head_since = None
        self._ahead, self._is_upgrade = 0, is_upgrade
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
        if self._wire is not None:
            self.unread, self.unread_since = self._wire.get_write_buffer_size(), self._register.now()
            self._register.begin_unread(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._register.end_unread(self)

    def abort(self) -> None:
        """Close at once, without sending what is left."""
        self._register.remove(self)
        if self._wire is not None:
            self._wire.abort()

    def sweep(self, now: float, settings: HttpSettings) -> bool:
        """Close what is overdue; whether anything was."""
        if self._wire is None:
            return False
        if self._is_stuck(now, settings):
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
        """Whether the client does not read what it asked for."""
        if self._wire is not None and self._wire.is_closing():
            self._closing_since = self._closing_since or now
            return now - self._closing_since > _GRACE
        allowed = settings.send_timeout + self.unread / _MIN_READ_RATE
        return self.unread > 0 and now - self.unread_since > allowed

    def _end_body(self, now: float, settings: HttpSettings) -> None:
        """Let whatever reads the body hear that it is late, then close."""
        if self._body is not None and self._body.exception() is None:
            self._body.set_exception(TimeoutError("The body took too long to arrive."))
        elif now - self._body_since > settings.body_timeout + 2 * _GRACE:
            self.abort()


@dataclass(slots=True)
class _Share:
    """What one address holds."""

    connections: int = 0
    requests: int = 0
    waiting: dict[Connection, None] = field(default_factory=dict)
    """Those that wait for a request, the longest first."""
    stalled: dict[Connection, None] = field(default_factory=dict)
    """Those whose client does not read, the longest first."""
    unread: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.connections or self.requests or self.stalled)


class Register:
    """All connections of a server, and what each address holds of them."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._max, self._max_share = settings.max_connections, share_of(settings)
        self._open: dict[Connection, None] = {}
        self._waiting: dict[Connection, None] = {}
        self._shares: dict[str, _Share] = {}
        self._unread = 0
        self.refused = 0
        """Connections and requests beyond a limit, since the start."""
        self.closed = 0
        """Connections that exceeded a deadline or made room, since the start."""
        self._reported = (0, 0)
        self._reported_at = float("-inf")

    def __len__(self) -> int:
        return len(self._open)

    @property
    def unread(self) -> int:
        """Bytes of answers that clients are slow to read."""
        return self._unread

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def address_of_peer(self, peer: str) -> str:
        """Whom a connection counts for; empty for trusted proxies."""
        return "" if in_networks(peer, self._settings.trusted_proxies) else household(peer)

    def admit(self, address: str) -> bool:
        """Whether one more connection fits, if need be in the place of one that waits."""
        share = self._shares.get(address) if address and self._max_share else None
        if share is not None and share.connections >= self._max_share and not self._make_room(share.waiting):
            self.refused += 1
            return False
        if self._max and len(self._open) >= self._max and not self._make_room(self._waiting):
            self.refused += 1
            return False
        return True

    def make_room(self, most: int) -> None:
        """Close up to `most` connections that wait, where the system has no more to give."""
        for each in tuple(islice(self._waiting, most)):
            self.closed += 1
            each.abort()

    def _make_room(self, waiting: dict[Connection, None]) -> bool:
        oldest = next(iter(waiting), None)
        if oldest is None or self.now() - (oldest.waiting_since or 0.0) < _MIN_STAY:
            return False
        self.closed += 1
        oldest.abort()
        return True

    def add(self, connection: Connection) -> None:
        self._open[connection] = None
        self._share(connection.address).connections += 1
        self.begin_waiting(connection)

    def is_gone(self, connection: Connection) -> bool:
        return connection not in self._open

    def remove(self, connection: Connection) -> None:
        """Forget a connection; once is enough."""
        if connection not in self._open:
            return
        self.end_waiting(connection)
        self._end_request(connection)
        self.end_unread(connection)
        del self._open[connection]
        share = self._share(connection.address)
        share.connections -= 1
        self._drop_if_empty(connection.address, share)

    def begin_waiting(self, connection: Connection) -> None:
        self._end_request(connection)
        if connection.address and connection in self._open:
            self._waiting[connection] = None
            self._share(connection.address).waiting[connection] = None

    def end_waiting(self, connection: Connection) -> None:
        if connection in self._waiting:
            del self._waiting[connection]
            del self._share(connection.address).waiting[connection]

    def begin_request(self, connection: Connection, requester: str) -> bool:
        """Count a request that a trusted proxy sent; whether it is within its address's share."""
        share = self._share(requester)
        if self._max_share and share.requests >= self._max_share:
            self.refused += 1
            return False
        share.requests += 1
        connection.requester = requester
        return True

    def _end_request(self, connection: Connection) -> None:
        if connection.requester:
            share = self._share(connection.requester)
            share.requests -= 1
            self._drop_if_empty(connection.requester, share)
            connection.requester = ""

    def begin_unread(self, connection: Connection) -> None:
        """Note an answer that is not read; where all together are too much, end one of whom has most."""
        share = self._share(connection.address)
        share.stalled[connection] = None
        share.unread += connection.unread
        self._unread += connection.unread
        while self._unread > _MAX_UNREAD:
            most = max(self._shares.values(), key=lambda each: each.unread)
            self.closed += 1
            next(iter(most.stalled)).abort()

    def end_unread(self, connection: Connection) -> None:
        share = self._share(connection.address)
        if connection in share.stalled:
            del share.stalled[connection]
            share.unread -= connection.unread
            self._unread -= connection.unread
        connection.unread = 0

    def _share(self, address: str) -> _Share:
        share = self._shares.get(address)
        if share is None:
            share = self._shares[address] = _Share()
        return share

    def _drop_if_empty(self, address: str, share: _Share) -> None:
        if share.is_empty:
            self._shares.pop(address, None)

    def sweep(self, now: float) -> None:
        """Close what exceeds a deadline."""
        self.closed += sum([each.sweep(now, self._settings) for each in tuple(self._open)])
        self._report(now)

    def _report(self, now: float) -> None:
        """One line a minute at most, however many were refused."""
        if (self.refused, self.closed) == self._reported or now - self._reported_at < _REPORT_INTERVAL:
            return
        refused, closed = self.refused - self._reported[0], self.closed - self._reported[1]
        self._reported, self._reported_at = (self.refused, self.closed), now
        logger.warning(
            "connections at their limits", extra={"open": len(self), "refused": refused, "closed": closed}
        )

    async def sweeping(self, _app: web.Application) -> AsyncIterator[None]:
        """Sweep for as long as an application serves."""
        task = asyncio.create_task(self._sweep_for_ever())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_INTERVAL)
            self.sweep(self.now())

    def watch(self, server: web.Server, refuse: Callable[[], web.StreamResponse]) -> None:
        """Have every request of a server noted as it begins; `refuse` answers those beyond a limit."""
        make, handle = server.request_factory, server.request_handler
        server.request_factory = _noting(make)
        server.request_handler = self._counting(handle, refuse)

    def _counting(
        self,
        handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        refuse: Callable[[], web.StreamResponse],
    ) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        trusted = self._settings.trusted_proxies

        async def counted(request: web.BaseRequest) -> web.StreamResponse:
            connection = cast(Connection, request.protocol)
            if not connection.address:
                requester = household(client_address(cast(web.Request, request), trusted))
                if not self.begin_request(connection, requester):
                    return refuse()
            return await handle(request)

        return counted if trusted else handle


def _noting(make: Callable[..., web.BaseRequest]) -> Callable[..., web.BaseRequest]:
    def made(message: Any, payload: StreamReader, protocol: Connection, *more: Any) -> web.BaseRequest:  # noqa: ANN401 - handed on
        protocol.begin(payload, is_upgrade=bool(message.upgrade))
        return make(message, payload, protocol, *more)

    return made


def share_of(settings: HttpSettings) -> int:
    """How many connections one address may have: never more than half of all. 0 for any number."""
    if not (settings.max_connections and settings.max_connections_per_address):
        return settings.max_connections_per_address
    return min(settings.max_connections_per_address, max(1, settings.max_connections // 2))
