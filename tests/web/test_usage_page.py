"""The page of usage figures: for administrators, with nothing about a few people."""

import csv
import io
from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.services import Services
from bot.web.application import STATE
from bot.web.framework.browser_session import session_cookie
from core.ports import UnitOfWork
from tests.login.browser import Browser


async def log_in(browser: Browser, services: Services, app: web.Application, name: str) -> None:
    result = await services.accounts.log_in(name, f"{name}password")
    for key, morsel in SimpleCookie(session_cookie(result.token, app[STATE])).items():
        browser.cookies[key] = morsel.value


@pytest.fixture
async def admin(browser: Browser, services: Services, app: web.Application) -> Browser:
    def promote(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.put(replace(person, is_admin=True))

    await services.storage.write(promote)
    await log_in(browser, services, app, "dana")
    return browser


async def test_an_administrator_sees_figures_and_the_occupancy_as_a_picture(admin: Browser):
    page = await admin.open("/admin/usage?period=this+week")

    assert page.status == 200
    assert "Usage: week of 1 August 2016" in page.words
    assert "<svg" in page.text
    assert "Occupancy: Whole campus" in page.text
    assert "booked 0" in page.words


async def test_the_file_has_the_same_figures(admin: Browser):
    file = await admin.open("/admin/usage.csv?period=this+week+Wren")

    rows = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    assert file.headers["Content-Type"].startswith("text/csv")
    assert {each["building"] for each in rows} == {"Wren Building"}
    assert {"bookings", "waiting list", "occupancy"} <= {each["table"] for each in rows}


@pytest.mark.parametrize("path", ["/admin/usage", "/admin/usage.csv"])
@pytest.mark.parametrize("name", ["wil", "emily", "rema"])
async def test_others_see_nothing(
    browser: Browser, services: Services, app: web.Application, name: str, path: str
):
    await log_in(browser, services, app, name)

    page = await browser.open(path)

    assert page.status == 403
    assert "Only administrators can do this." in page.text


async def test_strangers_are_asked_to_log_in(browser: Browser):
    page = await browser.open("/admin/usage")

    assert "log in" in page.words.casefold()
    assert (await browser.open("/admin/usage.csv")).status == 401


async def test_a_period_that_makes_no_sense_is_refused_with_a_sentence(admin: Browser):
    page = await admin.open("/admin/usage?period=last+term")

    assert "Name the days instead" in page.words
