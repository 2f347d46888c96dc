"""A page's refusals are pages: one type, as the OpenAPI document says, whichever part refuses."""

from functools import cache
from itertools import product
from math import ceil
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.endpoints.openapi import canonical_paths, document, responses_of
from bot.web.framework.route import Route
from bot.web.framework.settings import HttpSettings
from bot.web.routes import ROUTES
from tests.api.conftest import app, clock, database_url, http_client, parse, sample_file, services
from tests.api.http_client import HttpClient, HttpResponse

__all__ = ["app", "clock", "database_url", "http_client", "parse", "sample_file", "services"]

PAGES = [each for each in ROUTES if each.is_page]
_ROWS = [
    pytest.param(route, path, method, id=f"{method} {path}")
    for route in PAGES
    for _, path in canonical_paths(route)
    for method in route.methods
]
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_HOSTILE = [
    {"data": b"sid=a&sid=b", "headers": _FORM},
    {"data": b"sid=%ff", "headers": _FORM},
    {"data": b"<a/>", "headers": {"Content-Type": "text/xml"}},
    {"data": b"sid=" + b"x" * 70_000, "headers": _FORM},
    {"data": b"[", "headers": {"Content-Type": "application/json"}},
    {"data": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    {"headers": {"Host": "a b"}},
    {"headers": {"Sec-Fetch-Site": "cross-site"}},
    {"data": b"password=" + b"x" * 2_000, "headers": _FORM},
    {},
]
_QUERIES = ("", "?sid=a&sid=b", "?sid=%ff", "?state=a&code=b&error=c", f"?sid={'a' * 60}")


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=0, login_rate=1)


@cache
def _paths() -> dict[str, Any]:
    return document(ROUTES)["paths"]  # type: ignore[return-value]


def _check(response: HttpResponse, route: Route, path: str, method: str) -> None:
    documented = _paths()[path][method.lower()]["responses"]
    assert str(response.status) in documented, response
    assert response.status in responses_of(route, method)
    kinds = list(documented[str(response.status)].get("content", ()))
    if response.body:
        assert kinds == [response.headers["Content-Type"].partition(";")[0]] == ["text/html"], response
    else:
        assert kinds == []


@pytest.mark.parametrize(("route", "path", "method"), _ROWS)
async def test_every_refusal_has_the_documented_content_type(
    http_client: HttpClient, route: Route, path: str, method: str
) -> None:
    for how, query in product(_HOSTILE, _QUERIES):
        _check(await http_client.ask(method, path + query, **how), route, path, method)


@pytest.mark.parametrize(("route", "path", "method"), _ROWS)
async def test_a_page_request_over_the_rate_limit_gets_a_page(
    services: Services, route: Route, path: str, method: str
) -> None:
    runner, url = await serve(create_application(services, HttpSettings(rate_limit=1)), "127.0.0.1", 0)
    async with ClientSession() as session:
        client, attempts = HttpClient(session, url), 1 + ceil(1 / route.cost)
        response = [await client.ask(method, path) for _ in range(attempts)][-1]
    await stop(runner)

    assert response.status == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    _check(response, route, path, method)


async def test_too_many_passwords_get_a_page_too(http_client: HttpClient) -> None:
    sid = (await http_client.get("/user.login.getToken/")).json["sid"]
    form = {"sid": sid, "username": "wil", "password": "wrong"}
    response = [await http_client.post("/login", form) for _ in range(4)]

    assert response[-1].status == 429
    for each in response:
        _check(each, next(route for route in PAGES if route.name == "login"), "/api/v1/login/", "POST")


async def test_a_server_error_page_shows_only_its_request_id(
    services: Services, http_client: HttpClient
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("a private word")

    services.logins.login_status = broken  # type: ignore[method-assign,assignment]

    response = await http_client.get(f"/login?sid={'a' * 60}")

    assert response.status == 500
    assert response.headers["X-Request-ID"].encode() in response.body
    assert b"private" not in response.body
