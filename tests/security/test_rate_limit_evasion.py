"""Rate limit evasion by writing one address in many ways."""

from ipaddress import ip_network

import pytest

from bot.web.framework.client_addresses import client_subnet, parse_address
from bot.web.framework.rate_limit import RateLimiter, in_networks
from bot.web.framework.settings import HttpSettings
from tests.api.conftest import app, clock, database_url, http_client, parse, sample_file, services
from tests.api.http_client import HttpClient

__all__ = ["app", "clock", "database_url", "http_client", "parse", "sample_file", "services"]

_IPV4 = [
    "192.0.2.7",
    " 192.0.2.7 ",
    "192.0.2.7:443",
    "192.0.2.7:1",
    '"192.0.2.7:8080"',
    "[192.0.2.7]:80",
    "::ffff:192.0.2.7",
    "::FFFF:192.0.2.7",
    "::ffff:c000:207",
    "0:0:0:0:0:ffff:192.0.2.7",
    "[::ffff:192.0.2.7]:99",
    "::ffff:192.0.2.7:99",
    "64:ff9b::192.0.2.7",
]
_IPV6 = [
    "2001:db8:1:2::9",
    "2001:DB8:1:2::9",
    "2001:0db8:0001:0002:0000:0000:0000:0009",
    "[2001:db8:1:2::9]",
    "[2001:db8:1:2::9]:443",
    '"[2001:db8:1:2::9]:443"',
    "2001:db8:1:2::9%eth0",
    "[2001:db8:1:2::9%25en1]:5",
    "2001:db8:1:2:ffff::1",
]


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=12, trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")))


@pytest.mark.parametrize("forms", [_IPV4, _IPV6])
def test_all_forms_of_an_address_are_one_client_subnet(forms: list[str]) -> None:
    assert len({client_subnet(each) for each in forms}) == 1


@pytest.mark.parametrize(
    "text",
    ["unknown", "_hidden", "", "1.2.3", "192.0.2.7:", "192.0.2.7:http", "[192.0.2.7", "[::1]x", "1" * 500],
)
def test_an_invalid_address_is_none(text: str) -> None:
    assert parse_address(text) is None
    assert not in_networks(text, (ip_network("0.0.0.0/0"), ip_network("::/0")))


@pytest.mark.parametrize("proxy", ["::ffff:10.0.0.1", "[::ffff:10.0.0.1]:99", "10.0.0.1:5", "10.0.0.1%eth0"])
def test_a_trusted_proxy_is_trusted_in_any_form(proxy: str) -> None:
    assert in_networks(proxy, (ip_network("10.0.0.0/8"),))


@pytest.mark.parametrize("forms", [_IPV4, _IPV6])
async def test_another_spelling_of_an_address_shares_its_rate_limit(
    http_client: HttpClient, forms: list[str]
) -> None:
    senders = [forms[each % len(forms)] for each in range(14)]
    statuses = [
        (
            await http_client.get(
                "/api/buildings", headers={"X-Forwarded-For": f"1.1.1.{each}, {address}, 10.0.0.1"}
            )
        ).status
        for each, address in enumerate(senders)
    ]

    assert statuses == [200] * 12 + [429] * 2


async def test_clients_hidden_by_a_proxy_count_as_the_proxy(http_client: HttpClient) -> None:
    statuses = [
        (
            await http_client.get("/api/buildings", headers={"X-Forwarded-For": f"hidden{each}, 10.0.0.1"})
        ).status
        for each in range(14)
    ]

    assert statuses == [200] * 12 + [429] * 2


def test_a_holder_of_a_whole_ipv6_network_has_a_bounded_share() -> None:
    rate = RateLimiter(10)

    def let_in(addresses: list[str]) -> int:
        return sum(rate.acquire_for(each, 0.0) == 0 for each in addresses)

    one_subscriber = [f"2001:db8:1:{each:x}::1" for each in range(256) for _ in range(2)]
    one_site = [f"2001:db8:2:{each * 7:x}::1" for each in range(8000)]
    assert let_in(one_subscriber) == 10 * 8
    assert let_in(one_site) == 10 * 32
    assert let_in(["2001:db8:3:1::1"]) == 1
    assert let_in(["192.0.2.1"]) == 1
