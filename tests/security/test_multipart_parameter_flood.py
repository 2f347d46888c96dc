"""Multipart headers with tens of thousands of parameters are parsed in linear time."""

import asyncio
import cProfile
import pstats
from collections.abc import Callable

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.framework.body import read_form
from bot.web.framework.errors import HttpError
from bot.web.framework.settings import HttpSettings
from tests.api.conftest import app, clock, database_url, http_client, parse, sample_file, services
from tests.api.http_client import HttpClient

__all__ = ["app", "clock", "database_url", "http_client", "parse", "sample_file", "services"]

_NAME = b'Content-Disposition: form-data; name="username"'
_MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=0, login_rate=0)


def part(head: bytes, content: bytes = b"wil") -> bytes:
    return b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n--x--\r\n"


_PARTS = {
    "semicolons": part(_NAME + b";" * 65_000),
    "semicolons and nothing else": part(b"Content-Disposition: form-data" + b";" * 65_000),
    "parameters": part(_NAME + b";a=b" * 16_000),
    "unfinished quotes": part(_NAME + b';a="' * 16_000),
    "escaped quotes": part(_NAME + b';a="\\' * 13_000),
    "a name in pieces": part(b"Content-Disposition: form-data" + b'; name*1="a"' * 5_000),
    "comments": part(b"Content-Disposition: " + b"(" * 65_000),
    "a name of brackets": part(b'Content-Disposition: form-data; name="' + b"[" * 1_000 + b'"'),
    "a name of parentheses": part(b'Content-Disposition: form-data; name="' + b"(" * 1_000 + b'"'),
    "a bare name of parentheses": part(b"Content-Disposition: form-data; name=" + b"(" * 1_000),
    "a type of comments": part(_NAME + b"\r\nContent-Type: " + b"(" * 60_000),
    "many headers": part(b"X: y\r\n" * 10_000 + _NAME),
    "one header on many lines": part(_NAME + b"\r\n a" * 15_000),
    "nested parts": part(_NAME + b"\r\nContent-Type: multipart/mixed; boundary=y", b"--y\r\n" * 12_000),
    "nested messages": part(_NAME + b"\r\nContent-Type: message/rfc822", b"a: b\r\n" * 10_000),
    "a coding of e-mail": part(_NAME + b"\r\nContent-Transfer-Encoding: base64", b"d2ls"),
    "many parts": b"".join(b"--x\r\n" + _NAME + b"\r\n\r\n\r\n" for _ in range(1_000)) + b"--x--",
    "boundaries": b"--x\r\n" * 12_000,
    "half boundaries": b"\r\n--" * 15_000,
    "no end": b"--x\r\n" + _NAME + b"\r\n\r\nwil",
    "a name that is no UTF-8": part(b'Content-Disposition: form-data; name="\xff"'),
    "text that is no UTF-8": part(_NAME, b"\xff"),
}


@pytest.mark.parametrize("body", _PARTS.values(), ids=_PARTS)
@pytest.mark.parametrize("path", ["/user.login/", "/login"])
async def test_a_hostile_part_is_a_400(http_client: HttpClient, path: str, body: bytes) -> None:
    response = await http_client.ask("POST", path, data=body, headers=_MULTIPART)

    assert response.status == 400, response


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (_FORM, b"[" * 60_000),
        (_FORM, b"a" * 60_000 + b"=b"),
        (_JSON, b'{"' + b"[" * 60_000 + b'": 1}'),
        (_JSON, b"{" + b",".join(b'"%d":1' % each for each in range(6_000)) + b"}"),
        (_JSON, b'{"a":' * 12_000),
        (_JSON, b"[" * 65_000),
        (_JSON, b'{"a":' + b"1" * 65_000 + b"}"),
        (_FORM, b"&" * 65_000),
    ],
)
async def test_hostile_names_and_depths_are_a_400(
    http_client: HttpClient, headers: dict[str, str], body: bytes
) -> None:
    response = await http_client.ask("POST", "/user.login/", data=body, headers=headers)

    assert response.status == 400, response


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data; boundary=x" + ";" * 8_000,
        "application/json" + '; a="' * 1_600,
        "(" * 8_000,
        "application/json; charset*0*=" + "x" * 4_000,
        "multipart/form-data; boundary=\xe9",
    ],
)
async def test_a_hostile_content_type_is_a_415(http_client: HttpClient, kind: str) -> None:
    response = await http_client.ask("POST", "/user.login/", data=b"{}", headers={"Content-Type": kind})

    assert response.status in {400, 415}


_GROWING: dict[str, Callable[[int], tuple[str, bytes]]] = {
    "semicolons": lambda size: ("multipart/form-data; boundary=x", part(_NAME + b";" * size)),
    "quotes": lambda size: ("multipart/form-data; boundary=x", part(_NAME + b';a="\\' * (size // 5))),
    "headers": lambda size: ("multipart/form-data; boundary=x", part(b"X: y\r\n" * (size // 6))),
    "boundaries": lambda size: ("multipart/form-data; boundary=x", b"\r\n--x" * (size // 5)),
    "percents": lambda size: ("application/x-www-form-urlencoded", b"a=" + b"%41\xc3\xa9" * (size // 5)),
    "pairs": lambda size: ("application/x-www-form-urlencoded", b"a&" * (size // 2)),
    "brackets": lambda size: ("application/json", b"[" * size),
    "digits": lambda size: ("application/json", b'{"a":' + b"1" * size + b"}"),
    "members": lambda size: ("application/json", b"{" + b'"a":1,' * (size // 6) + b'"b":1}'),
}


@pytest.mark.parametrize("made", _GROWING.values(), ids=_GROWING)
async def test_twice_the_body_is_at_most_about_twice_the_work(
    made: Callable[[int], tuple[str, bytes]],
) -> None:
    small, large = [await _calls(*made(size)) for size in (16_000, 64_000)]

    assert large <= 5 * small + 200


async def _calls(kind: str, body: bytes) -> int:
    """How many functions are called while a body is read; C functions count too."""
    stream = make_mocked_request(
        "POST", "/", headers={"Content-Type": kind, "Content-Length": str(len(body))}
    )
    stream._read_bytes = body
    profile = cProfile.Profile()
    profile.enable()
    try:
        await read_form(stream, 1 << 20, 10.0)
    except HttpError:
        pass
    finally:
        profile.disable()
    return pstats.Stats(profile).total_calls


async def test_others_are_answered_while_hostile_bodies_are_read(http_client: HttpClient) -> None:
    """With a parser that is quadratic, each of these holds the loop for ten seconds."""
    body = _PARTS["semicolons"]
    flood = [http_client.ask("POST", "/user.login/", data=body, headers=_MULTIPART) for _ in range(20)]

    async with asyncio.timeout(10):
        response = await asyncio.gather(http_client.get("/healthz"), *flood)

    assert [each.status for each in response] == [200] + [400] * 20


async def test_an_honest_form_is_still_read(http_client: HttpClient) -> None:
    body = part(_NAME).removesuffix(b"--x--\r\n") + part(
        b'content-disposition: form-data; filename="a b.txt"; name=password\r\nContent-Type: text/plain',
        b"wilpassword",
    )

    response = await http_client.ask("POST", "/user.login/", data=body, headers=_MULTIPART)

    assert response.json["token"]
