"""Caching headers, conditional requests and gzip."""

import pytest

from tests.api.http_client import HttpClient

_OPEN = (
    "/api/buildings",
    "/api/rooms",
    "/api/rooms/status",
    "/api/rooms/search",
    "/api/rooms/bookings/RO-POO",
)
_GUARDED = ("/rooms.list/", "/rooms.bookings/?room_id=RO-POO&date=20160808", "/user.bookings/", "/user.info/")


@pytest.mark.parametrize("path", [*_OPEN, *_GUARDED])
async def test_an_unchanged_get_is_a_304(wil: HttpClient, path: str):
    first = await wil.get(path)

    again = await wil.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.status == 200
    assert first.headers["ETag"].startswith('W/"')
    assert again.status == 304
    assert again.body == b""
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("header", ["*", '"old", {}', '{}, "new"'])
async def test_if_none_match_may_list_several_etags(http_client: HttpClient, header: str):
    tag = (await http_client.get("/api/rooms")).headers["ETag"]

    response = await http_client.get("/api/rooms", headers={"If-None-Match": header.format(tag)})

    assert response.status == 304


async def test_an_outdated_etag_gets_the_full_response(http_client: HttpClient):
    response = await http_client.get("/api/rooms", headers={"If-None-Match": 'W/"something else"'})

    assert response.status == 200


async def test_a_booking_changes_the_etags_of_affected_responses(wil: HttpClient):
    paths = ("/api/rooms/bookings/RO-POO", "/rooms.bookings/?room_id=RO-POO&date=20160808", "/user.bookings/")
    before = {path: (await wil.get(path)).headers["ETag"] for path in paths}

    await wil.book()

    for path in paths:
        response = await wil.get(path, headers={"If-None-Match": before[path]})
        assert response.status == 200


async def test_personal_responses_stay_out_of_shared_caches(wil: HttpClient, rema: HttpClient):
    for path in _GUARDED:
        assert "private" in (await wil.get(path)).headers["Cache-Control"]
    await wil.book()
    assert (await wil.get("/user.bookings/")).json
    assert (await rema.get("/user.bookings/")).json == []


async def test_responses_from_1_kib_are_compressed_for_clients_that_accept_gzip(http_client: HttpClient):
    plain = await http_client.get("/api/rooms", headers={"Accept-Encoding": "identity"})

    packed = await http_client.get("/api/rooms", headers={"Accept-Encoding": "br, gzip;q=0.8"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.body) / 2
    assert packed.body == plain.body
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] == packed.headers["ETag"]


async def test_clients_that_refuse_gzip_get_plain_responses(http_client: HttpClient):
    response = await http_client.get("/api/rooms", headers={"Accept-Encoding": "gzip;q=0, identity"})

    assert "Content-Encoding" not in response.headers


async def test_short_responses_are_not_compressed(http_client: HttpClient):
    response = await http_client.get("/healthz", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert "Vary" not in response.headers


async def test_responses_with_secrets_are_never_stored(wil: HttpClient, http_client: HttpClient):
    login = await http_client.post("/user.login/", {"username": "wil", "password": "wilpassword"})
    token = await wil.get("/society.token/")
    deletion = await wil.get("/rooms.deleteBooking/?booking_id=x")

    assert {each.headers["Cache-Control"] for each in (login, token, deletion)} == {"no-store"}
