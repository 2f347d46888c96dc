"""Every operation as every kind of caller on another person's data: forbidden ones change nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.services import Services
from bot.web.endpoints.openapi import canonical_paths
from bot.web.framework.route import Access
from bot.web.routes import ROUTES
from core.services.administration.rights import Administrator
from tests.api.http_client import HttpClient, HttpResponse
from tests.builders import a_society
from tests.contracts.raw import ask

_MONDAY = "20160808"
_OF_WIL = {"society_id": "SOTECHSOC"}


@dataclass
class Scene:
    """Wil presides over SOTECHSOC; these are his bookings, and the one that the society's token made."""

    wil: HttpClient
    personal: str
    of_society: str
    of_token: str
    society_token: str


Verb = Callable[[HttpClient, Scene], Awaitable[HttpResponse]]


def _cancel(which: str) -> Verb:
    return lambda who, scene: who.get(f"/rooms.deleteBooking/?booking_id={getattr(scene, which)}")


_VERBS: dict[str, Verb] = {
    "cancel a personal booking": _cancel("personal"),
    "cancel a society's booking": _cancel("of_society"),
    "cancel what a token booked": _cancel("of_token"),
    "book for the society": lambda who, _: who.book(
        "12:00", "13:00", event_name="meeting", society="SOTECHSOC"
    ),
    "book personally": lambda who, _: who.book("12:00", "13:00", society_booking="false"),
    "fetch the token": lambda who, _: who.get("/society.token/?society_id=SOTECHSOC"),
    "replace the token": lambda who, _: who.post("/society.token/", _OF_WIL),
    "add a member": lambda who, _: who.post("/society.addUser/", _OF_WIL | {"username": "dana"}),
    "remove a member": lambda who, _: who.post("/society.deleteUser/", _OF_WIL | {"username": "emily"}),
}
_NOBODY = {"a stranger", "a revoked login", "a revoked society token", "an invented token"}
_PERSONS = {"the president", "a member", "a former member", "somebody else", "another society's president"}
_KINDS = [*sorted(_PERSONS), *sorted(_NOBODY), "the society's token", "another society's token"]
_MAY: dict[str, set[str]] = {
    "cancel a personal booking": {"the president"},
    "cancel a society's booking": {"the president"},
    "cancel what a token booked": {"the president"},
    "book for the society": {"the president", "a member", "the society's token"},
    "book personally": _PERSONS,
    "fetch the token": {"the president"},
    "replace the token": {"the president"},
    "add a member": {"the president"},
    "remove a member": {"the president"},
}


@pytest.fixture
async def scene(program: HttpClient, services: Services) -> Scene:
    await services.administration.societies.add(Administrator(), a_society(), "dana")
    wil = await program.log_in("wil")
    personal = (await wil.book("09:00", "10:00")).json["booking_id"]
    society = (await wil.book("10:00", "11:00", event_name="x", society="SOTECHSOC")).json["booking_id"]
    token = (await wil.get("/society.token/?society_id=SOTECHSOC")).json["token"]
    by_token = (await wil.as_(token).book("11:00", "12:00", event_name="y")).json["booking_id"]
    return Scene(wil, personal, society, by_token, token)


async def _former_member(scene: Scene, program: HttpClient) -> HttpClient:
    await scene.wil.post("/society.addUser/", _OF_WIL | {"username": "rema"})
    await scene.wil.post("/society.deleteUser/", _OF_WIL | {"username": "rema"})
    return await program.log_in("rema")


async def _other_token(_: Scene, program: HttpClient) -> HttpClient:
    dana = await program.log_in("dana")
    return program.as_((await dana.get("/society.token/?society_id=CHESS")).json["token"])


async def _revoked_token(scene: Scene, program: HttpClient) -> HttpClient:
    await scene.wil.post("/society.token/", _OF_WIL)
    return program.as_(scene.society_token)


async def _revoked_login(_: Scene, program: HttpClient) -> HttpClient:
    emily = await program.log_in("emily")
    await emily.get("/user.logout/")
    return emily


_LOGGED_IN = {"a member": "emily", "somebody else": "rema", "another society's president": "dana"}
_SPECIAL = {
    "a former member": _former_member,
    "another society's token": _other_token,
    "a revoked society token": _revoked_token,
    "a revoked login": _revoked_login,
}


