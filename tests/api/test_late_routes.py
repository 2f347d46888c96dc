"""Most routes are added once the server listens: requests for them wait, the first ones do not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from bot.services import Services
from bot.web.application import (
    FIRST_ROUTES,
    HEALTH_ROUTES,
    all_routes,
    complete,
    create_application,
    serve,
    stop,
)
from bot.web.framework.settings import HttpSettings
from tests.api.http_client import HttpClient, HttpResponse

_LATE = "/docs", "/", "/rooms.list/", "/bookings/1", "/api/v1/rooms.bookings/RO-POO", "/nowhere"


@pytest.fixture
def app(services: Services, settings: HttpSettings) -> web.Application:
    return create_application(services, settings, routes=FIRST_ROUTES)


@pytest.fixture
async def whole(services: Services, settings: HttpSettings) -> AsyncIterator[HttpClient]:
    """A client of a server that has had all routes from the beginning."""
    runner, url = await serve(create_application(services, settings), "127.0.0.1", 0)
    async with ClientSession() as session:
        yield HttpClient(session, url)
    await stop(runner)


async def test_requests_wait_for_their_routes(
    app: web.Application, http_client: HttpClient, whole: HttpClient
):
    waiting = [asyncio.create_task(http_client.get(path)) for path in _LATE]
    first = await http_client.get("/api/buildings"), await http_client.get("/healthz")

    assert [each.status for each in first] == [200, 200]
    assert not any(each.done() for each in waiting)

    complete(app, all_routes())

    answers = await asyncio.gather(*waiting)
    again = [await http_client.get(path) for path in _LATE]
    expected = [await whole.get(path) for path in _LATE]
    assert list(map(_seen, answers)) == list(map(_seen, again)) == list(map(_seen, expected))
    assert answers[-1].status == 404
    assert (await http_client.get("/openapi.json")).json == (await whole.get("/openapi.json")).json


async def test_a_process_without_an_api_has_its_health_only(services: Services, settings: HttpSettings):
    app = create_application(services, settings, routes=HEALTH_ROUTES)
    complete(app, HEALTH_ROUTES)
    runner, url = await serve(app, "127.0.0.1", 0)
    async with ClientSession() as session:
        found = [(await HttpClient(session, url).get(path)).status for path in ("/healthz", "/api/buildings")]
    await stop(runner)

    assert found == [200, 404]


def _seen(response: HttpResponse) -> tuple[int, bytes]:
    return response.status, response.body
