"""Rate limits, and which client address they count."""

from ipaddress import ip_network

import pytest

from bot.web.framework.rate_limit import RateLimiter, client_subnet
from bot.web.framework.settings import HttpSettings
from tests.api.http_client import HttpClient


class TestByAddress:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=5)

    async def test_requests_over_the_rate_limit_get_retry_after(self, http_client: HttpClient):
        responses = [await http_client.get("/api/buildings") for _ in range(6)]

        assert [each.status for each in responses] == [200] * 5 + [429]
        assert 0 < int(responses[-1].headers["Retry-After"]) <= 60
        assert responses[-1].json["error"]

    async def test_health_is_never_rate_limited(self, http_client: HttpClient):
        responses = [(await http_client.get("/healthz")).status for _ in range(20)]

        assert set(responses) == {200}

    async def test_forwarded_addresses_are_ignored_without_a_trusted_proxy(self, http_client: HttpClient):
        for each in range(6):
            response = await http_client.get("/api/buildings", headers={"X-Forwarded-For": f"10.0.0.{each}"})

        assert response.status == 429


class TestBehindAProxy:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(
            rate_limit=2, trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
        )

    @pytest.mark.parametrize("claimed", ["", "198.51.100.7, " * 40], ids=["short", "long"])
    async def test_each_client_of_a_trusted_proxy_counts_alone(self, http_client: HttpClient, claimed: str):
        for each in range(6):
            response = await http_client.get(
                "/api/buildings", headers={"X-Forwarded-For": f"{claimed}192.0.2.{each}, 10.0.0.1"}
            )
            assert response.status == 200

    async def test_a_forwarded_address_set_by_the_client_is_ignored(self, http_client: HttpClient):
        for each in range(3):
            claimed = f"192.0.2.{each}, 198.51.100.7, 10.0.0.1"
            response = await http_client.get("/api/buildings", headers={"X-Forwarded-For": claimed})

        assert response.status == 429

    async def test_a_trusted_proxy_may_set_the_request_id(self, http_client: HttpClient):
        headers = {"X-Forwarded-For": "192.0.2.1", "X-Request-ID": "abc-123"}

        response = await http_client.get("/healthz", headers=headers)
        broken = await http_client.get("/healthz", headers=headers | {"X-Request-ID": "a b<c>"})

        assert response.headers["X-Request-ID"] == "abc-123"
        assert broken.headers["X-Request-ID"] != "a b<c>"


class TestByAccount:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=4, trusted_proxies=(ip_network("127.0.0.0/8"),))

    async def test_an_account_is_rate_limited_across_addresses(self, http_client: HttpClient):
        wil = await http_client.log_in("wil")

        responses = [
            (await wil.get("/rooms.list/", headers={"X-Forwarded-For": f"192.0.2.{each}"})).status
            for each in range(6)
        ]

        assert responses == [200] * 4 + [429] * 2


def test_a_rate_limit_refills_evenly():
    rate = RateLimiter(60)
    taken = [rate.acquire("a", 0.0) for _ in range(61)]

    assert taken[:60] == [0.0] * 60
    assert taken[60] == pytest.approx(1.0)
    assert rate.acquire("a", 1.0) == 0.0
    assert rate.acquire("a", 1.0) > 0


def test_a_rate_of_zero_refuses_nobody():
    assert {RateLimiter(0).acquire("a", 0.0) for _ in range(1_000)} == {0.0}


def test_what_was_given_back_can_be_taken_again():
    rate = RateLimiter(1)
    rate.acquire("a", 0.0)
    rate.refund("a")

    assert rate.acquire("a", 0.0) == 0.0


def test_the_rate_limit_table_stays_small():
    rate = RateLimiter(10)

    for each in range(50_000):
        rate.acquire(each, each / 1_000)

    assert len(rate) <= 20_000


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("no address: at all", "no address: at all"),
    ],
)
def test_an_ipv6_client_subnet_is_the_first_half_of_the_address(address: str, home: str):
    assert client_subnet(address) == home
