"""Authorization: every operation by every kind of caller."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.services import Services
from core.services.administration.rights import Administrator
from tests.api.http_client import HttpClient, HttpResponse
from tests.builders import a_society
from tests.sample_services import create_services

Verb = Callable[[HttpClient], Awaitable[HttpResponse]]

_OF_SOTECHSOC = {"username": "rema", "society_id": "SOTECHSOC"}
_SERIES = {
    "room_id": "RO-POO",
    "date": "20160808",
    "start_time": "15:00",
    "end_time": "16:00",
    "rrule": "FREQ=DAILY;COUNT=2",
    "event_name": "meeting",
}
_VERBS: dict[str, Verb] = {
    "list rooms": lambda who: who.get("/rooms.list/"),
    "see a day": lambda who: who.get("/rooms.bookings/?room_id=RO-POO&date=20160808"),
    "see own bookings": lambda who: who.get("/user.bookings/"),
    "see own account": lambda who: who.get("/user.info/"),
    "book": lambda who: who.book(),
    "book for the society": lambda who: who.book(event_name="meeting", society="SOTECHSOC"),
    "delete a booking": lambda who: who.get("/rooms.deleteBooking/?booking_id=none"),
    "preview a series": lambda who: who.post("/rooms.previewSeries/", _SERIES),
    "book a series": lambda who: who.post("/rooms.bookSeries/", _SERIES),
    "see own series": lambda who: who.get("/rooms.series/"),
    "cancel a series": lambda who: who.post("/rooms.deleteSeries/", {"series_id": "none", "scope": "all"}),
    "fetch the token": lambda who: who.get("/society.token/?society_id=SOTECHSOC"),
    "replace the token": lambda who: who.post("/society.token/", {"society_id": "SOTECHSOC"}),
    "add a member": lambda who: who.post("/society.addUser/", _OF_SOTECHSOC),
    "remove a member": lambda who: who.post("/society.deleteUser/", _OF_SOTECHSOC),
    "log out": lambda who: who.get("/user.logout/"),
}
_PERSONAL = {
    "list rooms",
    "see a day",
    "see own bookings",
    "see own account",
    "book",
    "delete a booking",
    "preview a series",
    "book a series",
    "see own series",
    "cancel a series",
    "log out",
}
_MAY = {
    "a president": set(_VERBS),
    "a member": {*_PERSONAL, "book for the society"},
    "a former member": _PERSONAL,
    "a person without a society": _PERSONAL,
    "a president of another society": {*_PERSONAL, "book for the society"},
    "a society's token": {"book", "book for the society", "preview a series", "book a series"},
}


async def _former_member(http_client: HttpClient, wil: HttpClient) -> HttpClient:
    await wil.post("/society.addUser/", _OF_SOTECHSOC)
    await wil.post("/society.removeUser/", _OF_SOTECHSOC)
    return await http_client.log_in("rema")


async def _other_president(http_client: HttpClient, services: Services) -> HttpClient:
    await services.administration.societies.add(Administrator(), a_society(), "rema")
    return await http_client.log_in("rema")


async def _caller(kind: str, http_client: HttpClient, wil: HttpClient, services: Services) -> HttpClient:
    match kind:
        case "a president":
            return wil
        case "a member":
            return await http_client.log_in("emily")
        case "a former member":
            return await _former_member(http_client, wil)
        case "a president of another society":
            return await _other_president(http_client, services)
        case "a society's token":
            return http_client.as_((await wil.get("/society.token/")).json["token"])
        case _:
            return await http_client.log_in("rema")


@pytest.mark.parametrize(
    ("kind", "verb"), [(kind, verb) for kind in _MAY for verb in _VERBS if verb in _MAY[kind]]
)
async def test_every_operation_serves_its_authorized_callers(
    kind: str, verb: str, http_client: HttpClient, wil: HttpClient, services: Services
):
    caller = await _caller(kind, http_client, wil, services)

    response = await _VERBS[verb](caller)

    assert response.status == 200


@pytest.mark.parametrize("kind", _MAY)
async def test_every_operation_is_limited_to_its_authorized_callers(
    kind: str, http_client: HttpClient, wil: HttpClient, services: Services
):
    caller = await _caller(kind, http_client, wil, services)

    for verb in (each for each in _VERBS if each not in _MAY[kind]):
        response = await _VERBS[verb](caller)

        assert response.status == 403, verb
        assert response.json["error"], verb
        assert response.json["detail"], verb


async def test_a_president_of_another_society_books_for_their_own_only(
    http_client: HttpClient, services: Services
):
    president = await _other_president(http_client, services)

    refused = await president.book(event_name="meeting", society="SOTECHSOC")
    made = await president.book(event_name="meeting", society="CHESS")

    assert refused.json["error"] == "Bad society ID."
    assert made.json["success"] is True


@pytest.mark.parametrize("kind", ["no token", "an invented token", "a revoked token", "a logged out token"])
async def test_every_operation_without_a_valid_token_is_a_401(
    kind: str, http_client: HttpClient, wil: HttpClient
):
    old = (await wil.get("/society.token/")).json["token"]
    await wil.get("/society.token/?regenerate=1")
    await wil.get("/user.logout/")
    tokens = {
        "no token": "",
        "an invented token": "ab" * 20,
        "a revoked token": old,
        "a logged out token": wil.token,
    }

    for verb, ask in _VERBS.items():
        response = await ask(http_client.as_(tokens[kind]))

        assert response.status == 401, verb
        assert response.headers["WWW-Authenticate"] == "Token", verb
        assert response.json["error"], verb
        assert response.json["detail"], verb


@pytest.mark.parametrize("keyword", ["Token", "token", "TOKEN"])
async def test_the_keyword_may_be_written_in_any_case(http_client: HttpClient, wil: HttpClient, keyword: str):
    response = await http_client.get("/user.info/", headers={"Authorization": f"{keyword} {wil.token}"})

    assert response.status == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Token",
        "Token ",
        "Bearer {}",
        "Token {}0",
        "Token {} {}",
        "{}",
        "Token ' OR 1=1 --",
        "Token \u202e",
    ],
)
async def test_any_other_credential_is_a_401(http_client: HttpClient, wil: HttpClient, header: str):
    shown = header.replace("{}", wil.token)

    response = await http_client.get("/user.info/", headers={"Authorization": shown})

    assert response.status == 401


async def test_a_token_in_the_url_is_ignored(http_client: HttpClient, wil: HttpClient):
    response = await http_client.get(f"/user.info/?token={wil.token}&Authorization=Token {wil.token}")

    assert response.status == 401


async def test_others_cannot_cancel_a_booking(wil: HttpClient, rema: HttpClient, emily: HttpClient):
    booking_id = (await wil.book(event_name="meeting", society="SOTECHSOC")).json["booking_id"]

    for other in (rema, emily):
        response = await other.get(f"/rooms.deleteBooking/?booking_id={booking_id}")
        assert response.status == 200
        assert response.json["error"] == "The booking does not belong to you."


async def test_presidents_act_for_what_the_societys_token_booked(
    wil: HttpClient, emily: HttpClient, rema: HttpClient, society: HttpClient
):
    booking_id = (await society.book(event_name="meeting")).json["booking_id"]
    path = f"/rooms.deleteBooking/?booking_id={booking_id}"

    by_others = [(await each.get(path)).json for each in (emily, rema)]
    by_president = (await wil.get(path)).json

    assert all(each["error"] == "The booking does not belong to you." for each in by_others)
    assert by_president == {"success": True}


async def test_a_societys_token_books_for_its_society_only(society: HttpClient, services: Services):
    await services.administration.societies.add(Administrator(), a_society(), None)

    other = await society.book(event_name="meeting", society="CHESS")
    personal = await society.book(event_name="meeting", society_booking="false")
    nameless = await society.book()

    assert other.json["error"] == "Bad society ID."
    assert personal.json["code"] == "bad_parameter"
    assert nameless.json["code"] == "missing_field"


async def test_rights_granted_by_another_process_apply_to_the_next_request(
    http_client: HttpClient, services: Services, database_url: str
):
    """The command line may write beside a running server."""
    rema = await http_client.log_in("rema")
    beside = create_services(database_url, services.clock, services.rules)
    await beside.storage.open()
    await beside.storage.load()
    await beside.administration.societies.add(Administrator(), a_society(), "rema")
    await beside.storage.close()
    await asyncio.sleep(0.01)  # longer than between two looks

    made = await rema.book(event_name="meeting")
    added = await rema.post("/society.addUser/", {"username": "emily"})

    assert made.json["success"] is True
    assert "Successfully added" in added.json["success"]
