"""Logs and metrics of the HTTP API, the pages and the background work tell nothing about people."""

import io
from collections.abc import Iterator

import pytest

from bot.services import Services
from tests.api.conftest import app, clock, database_url, http_client, parse, sample_file, services, settings
from tests.api.http_client import HttpClient
from tests.logs import captured_log, lines_with

__all__ = [
    "app",
    "clock",
    "database_url",
    "http_client",
    "parse",
    "sample_file",
    "services",
    "settings",
]

TYPED = ("kumquat", "marmalade", "turnip", "periwinkle")
PERSONAL = (*TYPED, "rema", "boo@", "wil@", "emily", "127.0.0.1")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured_log() as written:
        yield written


async def test_requests_are_logged_without_names_words_and_addresses(
    http_client: HttpClient, services: Services, log: io.StringIO
):
    rema = await http_client.log_in("rema")
    booked = await rema.book(event_name="kumquat", description="marmalade")
    await rema.get("/user.info/")
    await rema.get("/user.bookings/?turnip=periwinkle")
    await rema.get("/rooms.list/?q=turnip")
    await rema.post("/rooms.deleteBooking/", {"booking_id": "marmalade"})
    await http_client.post("/user.login/", {"username": "emily", "password": "periwinkle"})
    await http_client.post("/user.login/", {"username": "kumquat@marmalade.example", "password": "turnip"})
    await http_client.get("/turnip/periwinkle?kumquat=marmalade")
    await http_client.get("/parse/?text=kumquat+tomorrow")
    await http_client.get("/calendars/secret/periwinkle.ics")
    await http_client.get("/login?sid=shibperiwinkle")
    await http_client.ask(
        "POST", "/rooms.book/", data=b"{kumquat", headers={"Content-Type": "application/json"}
    )
    metrics = (await http_client.get("/metrics")).body.decode()

    assert booked is not None
    assert "answered" in log.getvalue()
    assert lines_with(log.getvalue(), PERSONAL) == []
    assert lines_with(metrics, PERSONAL) == []


async def test_erasing_is_logged_and_measured_without_the_person(
    http_client: HttpClient, services: Services, log: io.StringIO
):
    person = services.read_model.directory.by_name("rema")
    assert person is not None
    await services.erasures.erase(person.person.id)
    metrics = (await http_client.get("/metrics")).body.decode()

    assert lines_with(log.getvalue() + metrics, PERSONAL) == []
