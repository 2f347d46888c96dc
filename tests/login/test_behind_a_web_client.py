"""Logins where a web server sends only `/api` to Roomie, and a web client owns all other paths."""

from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from bot.chat.reply import Button
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.config import Config
from bot.config.sections import HttpSection
from bot.login.chat_link import login_link_reply
from bot.login.from_config import public_url
from bot.login.settings import LoginSettings, ShibbolethSettings
from bot.runtime.roles import ALL_ROLES
from bot.runtime.run import _serving
from bot.services import Services
from bot.web.framework.settings import HttpSettings
from core.model import Identity
from tests.api.http_client import HttpClient
from tests.login.browser import Browser
from tests.login.test_shibboleth import REMA, SECRET
from tests.login.test_sid import begun, status
from tests.standins.web_client_server import WebClientServer


@pytest.fixture
async def web_client() -> AsyncIterator[WebClientServer]:
    async with WebClientServer().serving() as server:
        yield server


@pytest.fixture
def settings(web_client: WebClientServer) -> HttpSettings:
    return HttpSettings(
        rate_limit=0, public_url=web_client.url, trusted_proxies=(ip_network("127.0.0.1/32"),)
    )


@pytest.fixture
def program(web_client: WebClientServer, server_url: str, session: ClientSession) -> HttpClient:
    """The web client's requests."""
    web_client.backend = server_url
    return HttpClient(session, web_client.url)


@pytest.fixture
def browser(web_client: WebClientServer, session: ClientSession) -> Browser:
    return Browser(session, web_client.url)


async def test_a_password_login_stays_under_the_api(
    web_client: WebClientServer, program: HttpClient, browser: Browser
):
    payload = await begun(program)
    page = await browser.open(payload["loginUrl"])
    again = await browser.submit(page, username="rema", password="wrong")
    confirm = await browser.submit(again, username="rema", password="remapassword")
    done = await browser.submit(confirm, answer="yes")

    assert "Wrong username or password." in again.words
    assert "You're logged in" in done.words
    assert web_client.shown_by_client == []
    user = (await status(program, payload["sid"])).json["user_data"]
    account = await program.as_(user["token"]).get("/api/v1/user.info/")
    assert account.json["email"] == "rema@rema.com"


class TestShibboleth:
    @pytest.fixture
    def login_settings(self, web_client: WebClientServer) -> LoginSettings:
        return LoginSettings(shibboleth=ShibbolethSettings(f"{web_client.url}/Shibboleth.sso/", SECRET))

    async def test_a_shibboleth_login_stays_under_the_api(
        self, web_client: WebClientServer, program: HttpClient, browser: Browser
    ):
        web_client.attributes = REMA
        payload = await begun(program)

        confirm = await browser.open(payload["loginUrl"])
        done = await browser.submit(confirm, answer="yes")

        assert "You're logged in" in done.words
        assert web_client.shown_by_client == []
        assert (await status(program, payload["sid"])).json["status"] == "LOGGED_IN"

    async def test_a_link_in_chat_leads_to_the_service_provider(
        self, web_client: WebClientServer, program: HttpClient, browser: Browser
    ):
        web_client.attributes = REMA
        sid = (await begun(program))["sid"]

        confirm = await browser.open(f"/api/v1/login?sid={sid}")

        assert "Log this program in?" in confirm.words
        assert web_client.shown_by_client == []


@pytest.mark.parametrize("login", ["/login", "/login/", "/api/v1/login", "/api/v1/login/"])
async def test_the_addresses_of_release_0_1_go_on_working(
    server_url: str, session: ClientSession, login: str
):
    program, browser = HttpClient(session, server_url), Browser(session, server_url)
    sid = (await begun(program))["sid"]
    page = await browser.open(f"{login}?sid={sid}")

    confirm = await browser.ask(
        "POST", login, data=page.hidden | {"username": "wil", "password": "wilpassword"}
    )
    done = await browser.ask("POST", f"{login.rstrip('/')}/confirm", data=confirm.hidden | {"answer": "yes"})

    assert "You're logged in" in done.words
    assert urlsplit(page.action).path == "/api/v1/login"


async def test_no_page_keeps_a_popup_from_being_closed(program: HttpClient, browser: Browser):
    payload = await begun(program)

    pages = [
        await browser.open(payload["loginUrl"]),
        await browser.open("/api/v1/login?sid=gone"),
        await browser.log_in(payload["loginUrl"], "wil"),
    ]

    assert all("Cross-Origin-Opener-Policy" not in page.headers for page in pages)


async def test_a_login_link_names_the_port_that_the_system_chose(services: Services):
    config = Config(http=HttpSection(port=0))
    chosen = replace(services, public_url=public_url(config))
    request = ChatRequest(Requester(Identity("slack:T1:UREMA"), PlatformName.SLACK, "rema"), "/login")

    async with _serving(chosen, config, (), ALL_ROLES) as url:
        reply = await login_link_reply(chosen, request, waits=False)

    (button,) = (each for each in reply.actions if isinstance(each, Button))
    assert button.url.startswith(f"{url}/api/v1/login?sid=")


async def test_a_web_clients_day_from_login_to_logout(
    web_client: WebClientServer, program: HttpClient, browser: Browser
):
    """The requests of the makers' web client, in its order, through its own server."""
    payload = await begun(program)
    await browser.submit(await browser.log_in(payload["loginUrl"], "rema"), answer="yes")
    user = (await status(program, payload["sid"])).json["user_data"]
    client, api = program.as_(user["token"]), "/api/v1"

    rooms = (await client.get(f"{api}/rooms.list/")).json
    days = [
        (await client.get(f"{api}/rooms.bookings/?room_id={each['room_id']}&date=201688")).json
        for each in rooms
    ]
    form = {"room_id": "RO-POO", "date": "20160808", "start_time": "15:01", "end_time": "16:00", "notes": ""}
    booked = (await client.post(f"{api}/rooms.book/", form)).json
    mine = (await client.get(f"{api}/user.bookings/")).json
    info = (await client.get(f"{api}/user.info/")).json
    deleted = (await client.get(f"{api}/rooms.deleteBooking/?booking_id={booked['booking_id']}")).json
    left = (await client.get(f"{api}/user.logout/")).json

    assert all(isinstance(day, list) for day in days)
    assert [(each["start"], each["end"]) for each in mine] == [("15:00:00", "16:00:00")]
    assert info["quota_left"] == booked["quota_left"] == user["quota_left"] - 60
    assert deleted == left == {"success": True}
    assert (await client.get(f"{api}/rooms.list/")).status == 401
    assert web_client.shown_by_client == []
