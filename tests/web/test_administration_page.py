"""The page of administrators and its files: for them only, and each download is in the audit."""

import csv
import io
import json

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.exporting.exports import KINDS
from bot.services import Services
from core.model import Block
from core.ports import UnitOfWork
from tests.login.browser import Browser
from tests.web.test_usage_page import log_in


async def promote(services: Services, name: str, block: Block | None = None) -> None:
    def change(unit: UnitOfWork) -> None:
        person = unit.people.by_name(name)
        assert person is not None
        unit.people.put(replace(person, is_admin=True))
        unit.people.block(person.id, block)

    await services.storage.write(change)


@pytest.fixture
async def admin(browser: Browser, services: Services, app: web.Application) -> Browser:
    await promote(services, "dana")
    await log_in(browser, services, app, "dana")
    return browser


PATHS = ["/admin", *(f"/admin/export/{kind}.csv" for kind in KINDS)]


async def test_an_administrator_finds_the_page_and_every_file(admin: Browser):
    page = await admin.open("/admin")

    assert page.status == 200
    assert "Administrators: Dana." in page.words
    for kind in KINDS:
        assert f"/admin/export/{kind}.csv" in page.text
        file = await admin.open(f"/admin/export/{kind}.csv")
        assert file.status == 200, kind
        assert file.headers["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
        assert file.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in file.headers
    assert 'href="/admin"' in (await admin.open("/")).text


async def test_a_file_has_the_rows_and_is_noted_in_the_audit(admin: Browser, services: Services):
    rooms = await admin.open("/admin/export/rooms.csv")
    assert len(list(csv.DictReader(io.StringIO(rooms.text.lstrip("\ufeff"))))) == 23
    people = await admin.open("/admin/export/people.json")
    assert "wil" in json.dumps(json.loads(people.text))

    audit = await services.storage.read(lambda unit: list(unit.history.audit()))
    [dana] = [
        each for each in services.read_model.directory.people.values() if each.person.username == "dana"
    ]
    exports = [(each.actor, each.subject) for each in audit if each.action == "export"]
    assert exports == [(f"person:{dana.person.id}", "rooms"), (f"person:{dana.person.id}", "people")]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["wil", "emily", "rema"])
async def test_others_see_nothing(
    browser: Browser, services: Services, app: web.Application, name: str, path: str
):
    await log_in(browser, services, app, name)

    page = await browser.open(path)

    assert page.status == 403
    assert "Only administrators can do this." in page.text


async def test_a_blocked_administrator_and_a_stranger_see_nothing(
    browser: Browser, services: Services, app: web.Application
):
    assert (await browser.open("/admin/export/rooms.csv")).status == 401
    await promote(services, "dana", Block(services.clock.now().replace(year=2090)))
    await log_in(browser, services, app, "dana")

    assert (await browser.open("/admin")).status == 403
    assert (await browser.open("/admin/export/people.csv")).status == 403
    assert 'href="/admin"' not in (await browser.open("/")).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/export/passwords.csv", 404),
        ("/admin/export/rooms.exe", 404),
        ("/admin/export/rooms.ics", 404),
        ("/admin/export/..%2Frooms.csv", 404),
        ("/admin/export/bookings.csv?from=yesterday", 400),
        ("/admin/export/bookings.csv?from=2016-01-01&to=2018-01-01", 400),
        ("/admin/export/bookings.csv?from=2016-02-01&to=2016-01-01", 400),
        ("/admin/export/bookings.csv?from=0001-01-01", 400),
        ("/admin/export/bookings.csv?from=0001-01-01&to=0001-01-02", 400),
        ("/admin/export/bookings.csv?from=9999-12-31", 400),
        ("/admin/export/bookings.csv?to=9999-12-31", 400),
        ("/admin/export/bookings.csv?to=0001-01-02", 400),
        ("/admin/usage?period=9999-12-31", 400),
        ("/admin/usage?period=9999-12-30", 400),
        ("/admin/usage?period=0001-01-01", 400),
        ("/admin/usage?period=" + "x" * 3000, 404),
        ("/admin/export/bookings.ics?from=2016-08-01&to=2016-08-31", 200),
        ("/admin/export/audit.json", 200),
    ],
)
async def test_only_what_there_is_can_be_asked_for(admin: Browser, path: str, status: int):
    assert (await admin.open(path)).status == status
