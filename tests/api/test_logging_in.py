"""Logging in and out, and how often one may fail at it."""

from datetime import timedelta

import pytest
from aiohttp import web

from bot.services import Services
from bot.web.application import STATE, flush_last_used
from bot.web.framework.settings import HttpSettings
from core.services.accounts import token_hash
from tests.api.visitor import Visitor
from tests.fakes.clock import StillClock


@pytest.mark.parametrize("field", ["username", "user"])
@pytest.mark.parametrize("name", ["wil", "WIL", "wil@wil.com", "Wil@Wil.COM", " wil "])
async def test_name_or_address_in_any_case_logs_in(visitor: Visitor, field: str, name: str):
    response = await visitor.post("/user.login/", {field: name, "password": "wilpassword"})

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
async def test_a_failed_login_has_an_error_and_no_token(visitor: Visitor, form: dict):
    response = await visitor.post("/user.login/", form)

    assert response.status == 200
    assert response.json["error"]
    assert "token" not in response.json


async def test_known_and_unknown_names_fail_alike(visitor: Visitor):
    known = await visitor.post("/user.login/", {"username": "wil", "password": "wrong"})
    unknown = await visitor.post("/user.login/", {"username": "nobody", "password": "wrong"})

    assert known.json == unknown.json


async def test_every_login_has_a_token_of_its_own(visitor: Visitor):
    one, other = await visitor.log_in("wil"), await visitor.log_in("wil")

    await one.get("/user.logout/?anything=is&ignored")

    assert one.token != other.token
    assert (await one.get("/user.info/")).status == 401
    assert (await other.get("/user.info/")).status == 200


async def test_who_one_is(emily: Visitor):
    response = await emily.get("/user.info/")

    assert response.json == {
        "groups": ["Group_2", "Group_3"],
        "email": "emily@emily.com",
        "societies": [["UCLU Technology Society", "SOTECHSOC"]],
        "quota_left": 180,
    }


async def test_the_last_use_of_a_token_is_written_down_when_asked(
    wil: Visitor, services: Services, clock: StillClock, app
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

    async def test_too_many_failures_close_the_door_for_a_while(self, visitor: Visitor):
        wrong = {"username": "wil", "password": "wrong"}
        failures = [await visitor.post("/user.login/", wrong) for _ in range(3)]

        closed = await visitor.post("/user.login/", wrong | {"password": "wilpassword"})
        other = await visitor.post("/user.login/", {"username": "rema", "password": "remapassword"})

        assert [each.status for each in failures] == [200, 200, 200]
        assert closed.status == 429
        assert int(closed.headers["Retry-After"]) > 0
        assert "token" in other.json

    async def test_logging_in_rightly_is_never_too_often(self, visitor: Visitor):
        for _ in range(10):
            assert (await visitor.log_in("wil")).token

    async def test_an_address_may_not_try_every_account(self, visitor: Visitor):
        statuses = [
            (await visitor.post("/user.login/", {"username": f"n{each}", "password": "x"})).status
            for each in range(20)
        ]

        assert statuses.count(200) == 18
        assert statuses[-1] == 429
