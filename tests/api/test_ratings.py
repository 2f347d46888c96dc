"""Ratings of rooms by FreeRooms' clients."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from tests.api.conftest import create_services
from tests.api.http_client import HttpClient, HttpResponse
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock

GOOD = {"cleanliness": 4, "location": 5, "quietness": 3, "overall": 4}


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=0, trusted_proxies=(ip_network("127.0.0.0/8"),))


async def _rate(
    client: HttpClient, room: str = "RO-POO", building: str = "H-G9", by: str = "192.0.2.1", **stars: object
) -> HttpResponse:
    return await client.post(
        f"/api/rating/rate/{building}/{room}", json=GOOD | stars, headers={"X-Forwarded-For": by}
    )


async def _building(client: HttpClient, building: str = "H-G9") -> object:
    return (await client.get(f"/api/buildingRating/{building}")).json


async def test_a_building_without_ratings_has_none(http_client: HttpClient):
    assert await _building(http_client) == {"buildingId": "H-G9", "overallRating": 0}
    assert await _building(http_client, "K-NONE") == {"buildingId": "K-NONE", "overallRating": 0}
    assert (await http_client.get("/api/rating/RO-POO")).json == []


async def test_a_rating_is_seen_at_once(http_client: HttpClient):
    await _building(http_client)

    given = await _rate(http_client)
    await _rate(http_client, "RO-PIZZA", by="192.0.2.2", overall=3.5)

    assert given.json == {"message": "rating inserted successfully"}
    assert await _building(http_client) == {"buildingId": "H-G9", "overallRating": 3.8}
    assert (await http_client.get("/api/rating/RO-POO")).json == [GOOD]
    rooms = (await http_client.get("/api/rating/rooms/H-G9")).json
    assert {each["roomId"]: each["overallRating"] for each in rooms} == {"RO-POO": 4, "RO-PIZZA": 3.5}
    everything = (await http_client.get("/api/buildingRating")).json
    assert {"buildingId": "H-G9", "overallRating": 3.8} in everything


async def test_a_second_rating_of_a_day_replaces_the_first(http_client: HttpClient, clock: StillClock):
    await _rate(http_client, overall=1)
    await _rate(http_client, overall=5)

    assert [each["overall"] for each in (await http_client.get("/api/rating/RO-POO")).json] == [5]

    clock.move(timedelta(days=1))
    await _rate(http_client, overall=2)
    assert [each["overall"] for each in (await http_client.get("/api/rating/RO-POO")).json] == [2, 5]


@pytest.mark.parametrize("stars", [0, 0.9, 5.1, 6, -1, 10**400, "five", "NaN", "1e0", True, None, [5], {}])
async def test_only_one_to_five_stars_count(http_client: HttpClient, stars: object):
    response = await _rate(http_client, overall=stars)

    assert response.status == 400
    assert "overall" in response.json["error"]
    assert (await http_client.get("/api/rating/RO-POO")).json == []


@pytest.mark.parametrize(("building", "room"), [("H-G9", "RO-NONE"), ("H-C12", "RO-POO")])
async def test_only_rooms_of_the_building_can_be_rated(http_client: HttpClient, building: str, room: str):
    response = await _rate(http_client, room, building)

    assert response.status == 400
    assert response.json["error"]


async def test_a_rating_tells_nothing_of_who_gave_it(http_client: HttpClient, database_url: str):
    await _rate(http_client, by="192.0.2.77")

    row = str(await ask(database_url, "SELECT * FROM rating"))
    assert "192.0.2.77" not in row
    assert await ask(database_url, "SELECT length(key) FROM rating") == 16


async def test_another_process_sees_a_rating_within_seconds(
    http_client: HttpClient, services: Services, database_url: str, clock: StillClock
):
    other = create_services(database_url, clock, services.rules)
    await other.storage.open()
    await other.storage.load()
    runner, url = await serve(create_application(other, HttpSettings()), "127.0.0.1", 0)
    async with ClientSession() as session:
        elsewhere = HttpClient(session, url)
        assert await _building(elsewhere) == {"buildingId": "H-G9", "overallRating": 0}
        await _rate(http_client)
        clock.move(timedelta(seconds=10))

        assert await _building(elsewhere) == {"buildingId": "H-G9", "overallRating": 4}
    await stop(runner)
    await other.storage.close()


async def test_ratings_can_be_switched_off(services: Services, settings: HttpSettings):
    app = create_application(services, replace(settings, ratings=False))
    runner, url = await serve(app, "127.0.0.1", 0)
    async with ClientSession() as session:
        client = HttpClient(session, url)
        refused = await _rate(client)

        assert refused.status == 403
        assert await _building(client) == {"buildingId": "H-G9", "overallRating": 0}
        assert (await client.get("/api/rating/RO-POO")).json == []
    await stop(runner)
