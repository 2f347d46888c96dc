"""The switch that takes everybody on a developer's own machine for one person, and says so."""

import pytest

from bot.login.settings import LoginSettings
from core.model.entities import Identity
from core.services.provisioning import IdentityClaims
from tests.api.visitor import Visitor
from tests.login.browser import Browser
from tests.login.test_sid import begun, status


@pytest.fixture
def login_settings() -> LoginSettings:
    return LoginSettings(
        development=IdentityClaims(Identity("eppn:dev@example.org"), "dev@example.org", "Dev Eloper")
    )


async def test_one_press_logs_in_and_every_page_is_loud_about_it(program: Visitor, browser: Browser):
    told = await begun(program)

    first = await browser.open(told["loginUrl"])
    second = await browser.submit(first)
    await browser.submit(second, answer="yes")

    assert "Development mode:" in first.words
    assert "Development mode:" in second.words
    assert (await status(program, told["sid"])).json["user_data"]["email"] == "dev@example.org"


async def test_nobody_who_comes_by_way_of_a_proxy_is_taken_for_us(program: Visitor, browser: Browser):
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
async def test_what_came_by_another_way_or_name_is_not_taken_for_us(
    program: Visitor, browser: Browser, headers: dict[str, str]
):
    first = await browser.open((await begun(program))["loginUrl"])

    page = await browser.ask("POST", first.action, data=first.hidden, headers=headers)

    assert page.status == 403
