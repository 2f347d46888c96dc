"""Client addresses in a comparable form, and the IPv6 networks that one subscriber may control."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_MAX_LENGTH = 128
_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: IPv4 clients of an IPv6-only server. The last 32 bits are their address."""
_SHARE_BY_PREFIX_LENGTH = {56: 8, 48: 32}
"""Prefix lengths given to subscribers and sites, with the multiple of a /64's limit that each may use."""
NETWORK_SHARES = tuple(_SHARE_BY_PREFIX_LENGTH.values())
_SUBNET_LENGTH = 19
"""Characters of a /64 as `client_subnet` writes it: four groups of four hex digits."""


def parse_address(text: str) -> Address | None:
    """Parses an address in any form that proxies write, with or without a port; None if it is not one.

    Removes brackets, quotes, ports and zone ids; converts IPv4 in IPv6 (`::ffff:`, NAT64) to IPv4.
    """
    if len(text) > _MAX_LENGTH:
        return None
    try:
        return _unwrap(ip_address(_without_port(text.strip().strip('"')).partition("%")[0]))
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


def _unwrap(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(address.packed[-4:]) if address in _NAT64 else address


def client_subnet(address: str) -> str:
    """The smallest network of one subscriber: an IPv4 address, or the /64 of an IPv6 address."""
    found = parse_address(address)
    if found is None:
        return address[:64]
    return found.exploded[:_SUBNET_LENGTH] if isinstance(found, IPv6Address) else str(found)


def wider_networks(address: str) -> tuple[tuple[str, int], ...]:
    """The /56 and /48 around an IPv6 address, each with the multiple of a /64's limit that it may use."""
    found = parse_address(address)
    if not isinstance(found, IPv6Address):
        return ()
    return tuple(
        (str(IPv6Network((found, length), strict=False)), share)
        for length, share in _SHARE_BY_PREFIX_LENGTH.items()
    )


@lru_cache(maxsize=4096)
def networks_around(subnet: str) -> tuple[tuple[str, int], ...]:
    """A `client_subnet` and the wider networks around it, each with its multiple of the subnet's limit."""
    is_ipv6 = len(subnet) == _SUBNET_LENGTH and subnet.count(":") == 3
    return ((subnet, 1), *(wider_networks(f"{subnet}::") if is_ipv6 else ()))
