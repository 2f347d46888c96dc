"""Login flood: a client that begins many logins drops its own open ones, not those of others."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.login.requester import encode, from_program
from bot.services import Services
from core.model import Identity
from core.policy.login import pick_evictable
from core.policy.rules import Rules
from tests.builders import NOW
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

_LIMIT = 300


@pytest.fixture
async def services(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Services]:
    monkeypatch.setattr("core.services.login.MAX_LOGIN_SESSIONS", _LIMIT)
    found = create_services(sqlite_url, StillClock(NOW), Rules())
    await found.storage.open()
    await found.storage.load()
    yield found
    await found.storage.close()


def _from(address: str, agent: str = "") -> str:
    return encode(from_program(address, agent))


_FLOODS: dict[str, Callable[[int], str]] = {
    "one address": lambda number: "10.66.66.66",
    "a /64": lambda number: f"2001:db8:66:1::{number:x}",
    "a /48": lambda number: f"2001:db8:66:{number:x}::1",
}


@pytest.mark.parametrize("flood", _FLOODS.values(), ids=_FLOODS)
async def test_a_flood_leaves_the_logins_of_others_open(
    services: Services, flood: Callable[[int], str]
) -> None:
    honest = [await services.logins.open(_from(f"10.0.0.{number}")) for number in range(5)]

    for number in range(_LIMIT + 150):
        await services.logins.open(_from(flood(number), f"agent {number}"))

    assert all([await services.logins.find(letters) for letters in honest])


async def test_a_flood_of_many_addresses_leaves_links_of_chat_accounts_open(services: Services) -> None:
    linked = await services.logins.open("{}", Identity("slack:T1:U1"))

    for number in range(_LIMIT + 150):
        await services.logins.open(_from(f"10.66.{number % 100}.1"))

    assert await services.logins.find(linked) is not None


def test_the_oldest_of_the_network_with_the_most_go_first() -> None:
    requests = [_from("10.0.0.1"), _from("10.0.0.2"), _from("10.0.0.2"), _from("10.0.0.2"), "{}", "not JSON"]
    sessions = [(bytes([number]), request) for number, request in enumerate(requests)]

    assert pick_evictable(sessions, 2) == [b"\1", b"\2"]
    assert pick_evictable([], 2) == []


def test_a_site_may_have_more_open_than_one_of_its_subscribers() -> None:
    """Ten /64s of a /48 with one each are less of a flood than one address with two."""
    site = [_from(f"2001:db8:1:{number:x}::1") for number in range(10)]
    sessions = [(bytes([number]), each) for number, each in enumerate([*site, _from("10.0.0.1")] * 2)]

    assert pick_evictable([*sessions[:11], *sessions[21:]], 5) == [b"\x0a", b"\x15"]
