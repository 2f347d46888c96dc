"""SSRF guard: no spelling or wrapping of an address leads a fetch into a private network."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ip_addresses import is_public

PRIVATE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",  # IPv4-compatible
    "::ffff:0:0/96",  # IPv4-mapped
    "::ffff:0:0:0/96",  # IPv4-translated
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",  # Teredo
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",  # site-local
    "ff00::/8",
]
NEIGHBOURS = [
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
]
NEIGHBOURS += [
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("network", PRIVATE)
def test_the_first_middle_and_last_address_are_private(network: str) -> None:
    block = ip_network(network)
    middle = block.network_address + block.num_addresses // 2

    for address in (block.network_address, middle, block.broadcast_address):
        assert not is_public(str(address)), address
        if block.version == 6:
            assert not is_public(f"{address}%eth0")


@pytest.mark.parametrize("address", NEIGHBOURS)
def test_what_lies_beside_them_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4), st.sampled_from(["::", "::ffff:", "::ffff:0:", "64:ff9b::", "64:ff9b:1::"]))
def test_no_wrapping_of_an_ipv4_address_is_public(address: object, prefix: str) -> None:
    assert not is_public(f"{prefix}{address}")


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_public(address: object) -> None:
    if is_public(str(address)):
        assert str(address)[0] in "23"
        assert getattr(address, "is_global", False)
