"""URL guard: a source requests only the addresses that its configuration names."""

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from yarl import URL

from core.ip_addresses import is_public
from scraper.common.errors import AddressRefused, PageUnavailable
from scraper.http.client import PoliteClient
from scraper.http.url_guard import AllowedUrls, parse_web_address
from tests.scraper.conftest import QUICK
from tests.standins.timetable_site import Document, TimetableSite, redirect_to

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",  # noqa: S104  # an address to refuse, nothing is bound to it
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:0:0:0:0:80ff:fffe",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
PUBLIC = ["8.8.8.8", "131.217.0.1", "2606:4700::1111"]


class LyingResolver(AbstractResolver):
    """Tells each time the next of its addresses, as a rebinding name server does."""

    def __init__(self, port: int, *answers: list[str]) -> None:
        self._port = port
        self._answers = list(answers)
        self.lookups = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.lookups += 1
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(hostname=host, host=each, port=self._port, family=socket.AF_INET, proto=0, flags=0)
            for each in addresses
        ]

    async def close(self) -> None: ...


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_are_known_in_every_disguise(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_known(address):
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_into_ipv6_is_private(address):
    assert not is_public(f"::ffff:{address}")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:7f00:1]", "2130706433", "0x7f.1", "127.1", "017700000001"],
)
async def test_the_machine_itself_is_never_asked(site: TimetableSite, host: str):
    """By whatever name: a numeric host needs no resolver, a strange one the system makes sense of."""
    address = f"http://{host}:{site.port}/hello"
    async with PoliteClient(address, replace(QUICK, obeys_robots=False)) as client:
        with pytest.raises((AddressRefused, PageUnavailable)):
            await client.get(address)

    assert site.requests == []


async def test_a_name_that_leads_into_a_private_network_is_refused(site: TimetableSite):
    resolver = LyingResolver(site.port, ["127.0.0.1"])
    async with PoliteClient("http://timetable.example/", QUICK, resolver=resolver) as client:
        with pytest.raises(AddressRefused, match=r"timetable\.example lies in a private network"):
            await client.get("http://timetable.example/hello")

    assert (site.requests, resolver.lookups) == ([], 1)


async def test_a_name_that_is_rebound_after_it_was_looked_at_is_refused(site: TimetableSite):
    """The address is judged where the connection is made, so there is no second look-up to lie to."""
    resolver = LyingResolver(site.port, ["203.0.113.1", "127.0.0.1"], ["127.0.0.1"])
    async with PoliteClient(
        "http://timetable.example/", replace(QUICK, max_attempts=2), resolver=resolver
    ) as client:
        with pytest.raises((AddressRefused, PageUnavailable)):
            await client.get("http://timetable.example/hello")

    assert site.requests == []


async def test_an_operator_may_allow_a_private_network(site: TimetableSite):
    site.documents["/hello"] = Document(b"hello")
    resolver = LyingResolver(site.port, ["127.0.0.1"])
    async with PoliteClient("http://tt.internal/", QUICK, allow_private=True, resolver=resolver) as client:
        assert (await client.get("http://tt.internal/hello")).content == b"hello"


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://elsewhere.example/",
        "//elsewhere.example/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:70/_x",
        "http://127.0.0.1:6379/",
        "http://127.0.0.1.elsewhere.example/",
        "http://127.0.0.1@elsewhere.example/",
        "http://[::1/",
        "javascript:alert(1)",
    ],
)
async def test_a_redirect_out_of_the_site_is_refused(site: TimetableSite, client: PoliteClient, target: str):
    site.overrides["/hello"] += [redirect_to(target)]

    with pytest.raises(AddressRefused):
        await client.get(site.url("/hello"))

    assert site.paths() == ["/hello"]


async def test_a_redirect_to_a_host_of_the_configuration_is_followed(site: TimetableSite):
    site.overrides["/hello"] += [redirect_to(f"http://cdn.example:{site.port}/there")]
    site.documents["/there"] = Document(b"there")
    politeness = replace(QUICK, extra_hosts=frozenset({"cdn.example"}))
    resolver = LyingResolver(site.port, ["127.0.0.1"])
    async with PoliteClient(site.address, politeness, allow_private=True, resolver=resolver) as client:
        assert (await client.get(site.url("/hello"))).content == b"there"


async def test_a_password_is_not_carried_to_another_host(site: TimetableSite):
    site.overrides["/hello"] += [redirect_to(f"http://cdn.example:{site.port}/there")]
    site.documents["/there"] = Document(b"there")
    politeness = replace(QUICK, extra_hosts=frozenset({"cdn.example"}))
    address = f"http://feed:secret@127.0.0.1:{site.port}/hello"
    resolver = LyingResolver(site.port, ["127.0.0.1"])
    async with PoliteClient(address, politeness, allow_private=True, resolver=resolver) as client:
        await client.get(address)

    authorized = {request.path: "Authorization" in request.headers for request in site.requests}
    assert (authorized["/hello"], authorized["/there"]) == (True, False)


def test_from_https_nobody_is_led_back_to_http():
    territory = AllowedUrls.for_address("https://a.example/")

    territory.check(URL("https://a.example/x"), redirected_from=URL("https://a.example/"))
    with pytest.raises(AddressRefused, match="not safe"):
        territory.check(URL("http://a.example/x"), redirected_from=URL("https://a.example/"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "timetable",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://",
        "http://a:99999/",
        "http://[x",
    ],
)
def test_only_web_addresses_are_addresses(address):
    with pytest.raises(AddressRefused):
        parse_web_address(address)


def test_webcal_is_https():
    assert str(parse_web_address(" webcal://a.example/feed.ics ")) == "https://a.example/feed.ics"


async def test_a_proxy_of_the_environment_is_not_used(site: TimetableSite, monkeypatch: pytest.MonkeyPatch):
    site.documents["/hello"] = Document(b"hello")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    async with PoliteClient(site.address, QUICK, allow_private=True) as client:
        assert (await client.get(site.url("/hello"))).content == b"hello"
