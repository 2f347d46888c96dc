"""Addresses of clients as they compare, and the networks that one subscriber may hold."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_LONGEST = 128
_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: IPv4 clients of an IPv6-only server. The last 32 bits are their address."""
_WIDER = {56: 8, 48: 32}
"""What subscribers and sites are given, by the length of the prefix: how many /64s' worth each may use."""
SHARES = tuple(_WIDER.values())


def parsed(text: str) -> Address | None:
    """An address in any form that proxies write, with or without a port; None for what is none.

    Brackets, quotes, ports and zone ids are taken off; IPv4 inside IPv6 (`::ffff:`, NAT64) is IPv4.
    """
    if len(text) > _LONGEST:
        return None
    try:
        return _without_wrapping(ip_address(_without_port(text.strip().strip('"')).partition("%")[0]))
    except ValueError:
        return None


def _without_port(text: str) -> str:
    if text.startswith("["):
        host, end, rest = text[1:].partition("]")
        if not end or (rest and not (rest[0] == ":" and rest[1:].isdecimal())):
            raise ValueError("neither the end nor a port")
        return host
    host, _, port = text.rpartition(":")
    return host if "." in host and port.isdecimal() else text


def _without_wrapping(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(address.packed[-4:]) if address in _NAT64 else address


def household(address: str) -> str:
    """What one subscriber has at least: an IPv4 address, or the first half of an IPv6 one."""
    found = parsed(address)
    if found is None:
        return address[:64]
    return found.exploded[:19] if isinstance(found, IPv6Address) else str(found)


def wider_networks(address: str) -> tuple[tuple[str, int], ...]:
    """The /56 and /48 around an IPv6 address, each with how many households' worth it may use."""
    found = parsed(address)
    if not isinstance(found, IPv6Address):
        return ()
    return tuple((str(IPv6Network((found, length), strict=False)), share) for length, share in _WIDER.items())
