"""Limits the number of connections, in total and per client network.

When a limit is reached, the longest idle connection is closed; those with a request in progress stay open.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from time import monotonic
from typing import cast

from aiohttp import web
from msgspec import Struct, field

from bot.web.framework.client_addresses import networks_around
from bot.web.framework.connection import Connection, begin_request
from bot.web.framework.rate_limit import client_address, client_subnet, in_networks
from bot.web.framework.settings import HttpSettings

logger = logging.getLogger(__name__)

_SWEEP_INTERVAL = 1.0
_REPORT_INTERVAL = 60.0
_MIN_IDLE_SECONDS = 1.0
"""Seconds for which a new idle connection is not closed to make room: enough for a request head to arrive."""
_MAX_UNREAD = 64 * 1024 * 1024
"""Bytes of responses that all clients together may leave unread in this process."""


class _Share(Struct):
    """The connections and requests of one client network."""

    connections: int = 0
    requests: int = 0
    waiting: OrderedDict[Connection, None] = field(default_factory=OrderedDict)
    """Connections by the end of their last response, the longest idle first."""
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
        self._waiting: OrderedDict[Connection, None] = OrderedDict()
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
        """Monotonic seconds."""
        return monotonic()

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
        for _ in range(count):
            if (oldest := self._longest_idle(self._waiting)) is not None:
                self.closed += 1
                oldest.abort()

    def _longest_idle(self, waiting: OrderedDict[Connection, None]) -> Connection | None:
        """Takes connections with a request in progress out of the queue; its end puts them back."""
        while (oldest := next(iter(waiting), None)) is not None and oldest.waiting_since is None:
            self.end_waiting(oldest)
        return oldest

    def _make_room(self, waiting: OrderedDict[Connection, None]) -> bool:
        oldest = self._longest_idle(waiting)
        if oldest is None or self.now() - (oldest.waiting_since or 0.0) < _MIN_IDLE_SECONDS:
            return False
        self.closed += 1
        oldest.abort()
        return True

    def add(self, connection: Connection) -> None:
        self._open[connection] = None
        for share in self._shares_of(connection.address):
            share.connections += 1
        self.begin_waiting(connection)

    def is_gone(self, connection: Connection) -> bool:
        return connection not in self._open

    def remove(self, connection: Connection) -> None:
        """Removes a connection; does nothing if it was removed before."""
        if connection not in self._open:
            return
        self.end_waiting(connection)
        self.end_request(connection)
        self.end_unread(connection)
        del self._open[connection]
        for share in self._shares_of(connection.address):
            share.connections -= 1
        self._drop_empty_shares(connection.address)

    def begin_waiting(self, connection: Connection) -> None:
        """Puts a connection that is idle now into the queues of idle ones; not those of trusted proxies."""
        if connection.address and connection in self._open:
            shares = self._shares_of(connection.address)
            connection.idle_queues = (self._waiting, *(share.waiting for share in shares))
            for queue in connection.idle_queues:
                queue[connection] = None

    def end_waiting(self, connection: Connection) -> None:
        """Takes a connection out of the queues of idle ones."""
        for queue in connection.idle_queues:
            del queue[connection]
        connection.idle_queues = ()

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

    def end_request(self, connection: Connection) -> None:
        """Ends the request that a trusted proxy forwarded, if there is one."""
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
        server.request_factory = partial(begin_request, server.request_factory)
        server.request_handler = self._limit_requests(server.request_handler, refuse)

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


def max_share_of(settings: HttpSettings) -> int:
    """How many connections one client subnet may have, at most half of the total; 0 for no limit."""
    if not (settings.max_connections and settings.max_connections_per_address):
        return settings.max_connections_per_address
    return min(settings.max_connections_per_address, max(1, settings.max_connections // 2))
