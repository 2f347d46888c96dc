"""Once Roomie is public, only the addresses an operator named see `/metrics` and the parts of `/readyz`."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession

from bot.config import ConfigError, read_settings
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from tests.api.conftest import clock, database_url, sample_file, services
from tests.api.http_client import HttpClient

__all__ = ["clock", "database_url", "sample_file", "services"]

_LOOPBACK, _INSIDE = ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")


def _public(*metrics_from: str, proxies: tuple[str, ...] = ()) -> HttpSettings:
    return HttpSettings(
        public_url="https://rooms.example",
        is_public=True,
        trusted_proxies=tuple(map(ip_network, proxies)),
        metrics_from=tuple(map(ip_network, metrics_from)),
    )


async def fetch(services: Services, settings: HttpSettings, **headers: str) -> tuple[int, bool]:
    """The status of `/metrics`, and whether `/readyz` has parts."""
    runner, url = await serve(create_application(services, settings), "127.0.0.1", 0)
    async with ClientSession() as session:
        http_client = HttpClient(session, url)
        metrics = await http_client.get("/metrics", headers=headers)
        ready = await http_client.get("/readyz", headers=headers)
    await stop(runner)
    return metrics.status, "parts" in ready.json


SEEN, UNSEEN = (200, True), (403, False)


@pytest.mark.parametrize(
    ("settings", "headers", "expected"),
    [
        (HttpSettings(), {}, SEEN),
        (HttpSettings(metrics_from=(_INSIDE,)), {}, UNSEEN),
        (HttpSettings(metrics_from=(_LOOPBACK,)), {}, SEEN),
        (_public(), {}, UNSEEN),
        (_public("127.0.0.1"), {}, SEEN),
        (_public("10.0.0.0/8"), {}, UNSEEN),
        (_public("10.0.0.0/8"), {"X-Forwarded-For": "10.0.0.9"}, UNSEEN),
        (_public("10.0.0.0/8", proxies=("127.0.0.1",)), {"X-Forwarded-For": "10.0.0.9"}, SEEN),
        (_public("10.0.0.0/8", proxies=("127.0.0.1",)), {"X-Forwarded-For": "192.0.2.9"}, UNSEEN),
        (_public("10.0.0.0/8", proxies=("127.0.0.1",)), {"X-Forwarded-For": "10.0.0.9, 192.0.2.9"}, UNSEEN),
        (_public("10.0.0.0/8", proxies=("127.0.0.1",)), {"X-Forwarded-For": "10.0.0.9 "}, SEEN),
        (_public(proxies=("127.0.0.1",)), {"X-Forwarded-For": "127.0.0.1"}, UNSEEN),
        (_public("127.0.0.1"), {"X-Forwarded-For": "192.0.2.9"}, UNSEEN),
        (_public("127.0.0.1"), {"Forwarded": "for=192.0.2.9"}, UNSEEN),
        (_public("127.0.0.1"), {"X-Real-IP": "192.0.2.9"}, UNSEEN),
        (_public("127.0.0.1"), {"Via": "1.1 proxy"}, UNSEEN),
    ],
)
async def test_only_configured_addresses_see_metrics_and_readiness_parts(
    services: Services, settings: HttpSettings, headers: dict[str, str], expected: tuple[int, bool]
) -> None:
    assert await fetch(services, settings, **headers) == expected


@pytest.fixture
async def scraped(services: Services) -> AsyncIterator[HttpClient]:
    runner, url = await serve(create_application(services, HttpSettings(rate_limit=5)), "127.0.0.1", 0)
    async with ClientSession() as session:
        yield HttpClient(session, url)
    await stop(runner)


async def test_metrics_are_rate_limited(scraped: HttpClient) -> None:
    response = [(await scraped.get("/metrics")).status for _ in range(8)]

    assert response == [200] * 5 + [429] * 3


def test_the_setting_accepts_networks_and_reports_invalid_ones() -> None:
    config = read_settings(None, {"ROOMIE_HTTP__METRICS_FROM": "10.0.0.5, 192.168.0.0/16"}).config

    assert config.http.metrics_from == ["10.0.0.5", "192.168.0.0/16"]
    with pytest.raises(ConfigError, match=r"http\.metrics_from"):
        read_settings(None, {"ROOMIE_HTTP__METRICS_FROM": "prometheus"})
