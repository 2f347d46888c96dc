"""Paths and methods: exact matches, JSON errors, no redirects."""

import logging

import pytest

from bot.runtime.logging_setup import InvalidRequestFilter
from tests.api.http_client import HttpClient

_NAMES = (
    "user.info",
    "user.bookings",
    "rooms.list",
    "rooms.bookings",
    "society.token",
)


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("path", ["/{}/", "/{}", "/api/v1/{}/", "/api/v1/{}"])
async def test_roomie_operations_have_four_paths(wil: HttpClient, name: str, path: str):
    response = await wil.get(path.format(name))

    assert response.status == 200


@pytest.mark.parametrize("path", ["/api/buildings", "/api/rooms", "/api/rooms/status", "/api/rooms/search"])
async def test_freerooms_paths_may_end_in_a_slash(http_client: HttpClient, path: str):
    without, with_slash = await http_client.get(path), await http_client.get(f"{path}/")

    assert without.status == with_slash.status == 200
    assert without.body == with_slash.body


@pytest.mark.parametrize(
    "path", ["/roomsXlist/", "/rooms.list/x", "/api/v2/rooms.list/", "/api/room", "/api/rooms/bookings/"]
)
async def test_an_unknown_path_is_a_404_in_json(http_client: HttpClient, path: str):
    response = await http_client.get(path)

    assert response.status == 404
    assert response.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/rooms.list/", "GET, HEAD, OPTIONS"),
        ("GET", "/rooms.book/", "POST, OPTIONS"),
        ("PUT", "/rooms.deleteBooking/", "GET, POST, DELETE, OPTIONS"),
        ("HEAD", "/rooms.deleteBooking/", "GET, POST, DELETE, OPTIONS"),
        ("HEAD", "/user.logout/", "GET, OPTIONS"),
        ("DELETE", "/api/rooms/status", "GET, HEAD, OPTIONS"),
        ("PROPFIND", "/api/rooms", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_wrong_method_is_a_405_with_an_allow_header(
    wil: HttpClient, method: str, path: str, allowed: str
):
    response = await wil.ask(method, path)

    assert response.status == 405
    assert response.headers["Allow"] == allowed


async def test_head_never_logs_out(wil: HttpClient):
    await wil.ask("HEAD", "/user.logout/")

    assert (await wil.get("/user.info/")).status == 200


@pytest.mark.parametrize("path", ["/api/rooms", "/api/rooms/status?capacity=20", "/healthz"])
async def test_head_is_get_without_the_body(http_client: HttpClient, path: str):
    full, head = await http_client.get(path), await http_client.ask("HEAD", path)

    assert head.status == 200
    assert head.body == b""
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers.get(name) == full.headers.get(name)


@pytest.mark.parametrize("path", ["/api/rooms", "/rooms.book/", "/user.login/", "/rooms.list"])
async def test_preflights_allow_tokens_from_any_origin(http_client: HttpClient, path: str):
    headers = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }

    response = await http_client.ask("OPTIONS", path, headers=headers)

    assert response.status == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Access-Control-Allow-Methods"] == response.headers["Allow"]
    assert "Content-Length" not in response.headers


@pytest.mark.parametrize("path", ["/api/rooms", "/nothing", "/rooms.list/", "/api/rooms/status?capacity=x"])
async def test_every_response_has_cors_headers_and_a_request_id(http_client: HttpClient, path: str):
    one, other = await http_client.get(path), await http_client.get(path)

    assert one.headers["Access-Control-Allow-Origin"] == "*"
    assert one.headers["X-Content-Type-Options"] == "nosniff"
    assert one.headers["X-Request-ID"] != other.headers["X-Request-ID"]


async def test_malformed_http_is_refused_and_logged_in_one_line(
    wil: HttpClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logging.getLogger("bot.web.server"), "filters", [InvalidRequestFilter()])

    response = await wil.ask("BREW", "/api/rooms")

    assert response.status == 400
    records = [record for record in caplog.records if record.name == "bot.web.server"]
    assert [record.exc_info for record in records] == [None]
