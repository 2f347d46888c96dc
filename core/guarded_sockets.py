"""SSRF guard: sockets that connect to the public internet only."""

import socket
from collections.abc import Callable
from typing import Any, TypeAlias

from core.ip_addresses import is_public

AddressInfo: TypeAlias = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class PrivateNetworkError(OSError):
    """A host name resolved to an address that is not public."""


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
