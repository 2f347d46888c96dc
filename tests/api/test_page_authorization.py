"""Authorization of pages: every page by every kind of visitor, and other people's things."""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, DummyCookieJar
from msgspec.structs import replace

from bot.services import Services
from bot.web.framework.route import Access, ParameterLocation, Route
from bot.web.routes import ROUTES
from core.ports import UnitOfWork
from tests.api.http_client import HttpClient
from tests.web.visitor import Visitor

_PAGES = [route for route in ROUTES if route.uses_session and route.path]
_FORMS = [route for route in _PAGES if route.methods == ("POST",)]
_READ = [route for route in _PAGES if "GET" in route.methods and "/login" not in route.path]
_EXAMPLES = {"room_id": "RO-POO", "room": "RO-POO", "building_id": "H-C12", "building": "H-C12"}
_NOBODY = {"nobody", "a token in the header"}
_EVERYBODY = {*_NOBODY, "rema", "emily", "wil", "dana"}
"""Wil is president of a society, and dana an administrator."""
_MAY: Mapping[Access, set[str]] = {
    Access.PUBLIC: _EVERYBODY,
    Access.PERSON: {"rema", "emily", "wil", "dana"},
    Access.PRESIDENT: {"wil"},
    Access.ADMINISTRATOR: {"dana"},
}


@pytest.fixture(autouse=True)
async def _administrator(services: Services) -> None:
    def promote(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.put(replace(person, is_admin=True))

    await services.storage.write(promote)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session


async def _visitor(
    kind: str, http_client: HttpClient, session: ClientSession
) -> tuple[Visitor, dict[str, str]]:
    """The visitor, and headers of their requests."""
    visitor = Visitor(session, http_client.url)
    if kind == "a token in the header":
        return visitor, {"Authorization": f"Token {(await http_client.log_in('wil')).token}"}
    if kind != "nobody":
        await visitor.log_in(kind)
    return visitor, {}


def _path(route: Route) -> str:
    path = route.path
    for each in route.parameters:
        if each.location is ParameterLocation.PATH:
            path = path.replace(f"{{{each.name}}}", _EXAMPLES.get(each.name) or each.example or "none")
    required = {
        each.name: each.example for each in route.parameters if each.required and each.location is None
    }
    return f"{path}?{urlencode(required)}" if required and "GET" in route.methods else path


@pytest.mark.parametrize("kind", sorted(_EVERYBODY))
async def test_every_page_is_limited_to_its_visitors(
    kind: str, http_client: HttpClient, session: ClientSession
):
    visitor, headers = await _visitor(kind, http_client, session)

    for route in _READ:
        page = await visitor.open(_path(route), **headers)
        if kind in _MAY[route.access]:
            assert page.status in {200, 404} or route.path.startswith("/api"), route.name
        else:
            assert page.status == (401 if kind in _NOBODY else 403), route.name
        if page.status == 401 and route.is_page:
            assert page.page.links["Log in"].startswith("/login?next=/"), route.name


@pytest.mark.parametrize("kind", sorted(_EVERYBODY))
async def test_every_form_needs_a_login_and_the_token_of_its_session(
    kind: str, http_client: HttpClient, session: ClientSession
):
    visitor, headers = await _visitor(kind, http_client, session)

    for route in _FORMS:
        required = {each.name: each.example or "x" for each in route.parameters if each.required}
        page = await visitor.send(_path(route), required, **headers)
        assert page.status in ({401} if kind in _NOBODY else {400, 403, 404}), route.name


async def test_other_peoples_bookings_are_neither_shown_nor_changed(
    http_client: HttpClient, session: ClientSession, services: Services
):
    wil, _ = await _visitor("wil", http_client, session)
    rema, _ = await _visitor("rema", http_client, session)
    await wil.open("/?q=book+Wren+G02+monday+3pm")
    await wil.press("Go on")
    (booking,) = services.read_model.bookings.values()
    await rema.open("/my")
    csrf = rema.at.form_with("Log out").values["csrf"]

    shown = await rema.open(f"/bookings/{booking.id}")
    changed = await rema.send(f"/bookings/{booking.id}/change", {"csrf": csrf, "when": "monday 5pm"})
    buttons = (("cancel", ""), ("ask_cancel", ""), ("extend", "~30"), ("here", ""), ("leave", ""))
    pressed = [
        await rema.send("/press", {"csrf": csrf, "action": action, "value": f"{booking.id}{more}"})
        for action, more in buttons
    ]

    assert (shown.status, changed.status) == (404, 404)
    assert all(page.status == 200 and 'class="reply' in page.html for page in pressed)
    assert list(services.read_model.bookings.values()) == [booking]
    assert "your booking" not in (await rema.open("/rooms/H-C12-G02?from=2016-08-08")).words


async def test_a_member_who_presides_over_nothing_changes_no_members(
    http_client: HttpClient, session: ClientSession, services: Services
):
    emily, _ = await _visitor("emily", http_client, session)
    await emily.open("/my")
    csrf = emily.at.form_with("Log out").values["csrf"]

    page = await emily.send("/societies/add", {"csrf": csrf, "user": "rema", "society": "SOTECHSOC"})
    typed = await emily.send("/say", {"csrf": csrf, "text": "/society add rema SOTECHSOC"})

    assert page.status == 403
    assert "can now book" not in typed.words
    rema = services.read_model.directory.by_name("rema")
    assert rema is not None
    assert rema.memberships == ()
