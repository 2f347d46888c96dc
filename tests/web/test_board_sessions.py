"""Sessions of browsers: forged forms, replayed cookies, fixation, open redirects, injected text."""

import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from bot.login.browser_sessions import BrowserSessions
from bot.services import Services
from bot.web.framework.page_response import safe_path
from core.model import Building, BuildingId, Room, RoomId
from core.services.import_facts import import_buildings, import_rooms
from tests.fakes.clock import StillClock
from tests.web.visitor import Visitor

_COOKIE = "roomie-session"


@pytest.fixture
def visitor(server_url: str, session: ClientSession) -> Visitor:
    return Visitor(session, server_url)


@pytest.fixture
async def wil(server_url: str, session: ClientSession) -> Visitor:
    visitor = Visitor(session, server_url)
    await visitor.log_in("wil")
    return visitor


def _other(visitor: Visitor, **cookies: str) -> Visitor:
    """Another browser at the same server."""
    other = Visitor(visitor._session, visitor.url)
    other.cookies |= cookies
    return other


async def _book_form(visitor: Visitor) -> dict[str, str]:
    await visitor.open("/?q=monday+3pm+20+seats")
    return dict(visitor.at.form_with("Book").values)


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitor):
    await visitor.open("/login?next=/my")
    form = visitor.at.form_with("Log in")
    values = form.values | {"username": "wil", "password": "wilpassword"}
    async with visitor._session.post(
        visitor.url + form.action, data=values, cookies=visitor.cookies, allow_redirects=False
    ) as answer:
        cookie = next(each for each in answer.headers.getall("Set-Cookie") if each.startswith(_COOKIE))

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert answer.headers["Location"] == "/my"


@pytest.mark.parametrize("csrf", [None, "", "0" * 40, "é", "another person's", "another session's"])
async def test_a_form_without_the_token_of_its_session_changes_nothing(
    wil: Visitor, services: Services, csrf: str | None
):
    form = await _book_form(wil)
    if csrf in {"another person's", "another session's"}:
        other = _other(wil)
        await other.log_in("rema" if csrf == "another person's" else "wil")
        csrf = (await _book_form(other))["csrf"]
    forged = {name: value for name, value in form.items() if name != "csrf"}
    page = await wil.send("/press", forged if csrf is None else forged | {"csrf": csrf})

    assert page.status == 403
    assert not services.read_model.bookings


async def test_a_form_of_another_site_changes_nothing(wil: Visitor, services: Services):
    page = await wil.send("/press", await _book_form(wil), **{"Sec-Fetch-Site": "cross-site"})

    assert page.status == 403
    assert not services.read_model.bookings


async def test_another_site_cannot_log_anybody_out(wil: Visitor):
    page = await wil.send("/logout", {"csrf": ""})

    assert page.status == 403
    assert "My bookings" in (await wil.open("/my")).words


async def test_a_session_is_over_after_the_logout_even_for_a_copied_cookie(wil: Visitor, services: Services):
    copied, form = dict(wil.cookies), await _book_form(wil)
    await wil.open("/my")
    page = await wil.press("Log out")
    thief = _other(wil, **copied)

    assert page.page.links["Log in"]
    assert _COOKIE not in wil.cookies
    assert (await thief.open("/my")).status == 401
    assert (await thief.send("/press", form)).status == 401
    assert not services.read_model.bookings


async def test_a_session_is_listed_and_revoked_among_the_tokens(wil: Visitor):
    other = _other(wil)
    await other.log_in("wil")
    listed = await wil.open("/?q=/tokens")
    await wil.press("Yes: Log out")

    assert "browser" in listed.words
    assert 401 in {(await wil.open("/my")).status, (await other.open("/my")).status}


async def test_an_idle_session_expires(wil: Visitor, clock: StillClock, services: Services):
    clock.move(services.rules.token_idle + timedelta(days=1))

    assert (await wil.open("/my")).status == 401


async def test_a_session_that_was_there_before_the_login_is_replaced(visitor: Visitor, wil: Visitor):
    """Fixation: the planted cookie is not logged in as the person."""
    planted = dict(wil.cookies)
    victim = _other(wil, **planted)
    await victim.open("/my")
    await victim.press("Log out")
    await victim.log_in("rema")

    assert victim.cookies[_COOKIE] != planted[_COOKIE]
    assert (await _other(wil, **planted).open("/my")).status == 401


