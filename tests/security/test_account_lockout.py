"""Account lockout: 256 addresses try passwords for one account, eight times a second."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession, DummyCookieJar, web

from bot.services import Services
from bot.web.application import STATE, create_application, serve, stop
from bot.web.framework.login_throttle import Attempt, LoginThrottle, account_keys
from bot.web.framework.password_checks import PasswordChecks
from bot.web.framework.settings import HttpSettings
from core.errors import Unavailable
from core.policy.rules import Rules
from core.services.administration.rights import Administrator
from tests.api.conftest import clock, database_url, sample_file, services
from tests.api.http_client import HttpClient, HttpResponse
from tests.fakes.clock import StillClock
from tests.login.browser import Browser, Seen
from tests.sample_services import create_services

__all__ = ["clock", "database_url", "sample_file", "services"]

STRANGERS = [f"198.51.100.{each}" for each in range(256)]
HOME = "203.0.113.7"
NAMES = ("wil", "wil@wil.com", "WIL", "Wil@WIL.com")
_SETTINGS = HttpSettings(rate_limit=0, sid_rate=0, trusted_proxies=(ip_network("127.0.0.0/8"),))
_DAY = 24 * 60 * 60


class Attack:
    """One process under attack; its time passes when a test moves it."""

    def __init__(self, app: web.Application, session: ClientSession, url: str) -> None:
        self.http_client, self.session, self.url = HttpClient(session, url), session, url
        self.environment = app[STATE]
        self.environment.ticks = lambda: self.now
        self.now, self.tried, self.checked = 1000.0, 0, 0

    async def log_in(self, password: str, address: str, name: str = "wil", cookie: str = "") -> HttpResponse:
        headers = {"X-Forwarded-For": address} | ({"Cookie": cookie} if cookie else {})
        return await self.http_client.post(
            "/user.login/", {"username": name, "password": password}, headers=headers
        )

    async def second(self, tries: int = 8) -> None:
        """Strangers' tries of one second."""
        for _ in range(tries):
            self.tried += 1
            name, address = NAMES[self.tried % len(NAMES)], STRANGERS[self.tried % len(STRANGERS)]
            response = await self.log_in(f"guess {self.tried}", address, name)
            self.checked += response.status != 429
        self.now += 1.0

    async def page(self, browser: Browser, password: str, address: str) -> Seen:
        """The password page, filled in at a browser."""
        headers = {"X-Forwarded-For": address}
        payload = (await self.http_client.get("/user.login.getToken/", headers=headers)).json
        page = await browser.ask("GET", payload["loginUrl"], headers=headers)
        data = page.hidden | {"username": "wil", "password": password}
        return await browser.ask("POST", page.action, data=data, headers=headers)


Attacked = Callable[[Services], Awaitable[Attack]]


@pytest.fixture
async def attacked() -> AsyncIterator[Attacked]:
    """Processes that serve until the test is over."""
    runners: list[web.AppRunner] = []
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:

        async def start(services: Services) -> Attack:
            app = create_application(services, _SETTINGS)
            runner, url = await serve(app, "127.0.0.1", 0)
            runners.append(runner)
            return Attack(app, session, url)

        yield start
        for runner in runners:
            await stop(runner)


@pytest.fixture
async def attack(attacked: Attacked, services: Services) -> Attack:
    return await attacked(services)


def cookie_of(response: HttpResponse) -> str:
    return response.headers["Set-Cookie"].partition(";")[0]


async def under_way(attack: Attack) -> None:
    """All that is free for strangers is used up."""
    for _ in range(5):
        await attack.second()
    assert 15 <= attack.checked <= 18


async def test_the_owner_at_a_known_browser_gets_in_each_time(attack: Attack) -> None:
    browser = Browser(attack.session, attack.url)
    assert (await attack.page(browser, "wilpassword", HOME)).status == 200
    await under_way(attack)

    answers = []
    for each in range(50):
        await attack.second()
        answers.append((await attack.page(browser, "wilpassword", f"192.0.2.{each}")).status)

    assert answers == [200] * 50
    assert attack.checked <= 15 + 60


async def test_the_owner_at_a_known_address_gets_in_each_time(attack: Attack) -> None:
    assert (await attack.log_in("wilpassword", HOME)).json["token"]
    await under_way(attack)

    answers = []
    for each in range(50):
        await attack.second()
        answers.append((await attack.log_in("wilpassword", HOME, NAMES[each % len(NAMES)])).status)

    assert answers == [200] * 50
    assert attack.checked <= 15 + 60


async def test_the_owners_own_mistakes_still_cost_a_delay(attack: Attack) -> None:
    cookie = cookie_of(await attack.log_in("wilpassword", HOME))
    await under_way(attack)

    marked = [(await attack.log_in("wrong", "192.0.2.9", cookie=cookie)).status for _ in range(7)]
    known = [(await attack.log_in("wrong", HOME)).status for _ in range(7)]

    assert marked == [200] * 5 + [429] * 2
    assert known == [200] * 5 + [429] * 2


