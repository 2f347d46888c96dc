"""An invalid `Host` header is a client error on every path."""

import asyncio

import pytest

from bot.web.framework.settings import HttpSettings
from tests.api.conftest import app, clock, database_url, http_client, parse, sample_file, services
from tests.api.http_client import HttpClient

__all__ = ["app", "clock", "database_url", "http_client", "parse", "sample_file", "services"]


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=0, sid_rate=0)


async def fetch(http_client: HttpClient, request: bytes) -> bytes:
    """The whole answer to a request as it is, the connection closed after it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(http_client.url.rpartition(":")[2]))
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


def request(host: bytes, target: bytes = b"/user.login.getToken/") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"


_BAD = (
    b"",
    b"[",
    b"[::1",
    b"[::g]",
    b"[:::1]",
    b"[1.2.3.4]",
    b"a b",
    b"a,b",
    b"a@b",
    b"user:word@host",
    b"a/b",
    b"a?b",
    b"a#b",
    b"a\\b",
    b"%00",
    b"*",
    b"<script>",
    b"host:port",
    b"host:99999",
    b"host:" + b"9" * 5_000,
    b"a:b:c",
    b"\xff\xfe",
    b"\xe2\x82\xac",
    b"a" * 8_000,
)


@pytest.mark.parametrize(
    "target", [b"/user.login.getToken/", b"/login?sid=x", b"/user.login.callback/?sid=x", b"/docs", b"/none"]
)
async def test_an_invalid_host_is_a_400(http_client: HttpClient, target: bytes) -> None:
    for host in _BAD:
        answer = await fetch(http_client, request(b"Host: " + host + b"\r\n", target))
        assert answer.split(b" ", 2)[1] == b"400", (host, answer[:200])


@pytest.mark.parametrize("host", [b"", b"Host: a\r\nHost: b\r\n", b"Host: a\r\nHost: a\r\n"])
async def test_a_missing_or_repeated_host_is_a_400(http_client: HttpClient, host: bytes) -> None:
    assert (await fetch(http_client, request(host))).split(b" ", 2)[1] == b"400"


@pytest.mark.parametrize(
    "host",
    [b"rooms.example", b"rooms.example:8000", b"[::1]:8000", b"127.0.0.1", b"a_b.internal", b"ROOMS"],
)
async def test_a_valid_host_is_used_in_links(http_client: HttpClient, host: bytes) -> None:
    answer = await fetch(http_client, request(b"Host: " + host + b"\r\n"))

    assert b" 200 " in answer
    assert b'"loginUrl":"http://' + host + b"/api/v1/login?" in answer


async def test_http_1_0_needs_no_host(http_client: HttpClient) -> None:
    answer = await fetch(http_client, b"GET /user.login.getToken/ HTTP/1.0\r\n\r\n")

    assert b" 200 " in answer
    assert b'"loginUrl":"http://127.0.0.1' in answer


_TARGETS = (
    b"http://evil.example/user.login.getToken/",
    b"*",
    b"//",
    b"//[",
    b"//[::1",
    b"foo:bar",
    b"ftp://x/",
    b"http://[/",
    b"http://a:99999/",
    b"/%",
    b"/%ff?%ff=%ff",
    b"/?" + b"%" * 7_000,
    b"/" * 7_000,
    b"/%2f" * 1_800,
    b"/stream.sub/%00/",
    b"/stream.sub_lp/x?time=" + b"1%20" * 1_500,
    b"/\xff",
)


@pytest.mark.parametrize("method", [b"GET", b"POST", b"HEAD", b"CONNECT", b"OPTIONS", b"BREW"])
async def test_no_request_target_causes_a_server_error(http_client: HttpClient, method: bytes) -> None:
    head = b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    for target in _TARGETS:
        answer = await fetch(http_client, method + b" " + target + head)

        assert answer.split(b" ", 2)[1] < b"500", (target[:30], answer[:200])
        assert b"evil" not in answer or b" 400 " in answer, target[:30]


_VALUES = (
    b"",
    b"\xff\xfe",
    b";" * 7_000,
    b"," * 7_000,
    b'"' * 7_000,
    b"(" * 7_000,
    b"[" * 7_000,
    b'a="\\' * 1_700,
    b"a=b;" * 1_700,
    b'W/"' * 2_000,
    b"* " * 3_500,
    b"gzip;q=0." + b"0" * 7_000 + b"x",
    b"1" * 7_000,
    b"10.0.0.1," * 700,
    b"Token " + b" " * 7_000,
    b"Mon, 01 Jan 99999999999 00:00:00 +9999",
    b"1 Jan 2020 99:99:99 +999999999999",
    b"0 0 0 0 0",
)
_HEADERS = (
    "Accept",
    "Accept-Encoding",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Expect",
    "Idempotency-Key",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "Sec-Fetch-Site",
    "Sec-WebSocket-Key",
    "Upgrade",
    "User-Agent",
    "X-Forwarded-For",
    "X-Request-ID",
)


@pytest.mark.parametrize("header", _HEADERS)
async def test_no_header_causes_a_server_error(http_client: HttpClient, header: str) -> None:
    targets = (
        b"GET /stream.sub_lp/" + b"a" * 60,
        b"GET /api/rooms/status",
        b"GET /user.login.getToken/",
        b"GET /login/oidc?state=a&code=b",
        b"GET /rooms.list/",
        b"POST /user.login/",
    )
    for value in _VALUES:
        for target in targets:
            answer = await fetch(
                http_client,
                target
                + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n"
                + header.encode()
                + b": "
                + value
                + b"\r\n\r\na=b",
            )
            assert answer.split(b" ", 2)[1] < b"500", (target, value[:20], answer[:200])