async def test_a_login_begun_elsewhere_logs_this_browser_in_as_nobody(visitor: Visitor):
    """Login CSRF: an attacker's form, filled in with the attacker's password."""
    attacker = _other(visitor)
    await attacker.open("/login")
    form = attacker.at.form_with("Log in")
    page = await visitor.send(form.action, form.values | {"username": "wil", "password": "wilpassword"})

    assert page.status == 403
    assert _COOKIE not in visitor.cookies


async def test_neither_a_token_nor_a_cookie_stands_in_for_the_other(wil: Visitor, services: Services):
    token = services.accounts.new_login(services.read_model.directory.by_name("wil").person.id, "x")[1]  # type: ignore[union-attr]
    as_cookie = _other(wil, **{_COOKIE: token})
    as_token = await _other(wil).open(
        "/api/v1/user.info/", Authorization=f"Token {wil.cookies[_COOKIE][:40]}"
    )
    page = await _other(wil).open("/my", Authorization=f"Token {token}")

    assert (await as_cookie.open("/my")).status == 401
    assert as_token.status == 401
    assert page.status == 401


@given(st.text(max_size=600))
def test_nothing_but_our_own_cookie_is_a_session(text: str):
    sessions = BrowserSessions([b"a secret", b"an older one"])

    assert sessions.read(text) is None
    assert not sessions.began(text, "a" * 60)


def test_an_older_secret_still_opens_sessions():
    cookie = BrowserSessions([b"old"]).seal("ab" * 20)
    found = BrowserSessions([b"new", b"old"]).read(cookie)

    assert found is not None
    assert found.token == "ab" * 20
    assert BrowserSessions([b"new"]).read(cookie) is None


_ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "http:evil.example",
    "/é",
    "/" + "a" * 3_000,
)


@pytest.mark.parametrize("path", _ELSEWHERE)
async def test_a_login_leads_back_within_the_site_only(visitor: Visitor, path: str):
    await visitor.open(f"/login?{urlencode({'next': path})}")
    page = await visitor.press("Log in", username="wil", password="wilpassword")

    assert page.path == "/"
    assert page.status == 200


@given(st.one_of(st.sampled_from(_ELSEWHERE), st.text(max_size=30).map("/{}".format), st.text(max_size=30)))
def test_a_safe_path_is_one_of_this_site(text: str):
    path = safe_path(text)

    assert re.fullmatch(r"/(?![/\\])[!-\[\]-~]*|/", path)


_EVIL = "\"><script>alert(1)</script><b x='"


async def test_names_titles_and_typed_text_are_never_markup(wil: Visitor, services: Services):
    building = Building(BuildingId("X-1"), f"House {_EVIL}", 51.5, -0.13)
    room = Room(RoomId("X-1-'<i>&1"), BuildingId("X-1"), f"Room {_EVIL}", 12, aliases=(_EVIL,))
    now = services.clock.now()
    await services.storage.write(lambda unit: import_buildings(unit, [building], now))
    await services.storage.write(lambda unit: import_rooms(unit, [room], now))
    await services.synced_read_model()
    path = f"/rooms/{quote(room.id, safe='')}"
    await wil.open(path)
    booked = await wil.press("Book", in__date="2016-08-08", in__time="15:00", in__title=_EVIL)
    assert "You're booked" in booked.words
    pages = [
        booked,
        await wil.open(path),
        await wil.open("/"),
        await wil.open("/my"),
        await wil.open(f"/buildings/{building.id}"),
        await wil.open(f"/?{urlencode({'q': _EVIL})}"),
        await wil.open(f"/?{urlencode({'q': '/book ' + _EVIL})}"),
        await wil.open(f"/?{urlencode({'when': _EVIL, 'where': _EVIL, 'seats': _EVIL, 'with': _EVIL})}"),
        await wil.open(f"/ask?{urlencode({'action': _EVIL, 'value': _EVIL, 'back': _EVIL})}"),
        await wil.open(f"/login/{quote(_EVIL, safe='')}", Accept="text/html"),
        await wil.open(f"/login?{urlencode({'next': '/' + _EVIL})}"),
        await wil.open(f"/bookings/{quote(_EVIL, safe='')}"),
    ]

    for page in pages:
        assert "<script>alert" not in page.html
        assert not [tag for tag, _ in page.page.tags if tag in {"b", "i"}]
        assert all("javascript:" not in link for link in page.page.links.values())


async def test_no_page_allows_anything_inline_or_in_a_frame(wil: Visitor):
    for path in ("/", "/rooms/RO-POO", "/my", "/societies", "/none"):
        page = await wil.open(path, Accept="text/html")

        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in page.headers
        assert "style" not in {name for _, attributes in page.page.tags for name in attributes}
