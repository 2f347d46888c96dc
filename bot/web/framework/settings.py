"""What an operator may choose about the HTTP API."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The numbers behind the door. Rates are requests a minute and 0 lifts them; times are seconds.

    `trusted_proxies` may tell in `X-Forwarded-For` whom they speak for, and in `X-Request-ID` which
    request it is. `public_url` is how clients reach us from outside, without a slash at its end; empty where
    that is the address they already used.
    """

    rate_limit: int = 600
    login_rate: int = 5
    """Wrong passwords for one account from one address before each costs a wait; 0 lifts all waits."""
    sid_rate: int = 120
    """Logins in a browser that one address may begin in a minute."""
    max_connections: int = 4_000
    """At once; 0 for any number."""
    max_connections_per_address: int = 200
    """At once, no more than half of all; behind a trusted proxy, requests under way. 0 for any number."""
    header_timeout: float = 10.0
    """From the first byte of a request, or the start of a connection, until its head is complete."""
    max_body: int = 64 * 1024
    body_timeout: float = 10.0
    send_timeout: float = 30.0
    """How long a client may take to go on reading an answer."""
    keepalive: float = 75.0
    shutdown_delay: float = 0.0
    """How long balancers may take to notice that `/readyz` says no, before nobody is let in any more."""
    shutdown_timeout: float = 10.0
    """How long requests that are under way may take to finish when the service stops."""
    slow_request_seconds: float = 0.5
    """Requests that take longer are logged."""
    confirmations: bool = False
    """Whether people are told in chat what they booked here."""
    trusted_proxies: tuple[Network, ...] = ()
    public_url: str = ""
    is_public: bool = False
    """Whether others can reach Roomie, by its address, a proxy or a chat platform."""
    metrics_from: tuple[Network, ...] = ()
    """Who may see `/metrics` and the parts of `/readyz`; empty: everybody until Roomie is public."""
