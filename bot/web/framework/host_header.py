"""Validates the `Host` header: exactly one, with a host name or address (RFC 9112, 3.2)."""

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from aiohttp import web
from aiohttp.hdrs import HOST
from aiohttp.http import HttpVersion11

from bot.web.framework.errors import HttpError

_HOST = re.compile(r"(?:[A-Za-z0-9._~-]{1,255}|\[([0-9A-Fa-f:.]{2,45})\])(?::([0-9]{1,5}))?")


def check_host(request: web.Request) -> None:
    """Refuses a request whose `Host` is missing, repeated or invalid: links in responses are made of it."""
    hosts = request.headers.getall(HOST, ())
    if len(hosts) == 1 and _is_host(hosts[0]):
        return
    if hosts or request.version >= HttpVersion11:
        raise HttpError(400, "The Host header is missing or not valid.")


@lru_cache(maxsize=256)
def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    if found is None:
        return False
    address, port = found.groups()
    if port and int(port) > 65535:
        return False
    try:
        return not address or bool(IPv6Address(address))
    except AddressValueError:
        return False