async def test_another_process_knows_browser_and_address_too(
    attacked: Attacked, attack: Attack, database_url: str, clock: StillClock, rules: Rules
) -> None:
    other = create_services(database_url, clock, rules)
    await other.storage.open()
    await other.storage.load()
    elsewhere = await attacked(other)
    await under_way(elsewhere)
    cookie = cookie_of(await attack.log_in("wilpassword", HOME))
    await other.storage.catch_up()

    by_address = await elsewhere.log_in("wilpassword", HOME)
    by_cookie = await elsewhere.log_in("wilpassword", "192.0.2.9", cookie=cookie)
    await other.storage.close()

    assert [by_address.status, by_cookie.status] == [200, 200]


async def test_a_forged_browser_mark_is_ignored(attack: Attack) -> None:
    whole = cookie_of(await attack.log_in("wilpassword", HOME))
    remas = cookie_of(await attack.log_in("remapassword", "192.0.2.8", "rema"))
    name, _, value = whole.partition("=")
    forged = [f"{name}={value[:-6]}AAAAA=", f"{name}=", f"{name}={'A' * 4000}", f"{name}=%ff", remas]
    await under_way(attack)

    answers = [(await attack.log_in("wilpassword", "192.0.2.9", cookie=each)).status for each in forged]

    assert answers == [429] * len(forged)
    assert (await attack.log_in("wilpassword", "192.0.2.9", cookie=whole)).status == 200


async def test_marks_and_addresses_are_known_for_half_a_year(attack: Attack, clock: StillClock) -> None:
    cookie = cookie_of(await attack.log_in("wilpassword", HOME))
    clock.move(timedelta(days=181))
    await under_way(attack)

    assert (await attack.log_in("wilpassword", "192.0.2.9", cookie=cookie)).status == 429
    assert (await attack.log_in("wilpassword", HOME)).status == 429


async def test_marks_collected_before_the_password_changed_count_as_one(
    attack: Attack, services: Services
) -> None:
    marks = [cookie_of(await attack.log_in("wilpassword", HOME)) for _ in range(20)]
    assert len(set(marks)) == 20
    await services.administration.people.set_password(Administrator(), "wil", "another password")
    await under_way(attack)

    guesses = [await attack.log_in("guess", "192.0.2.9", cookie=marks[each % 20]) for each in range(40)]

    assert [each.status for each in guesses].count(200) == 5


async def test_a_mark_is_kept_from_scripts_and_other_sites(attack: Attack) -> None:
    cookie = (await attack.log_in("wilpassword", HOME)).headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "wil" not in cookie
    attack.environment.settings = HttpSettings(rate_limit=0, public_url="https://rooms.example")
    secure = (await attack.log_in("wilpassword", HOME)).headers["Set-Cookie"]
    assert secure.startswith("__Host-")
    assert "Secure" in secure.split("; ")


async def test_addresses_are_kept_unreadable_and_few(attack: Attack, services: Services) -> None:
    for each in range(20):
        assert (await attack.log_in("wilpassword", f"192.0.2.{each}")).status == 200

    wil = services.read_model.directory.by_name("wil")
    assert wil is not None
    assert len(wil.addresses) == 16
    assert all(len(key) == 16 and b"192" not in key for key in wil.addresses)


@pytest.mark.parametrize("pair", [("wil", "nobody"), ("wil@wil.com", "nobody@wil.com")])
async def test_known_and_unknown_names_get_the_same_answer(attack: Attack, pair: tuple[str, str]) -> None:
    """By name and by address in turn, from many places, and with a mark of somebody else's."""
    remas = cookie_of(await attack.log_in("remapassword", HOME, "rema"))

    async def answers(name: str) -> list[tuple[int, bytes, str | None]]:
        local, responses = name.partition("@")[0], []
        for each in range(24):
            typed = (name, local, f"{local}@elsewhere.example")[each % 3]
            cookie = remas if each % 2 else ""
            responses.append(await attack.log_in("wrong", STRANGERS[each % 5], typed, cookie))
            attack.now += 0.25
        return [(each.status, each.body, each.headers.get("Retry-After")) for each in responses]

    known = await answers(pair[0])
    attack.environment.logins = LoginThrottle(5)
    unknown = await answers(pair[1])

    assert known == unknown
    assert {status for status, _, _ in known} == {200, 429}


def guesses_in_a_day(
    attempts: list[Attempt], throttle: LoginThrottle, tries_a_second: int = 1, day: int = _DAY
) -> int:
    """How many are let through to somebody who tries without a rest for `day` seconds."""
    made = 0
    for each in range(day * tries_a_second):
        admission = throttle.admit(attempts[each % len(attempts)], each / tries_a_second)
        made += not admission.wait
    return made


def test_guesses_are_bounded_however_many_addresses_there_are() -> None:
    strangers = [Attempt(account_keys(name), address) for name in NAMES[:2] for address in STRANGERS]

    assert guesses_in_a_day(strangers, LoginThrottle(5)) <= 15 + _DAY / 20 + 10


