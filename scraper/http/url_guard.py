"""Which addresses may be asked: those of the configuration, and no private networks behind their names."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yarl import URL

from core.ip_addresses import is_public
from scraper.common.errors import AddressRefused

_WEBCAL = re.compile(r"^webcals?://", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9._:%-]+")
_USUAL_PORTS = frozenset({80, 443})

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class PrivateNetwork(OSError):
    """A name led to an address that is not on the public internet."""


@dataclass(frozen=True, slots=True)
class Territory:
    """Where one source lives. Every request and every redirect has to stay inside."""

    home: URL
    also_hosts: frozenset[str] = frozenset()

    @classmethod
    def around(cls, address: str, also_hosts: frozenset[str] = frozenset()) -> "Territory":
        home = web_address(address)
        return cls(home, also_hosts)

    def check(self, url: URL, coming_from: URL | None = None) -> None:
        """Raises `AddressRefused` unless `url` may be asked."""
        if url.scheme not in {"http", "https"} or not url.host:
            raise AddressRefused("Only http and https addresses are read.")
        if url.host.lower() not in self.also_hosts | {(self.home.host or "").lower()}:
            raise AddressRefused(f"{url.host} is not the configured host {self.home.host}.")
        if url.port not in _USUAL_PORTS | {self.home.port}:
            raise AddressRefused(f"Port {url.port} of {url.host} is not the configured one.")
        if coming_from is not None and coming_from.scheme == "https" and url.scheme == "http":
            raise AddressRefused(f"{coming_from.host} sends us from https to http, which is not safe.")


def web_address(address: str) -> URL:
    """`address` as an http or https URL with a host. `webcal`, as calendars are given out, means https."""
    try:
        url = URL(_WEBCAL.sub("https://", address.strip()))
        port = url.port
    except ValueError as error:
        raise AddressRefused("The address is not one of the web.") from error
    if url.scheme not in {"http", "https"} or port is None or not _HOST.fullmatch(url.raw_host or ""):
        raise AddressRefused("The address must begin with http:// or https:// and name a host.")
    return url


def guarded_socket(*, allow_private: bool) -> Callable[[AddressInfo], socket.socket]:
    """Makes sockets, one for each address that is about to be connected to.

    This is the last step before the connection, so a name that resolves differently the second time gains
    nothing by it.
    """

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allow_private and not is_public(str(address[0])):
            raise PrivateNetwork("a private network")
        return socket.socket(family, kind, protocol)

    return make
