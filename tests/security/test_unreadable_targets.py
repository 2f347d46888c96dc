"""Request targets other than paths are answered by our own routes, and count against their address."""

import asyncio

import pytest

from bot.web.framework.settings import HttpSettings
from tests.security.flood import Served, closed, served

_SETTINGS = HttpSettings(rate_limit=0, max_connections=8, max_connections_per_address=4, shutdown_timeout=1.0)
_UNREADABLE = (
    b"http://xn--a/healthz",
    b"http://xn--/healthz",
    b"http://xn--a.example/docs",
    b"https://user@xn--a/",
    b"http://xn--a/healthz?x=1",
)
_OTHER_FORMS = {
    b"GET http://roomie/healthz": b"200",
    b"GET http://roomie/": b"200",
    b"GET http://roomie": b"200",
    b"GET http://roomie/nowhere": b"404",
    b"OPTIONS *": b"204",
    b"CONNECT roomie:1": b"405",
}


async def _status(server: Served, line: bytes) -> bytes:
    reader, _ = await server.open(line + b" HTTP/1.1\r\nHost: roomie\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(5):
        return (await reader.readline()).split(b" ")[1]


@pytest.mark.parametrize("target", _UNREADABLE)
async def test_a_target_whose_host_cannot_be_decoded_is_a_400(sqlite_url: str, target: bytes) -> None:
    async with served(sqlite_url, _SETTINGS) as server:
        assert await _status(server, b"GET " + target) == b"400"
        await server.settle()
        assert len(server.register) == 0


async def test_many_unreadable_targets_leave_no_connection_and_no_trace(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(sqlite_url, _SETTINGS) as server:
        for _ in range(20):
            assert await _status(server, b"GET http://xn--a/healthz") == b"400"
        assert await _status(server, b"GET /healthz") == b"200"

    assert not [each for each in caplog.records if each.name == "asyncio"]


@pytest.mark.parametrize(("line", "status"), _OTHER_FORMS.items(), ids=map(bytes.decode, _OTHER_FORMS))
async def test_other_forms_of_a_target_are_answered_by_our_routes(
    sqlite_url: str, line: bytes, status: bytes
) -> None:
    async with served(sqlite_url, _SETTINGS) as server:
        reader, _ = await server.open(line + b" HTTP/1.1\r\nHost: roomie\r\nConnection: close\r\n\r\n")
        answer = await closed(reader)

    assert answer.split(b" ")[1] == status
    assert b"X-Request-ID: " in answer
    assert b"aiohttp" not in answer


async def test_a_connection_without_a_handler_is_swept(sqlite_url: str) -> None:
    async with served(sqlite_url, _SETTINGS) as server:
        reader, _ = await server.open()
        (connection,) = server.register._open
        task = connection._task_handler
        assert task is not None
        task.cancel()
        await server.settle()
        server.later(0)

        assert await closed(reader) == b""
        assert len(server.register) == 0


@pytest.mark.parametrize("line", [b"OPTIONS *", b"CONNECT roomie:1", b"GET http://xn--a/", b"PUT /healthz/x"])
async def test_every_request_counts_against_its_address(sqlite_url: str, line: bytes) -> None:
    settings = HttpSettings(rate_limit=20, shutdown_timeout=1.0)
    async with served(sqlite_url, settings) as server:
        statuses = [await _status(server, line) for _ in range(30)]

    assert statuses[-1] == b"429"


@pytest.mark.parametrize("line", [b"OPTIONS /api/rooms", b"DELETE /api/rooms", b"GET /docs"])
async def test_preflights_and_wrong_methods_count_too(sqlite_url: str, line: bytes) -> None:
    settings = HttpSettings(rate_limit=20, shutdown_timeout=1.0)
    async with served(sqlite_url, settings) as server:
        statuses = [await _status(server, line) for _ in range(30)]

    assert statuses[-1] == b"429"