def test_a_stolen_mark_or_a_neighbour_at_a_known_address_guesses_no_faster() -> None:
    keys = account_keys("wil")
    stolen = [Attempt(keys, address, mark="7 nonce") for address in STRANGERS]
    neighbour = [Attempt(keys, HOME, known_as="7")]

    alone = guesses_in_a_day([Attempt(keys, each) for each in STRANGERS], LoginThrottle(5), day=_DAY // 4)
    assert guesses_in_a_day(stolen, LoginThrottle(5), day=_DAY // 4) <= alone + 45
    assert guesses_in_a_day(neighbour, LoginThrottle(5), day=_DAY // 4) <= 150


def test_a_neighbour_who_guesses_at_400_known_accounts_holds_up_no_other() -> None:
    """All 401 accounts are known at the one address of the campus; programs keep no cookies."""
    throttle, tries, waits = LoginThrottle(5), 0, []
    for second in range(120):
        for _ in range(8):
            victim = f"student {tries % 400}"
            throttle.admit(Attempt(account_keys(victim), HOME, known_as=victim), float(second))
            tries += 1
        admission = throttle.admit(Attempt(account_keys("wil"), HOME, known_as="7"), second + 0.5)
        waits.append(admission.wait)
        throttle.forgive(admission)

    assert waits == [0] * 120


def test_a_neighbour_at_a_campus_guesses_slowly_once_free_tries_are_used() -> None:
    """400 accounts have five free tries each; from then on the address's own count bounds them together."""
    neighbour = [
        Attempt(account_keys(f"student {each}"), HOME, known_as=f"student {each}") for each in range(400)
    ]

    made = guesses_in_a_day(neighbour, LoginThrottle(5), tries_a_second=8, day=_DAY // 12)

    assert made <= 400 * 5 + _DAY // 12 * 2


def test_a_whole_ipv6_network_does_not_have_65536_shares() -> None:
    throttle = LoginThrottle(5)
    made = sum(
        not throttle.admit(Attempt(account_keys(f"student {each}"), f"2001:db8:1:{each:x}::1"), 0.0).wait
        for each in range(4000)
    )
    neighbour = Attempt(account_keys("somebody"), "2001:db8:2:1::1")

    assert made <= 5 * 6 * 32
    assert throttle.admit(neighbour, 0.0).wait == 0


async def test_a_flood_of_checks_keeps_no_known_place_waiting() -> None:
    """200 strangers want a check at once; memory and processors for two are used, and 64 may wait."""
    checks, go = PasswordChecks(), asyncio.Event()
    running, most, refused = 0, 0, 0

    async def stranger() -> None:
        nonlocal running, most, refused
        try:
            async with checks.turn(""):
                running += 1
                most = max(most, running)
                await go.wait()
                running -= 1
        except Unavailable:
            refused += 1

    guesses = [asyncio.create_task(stranger()) for _ in range(200)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5), checks.turn("wil"):
        assert running == 2
    assert refused == 200 - 66

    go.set()
    await asyncio.gather(*guesses)
    assert most == 2


async def test_one_account_goes_ahead_with_a_few_checks_only() -> None:
    checks, go = PasswordChecks(), asyncio.Event()
    ahead = 0

    async def own() -> None:
        nonlocal ahead
        async with checks.turn("mallory"):
            ahead += 1
            await go.wait()

    guesses = [asyncio.create_task(own()) for _ in range(50)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert ahead == 4 + 2

    async with asyncio.timeout(5), checks.turn("wil"):
        pass
    go.set()
    await asyncio.gather(*guesses)


async def test_a_try_that_was_turned_away_unchecked_does_not_count(attack: Attack) -> None:
    attack.environment.password_checks = PasswordChecks(max_concurrent=0, max_waiting=0)
    turned_away = [(await attack.log_in("wilpassword", HOME)).status for _ in range(30)]
    attack.environment.password_checks = PasswordChecks()

    assert turned_away == [503] * 30
    assert (await attack.log_in("wilpassword", HOME)).status == 200


def test_username_and_address_are_one_account() -> None:
    """By the part before the @ for everybody; by both names where an account's own two differ."""
    throttle = LoginThrottle(2)
    by_username, by_address = (
        account_keys("wt", "wt", "will.tell@x.org"),
        account_keys("will.tell@x.org", "wt"),
    )
    for each in range(6):
        keys = by_username if each % 2 else by_address
        assert throttle.admit(Attempt(keys, f"192.0.2.{each}"), 0.0).wait == 0

    assert throttle.admit(Attempt(by_username, "192.0.2.9"), 0.0).wait > 0
    assert throttle.admit(Attempt(by_address, "192.0.2.9"), 0.0).wait > 0
    assert account_keys("nobody") == account_keys("NOBODY@any.where") == account_keys("\uff4eobody@x")
