"""Request bodies: forms, multipart and JSON are parsed; anything else is refused with the reason."""

import asyncio
import json

import pytest
from aiohttp import FormData

from bot.web.framework.settings import HttpSettings
from tests.api.http_client import HttpClient

_FIELDS = {
    "room_id": "RO-POO",
    "date": "20160808",
    "start_time": "15:00",
    "end_time": "17:00",
    "notes": "caffè & té",
}
_START = b"room_id=RO-POO&date=20160808&start_time=15:00&end_time=17:00"
_UTF8 = _START + b"&notes=caff%C3%A8+%26+t%c3%a9"
_LATIN = _START + b"&notes=caff\xe8 %26 t\xe9"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


def _multipart() -> FormData:
    form = FormData(_FIELDS, default_to_multipart=True)
    form.add_field("read_model", b"\x00\x01", filename="x.png", content_type="image/png")
    return form


@pytest.mark.parametrize(
    "how",
    [
        {"data": _FIELDS},
        {"json": _FIELDS},
        {
            "data": json.dumps(_FIELDS).encode(),
            "headers": {"Content-Type": "application/json; charset=utf-8"},
        },
        {
            "data": _UTF8,
            "headers": {"Content-Type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"},
        },
        {
            "data": "room_id=RO-POO&date=20160808&start_time=15:00&end_time=17:00&notes=caffè %26 té".encode(
                "latin-1"
            ),
            "headers": {"Content-Type": "application/x-www-form-urlencoded; charset=iso-8859-1"},
        },
    ],
    ids=["form", "json", "json with a charset", "form with capitals", "form in latin-1"],
)
async def test_every_supported_content_type_is_parsed(wil: HttpClient, how: dict):
    made = await wil.ask("POST", "/rooms.book/", **how)

    assert made.json["success"] is True
    assert (await wil.get("/user.bookings/")).json[0]["notes"] == "caffè & té"


async def test_multipart_is_parsed(wil: HttpClient):
    form = FormData(default_to_multipart=True)
    for name, value in _FIELDS.items():
        form.add_field(name, value)

    made = await wil.ask("POST", "/rooms.book/", data=form)

    assert made.json["success"] is True
    assert (await wil.get("/user.bookings/")).json[0]["notes"] == "caffè & té"


async def test_json_may_hold_numbers_booleans_and_null(wil: HttpClient):
    fields = _FIELDS | {"date": 20160808, "society": None, "society_booking": False}

    made = await wil.ask("POST", "/rooms.book/", json=fields)

    assert made.json["success"] is True


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"room_id": ', _JSON, 400),
        (b"[1, 2]", _JSON, 400),
        (b'"text"', _JSON, 400),
        (b'{"a": NaN}', _JSON, 400),
        (b'{"a":' * 5_000, _JSON, 400),
        (b'{"a": "\xff"}', _JSON, 400),
        (b"notes=\xff", _FORM, 400),
        (b"a=b&" * 2_000, _FORM, 400),
        (b"--x\r\nbroken", {"Content-Type": "multipart/form-data"}, 400),
        (b"<a/>", {"Content-Type": "text/xml"}, 415),
        (b"a=b", {"Content-Type": ""}, 415),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-7"}, 415),
        (b"notes=" + b"x" * 100_000, _FORM, 413),
    ],
)
async def test_an_unreadable_body_is_refused_with_the_reason(
    wil: HttpClient, body: bytes, headers: dict, status: int
):
    response = await wil.ask("POST", "/rooms.book/", data=body, headers=headers)

    assert response.status == status
    assert response.json["error"]


async def test_a_body_without_an_end_is_cut_off(wil: HttpClient):
    async def chunks():
        for _ in range(20):
            yield b"notes=" + b"x" * 10_000

    response = await wil.ask("POST", "/rooms.book/", data=chunks(), headers=_FORM)

    assert response.status == 413


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"room_id=RO-POO&room_id=RO-PIZZA&date=20160808&start_time=15:00&end_time=17:00", _FORM),
        (
            b'{"room_id":"RO-POO","room_id":"RO-POO","date":"20160808","start_time":"15:00","end_time":"17:00"}',
            _JSON,
        ),
    ],
)
async def test_a_parameter_that_comes_twice_is_an_error(wil: HttpClient, body: bytes, headers: dict):
    response = await wil.ask("POST", "/rooms.book/", data=body, headers=headers)

    assert response.json["code"] == "doubled_parameter"
    assert (await wil.get("/user.bookings/")).json == []


@pytest.mark.parametrize(
    "how",
    [
        {"json": _FIELDS | {"notes": ["a", "b"]}},
        {"json": _FIELDS | {"notes": {"a": "b"}}},
        {"json": _FIELDS | {"notes": "\ud800"}},
        {"data": b"room_id=RO-POO&date=20160808&start_time=15:00&end_time=17:00&notes=%ff", "headers": _FORM},
    ],
)
async def test_a_parameter_that_is_no_text_is_an_error(wil: HttpClient, how: dict):
    response = await wil.ask("POST", "/rooms.book/", **how)

    assert response.json["code"] == "bad_parameter"


async def test_a_password_in_the_url_is_ignored(http_client: HttpClient):
    response = await http_client.post("/user.login/?username=wil&password=wilpassword")

    assert "token" not in response.json
    assert response.json["code"] == "missing_field"


class TestSlowly:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=0, body_timeout=0.05)

    async def test_a_body_that_never_arrives_times_out(self, http_client: HttpClient):
        async def chunks():
            yield b"username=wil"
            await asyncio.sleep(0.5)

        response = await http_client.ask("POST", "/user.login/", data=chunks(), headers=_FORM)

        assert response.status == 408