async def _caller(kind: str, scene: Scene, program: HttpClient) -> HttpClient:
    if kind in _LOGGED_IN:
        return await program.log_in(_LOGGED_IN[kind])
    if kind in _SPECIAL:
        return await _SPECIAL[kind](scene, program)
    tokens = {"the president": scene.wil.token, "the society's token": scene.society_token}
    return program.as_(tokens.get(kind, "0" * 40 if kind == "an invented token" else ""))


_EVERYTHING = (
    "SELECT (SELECT group_concat(id || state || version) FROM (SELECT * FROM booking ORDER BY id)) || "
    "(SELECT group_concat(person_id || society_id || role) FROM "
    "(SELECT * FROM membership ORDER BY person_id, society_id)) || "
    "(SELECT group_concat(id || coalesce(token_generation, 0)) FROM (SELECT * FROM society ORDER BY id))"
)


_ALLOWED = [(kind, verb) for kind in _KINDS for verb in _VERBS if kind in _MAY[verb]]


@pytest.mark.parametrize(("kind", "verb"), _ALLOWED)
async def test_allowed_requests_succeed(kind: str, verb: str, scene: Scene, program: HttpClient):
    caller = await _caller(kind, scene, program)

    response = await _VERBS[verb](caller, scene)

    assert response.status == 200
    assert "error" not in response.json


@pytest.mark.parametrize("kind", _KINDS)
async def test_forbidden_requests_change_nothing(
    kind: str, scene: Scene, program: HttpClient, database_url: str
):
    caller = await _caller(kind, scene, program)
    before = await ask(database_url, _EVERYTHING)

    for verb in (each for each in _VERBS if kind not in _MAY[each]):
        response = await _VERBS[verb](caller, scene)

        assert await ask(database_url, _EVERYTHING) == before, verb
        assert response.json["error"], verb
        if kind in _NOBODY:
            assert response.status == 401, verb
        elif "token" in kind and verb not in {"book for the society", "book personally"}:
            assert response.status == 403, verb


@pytest.mark.parametrize("kind", sorted(_PERSONS - {"the president"}))
async def test_nobody_reads_other_peoples_private_data(kind: str, scene: Scene, program: HttpClient):
    caller = await _caller(kind, scene, program)

    account = await caller.get("/user.info/")
    bookings = await caller.get("/user.bookings/")
    day = await caller.get(f"/rooms.bookings/?room_id=RO-POO&date={_MONDAY}")

    assert account.json["email"] != "wil@wil.com"
    assert scene.personal not in bookings.body.decode()
    assert scene.personal not in day.body.decode()


_GUARDED = [
    (route, method, path)
    for route in ROUTES
    if route.access is not Access.PUBLIC
    for _, path in canonical_paths(route)
    for method in route.methods
]


async def test_every_protected_route_is_in_the_matrix(scene: Scene, program: HttpClient):
    for route, method, path in _GUARDED:
        by_nobody = await program.ask(method, path)
        by_token = await program.as_(scene.society_token).ask(method, path)

        assert by_nobody.status == 401, path
        if route.uses_session:
            assert by_token.status == 401, f"tokens of programs do not open pages: {path}"
            continue
        assert (by_token.status == 403) == (route.access is not Access.PERSON_OR_SOCIETY), (method, path)


_OPEN_TO_ALL = {
    "user.login",
    "user.login.getToken",
    "user.login.status",
    "user.login.callback",
    "stream.sub/{sid}",
    "stream.sub_lp/{sid}",
}


def test_only_login_routes_of_the_booking_api_are_public():
    booking_api = {
        route.name for route in ROUTES if route.api.name == "ROOMIE" and route.access is Access.PUBLIC
    }

    assert booking_api == _OPEN_TO_ALL


async def test_no_response_allows_credentialed_cross_origin_requests(program: HttpClient):
    for path in ("/user.info/", "/user.login.getToken/", "/api/buildings", "/login?sid=x"):
        response = await program.get(path, headers={"Origin": "https://elsewhere.example"})

        assert "Access-Control-Allow-Credentials" not in response.headers
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response.headers
