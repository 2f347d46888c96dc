"""`login.dev_user` logs everybody on this machine in as one person, with a warning."""

import pytest

from bot.login.settings import LoginSettings
from core.model import Identity
from core.services.provisioning import IdentityClaims
from tests.api.http_client import HttpClient
from tests.login.browser import Browser
from tests.login.test_sid import begun, status


@pytest.fixture
def login_settings() -> LoginSettings:
    return LoginSettings(
        development=IdentityClaims(Identity("eppn:dev@example.org"), "dev@example.org", "Dev Eloper")
    )


async def test_one_click_logs_in_and_every_page_shows_a_warning(program: HttpClient, browser: Browser):
    payload = await begun(program)

    first = await browser.open(payload["loginUrl"])
    second = await browser.submit(first)
    await browser.submit(second, answer="yes")

    assert "Development mode:" in first.words
    assert "Development mode:" in second.words
    assert (await status(program, payload["sid"])).json["user_data"]["email"] == "dev@example.org"


async def test_requests_through_a_proxy_are_refused(program: HttpClient, browser: Browser):
    first = await browser.open((await begun(program))["loginUrl"])

    page = await browser.ask(
        "POST", first.action, data=first.hidden, headers={"X-Forwarded-For": "192.0.2.7"}
    )

    assert page.status == 403


@pytest.mark.parametrize(
    "headers",
    [{"Forwarded": "for=192.0.2.7"}, {"X-Real-IP": "192.0.2.7"}, {"Host": "rooms.example.org"}],
    ids=str,
)
async def test_requests_to_another_address_or_host_name_are_refused(
    program: HttpClient, browser: Browser, headers: dict[str, str]
):
    first = await browser.open((await begun(program))["loginUrl"])

    page = await browser.ask("POST", first.action, data=first.hidden, headers=headers)

    assert page.status == 403
