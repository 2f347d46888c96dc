"""What is known about a person, by the link from chat."""

from datetime import timedelta

import pytest

from bot.exporting.links import export_url
from bot.services import Services
from tests.api.http_client import HttpClient
from tests.builders import NOW
from tests.fakes.clock import StillClock


@pytest.fixture
def path(services: Services) -> str:
    person = services.read_model.directory.by_name("rema")
    assert person is not None
    return export_url("", services.accounts.secrets[0], person.person.id, services.clock.now())


async def test_the_page_shows_nothing_before_a_button_is_pressed(http_client: HttpClient, path: str):
    """Chats and mail programs fetch links to preview them."""
    response = await http_client.get(path)

    assert response.status == 200
    assert "rema" not in response.body.decode()
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_the_button_downloads_everything(http_client: HttpClient, path: str, rema: HttpClient):
    await rema.book()

    response = await http_client.post(path, {"as": "json"})

    assert response.status == 200
    assert response.headers["Content-Disposition"] == 'attachment; filename="roomie.json"'
    assert response.headers["Cache-Control"] == "no-store"
    known = response.json
    assert known["account"][0]["email"] == "rema@rema.com"
    assert len(known["bookings"]) == 1
    assert known["connected_apps"]


async def test_it_can_be_read(http_client: HttpClient, path: str):
    response = await http_client.post(path, {"as": "text"})

    assert response.headers["Content-Type"].startswith("text/plain")
    assert "rema@rema.com" in response.body.decode()


async def test_a_link_expires(http_client: HttpClient, path: str, clock: StillClock):
    clock.move(timedelta(minutes=15))

    response = await http_client.post(path, {"as": "json"})

    assert response.status == 410
    assert "rema@" not in response.body.decode()


async def test_a_link_of_somebody_else_cannot_be_made(http_client: HttpClient, services: Services):
    forged = export_url("", b"not the secret", 1, NOW)  # type: ignore[arg-type]

    for path in (forged, forged[:-4], "/privacy/x", "/privacy/%C3%A9"):
        assert (await http_client.post(path, {"as": "json"})).status == 410


async def test_other_sites_cannot_press_the_button(http_client: HttpClient, path: str):
    response = await http_client.post(path, {"as": "json"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status == 403


async def test_after_erasing_the_link_leads_nowhere(http_client: HttpClient, path: str, services: Services):
    person = services.read_model.directory.by_name("rema")
    assert person is not None
    await services.erasures.erase(person.person.id)

    assert (await http_client.post(path, {"as": "json"})).status == 410
