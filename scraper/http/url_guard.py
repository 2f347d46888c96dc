"""SSRF guard: allows only the configured hosts, and no private networks behind their names."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yarl import URL

from core.ip_addresses import is_public
from scraper.common.errors import AddressRefused

_WEBCAL_SCHEME = re.compile(r"^webcals?://", re.IGNORECASE)
_HOST_PATTERN = re.compile(r"[A-Za-z0-9._:%-]+")
_DEFAULT_PORTS = frozenset({80, 443})

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class PrivateNetworkError(OSError):
    """A host name resolved to an address that is not public."""


@dataclass(frozen=True, slots=True)
class AllowedUrls:
    """Hosts and ports of one source, for every request and every redirect."""

    base_url: URL
    extra_hosts: frozenset[str] = frozenset()

    @classmethod
    def for_address(cls, address: str, extra_hosts: frozenset[str] = frozenset()) -> "AllowedUrls":
        return cls(parse_web_address(address), extra_hosts)

    def check(self, url: URL, redirected_from: URL | None = None) -> None:
        """Raises `AddressRefused` unless `url` may be requested."""
        if url.scheme not in {"http", "https"} or not url.host:
            raise AddressRefused("Only http and https addresses are read.")
        if url.host.lower() not in self.extra_hosts | {(self.base_url.host or "").lower()}:
            raise AddressRefused(f"{url.host} is not the configured host {self.base_url.host}.")
        if url.port not in _DEFAULT_PORTS | {self.base_url.port}:
            raise AddressRefused(f"Port {url.port} of {url.host} is not the configured one.")
        if redirected_from is not None and redirected_from.scheme == "https" and url.scheme == "http":
            raise AddressRefused(f"{redirected_from.host} sends us from https to http, which is not safe.")


def parse_web_address(address: str) -> URL:
    """Parses an http or https URL with a host. `webcal`, the scheme of subscribed calendars, means https."""
    try:
        url = URL(_WEBCAL_SCHEME.sub("https://", address.strip()))
        port = url.port
    except ValueError as error:
        raise AddressRefused("The address is not one of the web.") from error
    if url.scheme not in {"http", "https"} or port is None or not _HOST_PATTERN.fullmatch(url.raw_host or ""):
        raise AddressRefused("The address must begin with http:// or https:// and name a host.")
    return url


def guarded_socket_factory(*, allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Socket factory that refuses private addresses, unless `allow_private`.

    It runs last before the connection, so a name that resolves differently the second time (DNS rebinding)
    does not get around it.
    """

    def create_socket(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(str(address[0])):
            raise PrivateNetworkError("a private network")
        return socket.socket(family, kind, protocol)

    return create_socket
