"""What clients may keep, how they ask whether it changed, and how it is packed."""

import pytest

from tests.api.visitor import Visitor

_OPEN = (
    "/api/buildings",
    "/api/rooms",
    "/api/rooms/status",
    "/api/rooms/search",
    "/api/rooms/bookings/RO-POO",
)
_GUARDED = ("/rooms.list/", "/rooms.bookings/?room_id=RO-POO&date=20160808", "/user.bookings/", "/user.info/")


@pytest.mark.parametrize("path", [*_OPEN, *_GUARDED])
async def test_a_get_that_nothing_changed_for_is_a_304(wil: Visitor, path: str):
    first = await wil.get(path)

    again = await wil.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.status == 200
    assert first.headers["ETag"].startswith('W/"')
    assert again.status == 304
    assert again.body == b""
    assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("header", ["*", '"old", {}', '{}, "new"'])
async def test_if_none_match_may_name_several_tags(visitor: Visitor, header: str):
    tag = (await visitor.get("/api/rooms")).headers["ETag"]

    response = await visitor.get("/api/rooms", headers={"If-None-Match": header.format(tag)})

    assert response.status == 304


async def test_another_tag_is_answered_in_full(visitor: Visitor):
    response = await visitor.get("/api/rooms", headers={"If-None-Match": 'W/"something else"'})

    assert response.status == 200


async def test_a_booking_changes_the_tags_of_what_it_changes(wil: Visitor):
    paths = ("/api/rooms/bookings/RO-POO", "/rooms.bookings/?room_id=RO-POO&date=20160808", "/user.bookings/")
    before = {path: (await wil.get(path)).headers["ETag"] for path in paths}

    await wil.book()

    for path in paths:
        response = await wil.get(path, headers={"If-None-Match": before[path]})
        assert response.status == 200


async def test_answers_to_one_person_stay_out_of_shared_caches(wil: Visitor, rema: Visitor):
    for path in _GUARDED:
        assert "private" in (await wil.get(path)).headers["Cache-Control"]
    await wil.book()
    assert (await wil.get("/user.bookings/")).json
    assert (await rema.get("/user.bookings/")).json == []


async def test_from_1_kib_on_answers_are_packed_for_those_who_unpack(visitor: Visitor):
    plain = await visitor.get("/api/rooms", headers={"Accept-Encoding": "identity"})

    packed = await visitor.get("/api/rooms", headers={"Accept-Encoding": "br, gzip;q=0.8"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(plain.body) / 2
    assert packed.body == plain.body
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] == packed.headers["ETag"]


async def test_whoever_refuses_gzip_does_not_get_it(visitor: Visitor):
    response = await visitor.get("/api/rooms", headers={"Accept-Encoding": "gzip;q=0, identity"})

    assert "Content-Encoding" not in response.headers


async def test_short_answers_are_not_packed(visitor: Visitor):
    response = await visitor.get("/healthz", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert "Vary" not in response.headers


async def test_what_holds_a_secret_is_never_stored(wil: Visitor, visitor: Visitor):
    login = await visitor.post("/user.login/", {"username": "wil", "password": "wilpassword"})
    token = await wil.get("/society.token/")
    deletion = await wil.get("/rooms.deleteBooking/?booking_id=x")

    assert {each.headers["Cache-Control"] for each in (login, token, deletion)} == {"no-store"}
