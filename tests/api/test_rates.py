"""How often one may ask, and whose address counts."""

from ipaddress import ip_network

import pytest

from bot.web.framework.rate_limit import RateLimiter, client_subnet
from bot.web.framework.settings import HttpSettings
from tests.api.visitor import Visitor


class TestByAddress:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=5)

    async def test_who_asks_too_often_is_told_to_wait(self, visitor: Visitor):
        responses = [await visitor.get("/api/buildings") for _ in range(6)]

        assert [each.status for each in responses] == [200] * 5 + [429]
        assert 0 < int(responses[-1].headers["Retry-After"]) <= 60
        assert responses[-1].json["error"]

    async def test_health_is_always_told(self, visitor: Visitor):
        responses = [(await visitor.get("/healthz")).status for _ in range(20)]

        assert set(responses) == {200}

    async def test_a_forwarded_address_is_believed_of_nobody(self, visitor: Visitor):
        for each in range(6):
            response = await visitor.get("/api/buildings", headers={"X-Forwarded-For": f"10.0.0.{each}"})

        assert response.status == 429


class TestBehindAProxy:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(
            rate_limit=2, trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
        )

    async def test_each_client_of_a_trusted_proxy_counts_alone(self, visitor: Visitor):
        for each in range(6):
            response = await visitor.get(
                "/api/buildings", headers={"X-Forwarded-For": f"192.0.2.{each}, 10.0.0.1"}
            )
            assert response.status == 200

    async def test_what_a_client_itself_claims_does_not_count(self, visitor: Visitor):
        for each in range(3):
            claimed = f"192.0.2.{each}, 198.51.100.7, 10.0.0.1"
            response = await visitor.get("/api/buildings", headers={"X-Forwarded-For": claimed})

        assert response.status == 429

    async def test_a_trusted_proxy_may_name_the_request(self, visitor: Visitor):
        headers = {"X-Forwarded-For": "192.0.2.1", "X-Request-ID": "abc-123"}

        response = await visitor.get("/healthz", headers=headers)
        broken = await visitor.get("/healthz", headers=headers | {"X-Request-ID": "a b<c>"})

        assert response.headers["X-Request-ID"] == "abc-123"
        assert broken.headers["X-Request-ID"] != "a b<c>"


class TestByAccount:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=4, trusted_proxies=(ip_network("127.0.0.0/8"),))

    async def test_an_account_counts_wherever_it_asks_from(self, visitor: Visitor):
        wil = await visitor.log_in("wil")

        responses = [
            (await wil.get("/rooms.list/", headers={"X-Forwarded-For": f"192.0.2.{each}"})).status
            for each in range(6)
        ]

        assert responses == [200] * 4 + [429] * 2


def test_a_rate_is_earned_back_evenly():
    rate = RateLimiter(60)
    taken = [rate.acquire("a", 0.0) for _ in range(61)]

    assert taken[:60] == [0.0] * 60
    assert taken[60] == pytest.approx(1.0)
    assert rate.acquire("a", 1.0) == 0.0
    assert rate.acquire("a", 1.0) > 0


def test_no_rate_refuses_nobody():
    assert {RateLimiter(0).acquire("a", 0.0) for _ in range(1_000)} == {0.0}


def test_what_was_given_back_can_be_taken_again():
    rate = RateLimiter(1)
    rate.acquire("a", 0.0)
    rate.refund("a")

    assert rate.acquire("a", 0.0) == 0.0


def test_the_table_of_rates_stays_small():
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
def test_a_household_has_the_first_half_of_a_long_address(address: str, home: str):
    assert client_subnet(address) == home
