"""Settings of the HTTP server."""

from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from msgspec import Struct

Network: TypeAlias = IPv4Network | IPv6Network


class HttpSettings(Struct, frozen=True):
    """Settings of the HTTP server. Rates are requests a minute, 0 for no limit; times are in seconds.

    `X-Forwarded-For` and `X-Request-ID` are believed from `trusted_proxies` only. `public_url` is the URL of
    the server as clients reach it, without a slash at the end; empty for the one in their request.
    """

    rate_limit: int = 600
    login_rate: int = 5
    """Failed logins for one account from one address that cause no wait yet; 0 for no waits at all."""
    sid_rate: int = 120
    """Browser logins that one address may begin in a minute."""
    max_connections: int = 4_000
    """At the same time; 0 for no limit."""
    max_connections_per_address: int = 200
    """At the same time, at most half of the total; requests if a trusted proxy sends them. 0 for no limit."""
    header_timeout: float = 10.0
    """From the start of a connection, or the first byte of a request, until the request head is complete."""
    max_body: int = 64 * 1024
    body_timeout: float = 10.0
    send_timeout: float = 30.0
    """How long a client may pause while it reads a response."""
    keepalive: float = 75.0
    shutdown_delay: float = 0.0
    """Time for load balancers to notice that `/readyz` fails before new connections are refused."""
    shutdown_timeout: float = 10.0
    """Time for current requests to finish when the server stops."""
    slow_request_seconds: float = 0.5
    """Requests that take longer are logged."""
    """Whether people get a chat message for what they book over HTTP."""
    trusted_proxies: tuple[Network, ...] = ()
    public_url: str = ""
    is_public: bool = False
    """Whether Roomie can be reached from outside, by its address, a proxy or a chat platform."""
    nested_status: bool = False
    """Whether `/api/rooms/status` answers in the nested shape of FreeRooms' newer clients."""
    ratings: bool = True
    """Whether people can rate rooms with FreeRooms' clients."""
    metrics_from: tuple[Network, ...] = ()
    """Networks that may read `/metrics` and the parts of `/readyz`; empty: all unless Roomie is public."""
