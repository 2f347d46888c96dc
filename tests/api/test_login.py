"""Login, logout and the limit on failed logins."""

from datetime import timedelta

import pytest
from aiohttp import web

from bot.services import Services
from bot.web.application import STATE, flush_last_used
from bot.web.framework.settings import HttpSettings
from core.services.accounts import token_hash
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock


@pytest.mark.parametrize("field", ["username", "user"])
@pytest.mark.parametrize("name", ["wil", "WIL", "wil@wil.com", "Wil@Wil.COM", " wil "])
async def test_name_or_address_in_any_case_logs_in(http_client: HttpClient, field: str, name: str):
    response = await http_client.post("/user.login/", {field: name, "password": "wilpassword"})

    assert "token" in response.json


@pytest.mark.parametrize(
    "form",
    [
        {"username": "wil", "password": "wrong"},
        {"username": "wil", "password": "WILPASSWORD"},
        {"username": "wil", "password": ""},
        {"username": "", "password": "wilpassword"},
        {"username": "nobody", "password": "wilpassword"},
        {"username": "wil", "password": "x" * 5_000},
        {"username": "wil' --", "password": "\x00"},
        {"username": "\u202eliw", "password": "é" * 300},
        {},
    ],
)
async def test_a_failed_login_has_an_error_and_no_token(http_client: HttpClient, form: dict):
    response = await http_client.post("/user.login/", form)

    assert response.status == 200
    assert response.json["error"]
    assert "token" not in response.json


async def test_known_and_unknown_names_fail_with_the_same_response(http_client: HttpClient):
    known = await http_client.post("/user.login/", {"username": "wil", "password": "wrong"})
    unknown = await http_client.post("/user.login/", {"username": "nobody", "password": "wrong"})

    assert known.json == unknown.json


async def test_every_login_has_a_token_of_its_own(http_client: HttpClient):
    one, other = await http_client.log_in("wil"), await http_client.log_in("wil")

    await one.get("/user.logout/?anything=is&ignored")

    assert one.token != other.token
    assert (await one.get("/user.info/")).status == 401
    assert (await other.get("/user.info/")).status == 200


async def test_whoami_returns_the_account(emily: HttpClient):
    response = await emily.get("/user.info/")

    assert response.json == {
        "groups": ["Group_2", "Group_3"],
        "email": "emily@emily.com",
        "societies": [["UCLU Technology Society", "SOTECHSOC"]],
        "quota_left": 180,
    }


async def test_the_last_use_of_a_token_is_stored_on_flush(
    wil: HttpClient, services: Services, clock: StillClock, app
):
    clock.move(timedelta(minutes=3))
    await wil.get("/rooms.list/")
    clock.move(timedelta(minutes=4))
    await wil.get("/rooms.list/")

    written = await flush_last_used(app)

    login = await services.storage.read(lambda unit: unit.tokens.get(token_hash(wil.token)))
    assert written == 1
    assert login is not None
    assert login.last_used_at == clock.now()
    assert await flush_last_used(app) == 0


class TestThrottle:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=0, login_rate=3)

    @pytest.fixture
    def app(self, app: web.Application) -> web.Application:
        app[STATE].ticks = lambda: 0.0
        return app

    async def test_too_many_failed_logins_lock_the_account_for_a_while(self, http_client: HttpClient):
        wrong = {"username": "wil", "password": "wrong"}
        failures = [await http_client.post("/user.login/", wrong) for _ in range(3)]

        closed = await http_client.post("/user.login/", wrong | {"password": "wilpassword"})
        other = await http_client.post("/user.login/", {"username": "rema", "password": "remapassword"})

        assert [each.status for each in failures] == [200, 200, 200]
        assert closed.status == 429
        assert int(closed.headers["Retry-After"]) > 0
        assert "token" in other.json

    async def test_successful_logins_are_not_rate_limited(self, http_client: HttpClient):
        for _ in range(10):
            assert (await http_client.log_in("wil")).token

    async def test_an_address_cannot_try_every_account(self, http_client: HttpClient):
        statuses = [
            (await http_client.post("/user.login/", {"username": f"n{each}", "password": "x"})).status
            for each in range(20)
        ]

        assert statuses.count(200) == 18
        assert statuses[-1] == 429
