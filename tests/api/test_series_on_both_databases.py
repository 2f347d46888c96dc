"""A walk through the routes of series, and races for one, on SQLite and on PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.sample.load import load_sample
from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from core.policy.rules import Rules
from tests.api.http_client import HttpClient, HttpResponse
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

_MONDAYS = {
    "room_id": "RO-POO",
    "date": "20160808",
    "start_time": "19:00",
    "end_time": "20:00",
    "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=3",
    "event_name": "Committee",
    "society": "SOTECHSOC",
}


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def services(database_url: str, clock: StillClock, rules: Rules) -> AsyncIterator[Services]:
    services = create_services(database_url, clock, rules)
    await services.storage.open()
    await services.storage.load()
    await load_sample(services)
    yield services
    await services.storage.close()


@asynccontextmanager
async def _second_server(url: str, clock: StillClock, rules: Rules) -> AsyncIterator[HttpClient]:
    """Another server over the same database, as a second process would be."""
    async with AsyncExitStack() as stack:
        services = create_services(url, clock, rules)
        await services.storage.open()
        stack.push_async_callback(services.storage.close)
        await services.storage.load()
        runner, address = await serve(
            create_application(services, HttpSettings(rate_limit=0)), "127.0.0.1", 0
        )
        stack.push_async_callback(stop, runner)
        yield HttpClient(await stack.enter_async_context(ClientSession()), address)


async def _book(who: HttpClient, key: str = "", **more: Any) -> HttpResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return await who.post("/rooms.bookSeries/", _MONDAYS | more, headers=headers)


def _dates(rows: list[dict[str, str]]) -> list[str]:
    return [each["date"] for each in rows]


async def test_preview_book_look_and_cancel(wil: HttpClient, rema: HttpClient):
    await rema.book("19:00", "20:00")
    shown = (await wil.post("/rooms.previewSeries/", _MONDAYS)).json
    chosen = json.dumps(shown["choices"]["free"])

    booked, again = [(await _book(wil, "walk", choices=chosen)).json for _ in range(2)]
    (series,) = (await wil.get("/rooms.series/")).json
    own = (await wil.get("/user.bookings/")).json
    form = {"series_id": series["series_id"], "scope": "one", "date": "20160815"}
    key = {"Idempotency-Key": "cancel"}
    one, one_again = [(await wil.post("/rooms.deleteSeries/", form, headers=key)).json for _ in range(2)]
    rest = (await wil.get(f"/rooms.deleteSeries/?series_id={series['series_id']}&scope=all")).json

    assert [each["verdict"] for each in shown["dates"]] == ["taken", "free", "free"]
    assert booked == again
    assert _dates(booked["bookings"]) == _dates(series["bookings"]) == _dates(own)
    assert series["exdate"] == ["2016-08-08"]
    assert {each["series_id"] for each in own} == {series["series_id"]} == {booked["series_id"]}
    assert one == one_again
    assert _dates(one["series"]["bookings"]) == ["2016-08-22"]
    assert rest["series"]["bookings"] == []
    assert (await wil.get("/user.bookings/")).json == []


async def test_one_of_twenty_clients_of_two_servers_books_all(
    http_client: HttpClient, database_url: str, clock: StillClock, rules: Rules
):
    async with _second_server(database_url, clock, rules) as other:
        people = [await each.log_in(name) for each in (http_client, other) for name in ("wil", "emily")]

        responses = await asyncio.gather(*(_book(people[each % 4], f"k{each}") for each in range(20)))

        booked = [each.json for each in responses if each.status == 200]
        refused = [each.json for each in responses if each.status == 409]
        assert (len(booked), len(refused)) == (1, 19)
        for each in refused:
            assert {row["verdict"] for row in each["preview"]["dates"]} == {"taken"}
        day = await people[0].get("/rooms.bookings/?room_id=RO-POO&date=20160815")
        assert len(day.json) == 1


async def test_one_key_books_once_however_often_it_comes_at_once(
    http_client: HttpClient, database_url: str, clock: StillClock, rules: Rules
):
    async with _second_server(database_url, clock, rules) as other:
        wil = [await each.log_in("wil") for each in (http_client, other)]

        responses = await asyncio.gather(*(_book(wil[each % 2], "same") for each in range(10)))
        series_id = responses[0].json["series_id"]
        form = {"series_id": series_id, "scope": "one", "date": "20160815"}
        cancelled = await asyncio.gather(
            *(
                wil[each % 2].post("/rooms.deleteSeries/", form, headers={"Idempotency-Key": "gone"})
                for each in range(10)
            )
        )

        assert [each.status for each in responses] == [200] * 10
        assert all(each.json == responses[0].json for each in responses)
        assert all(each.json == cancelled[0].json for each in cancelled), cancelled
        assert _dates(cancelled[0].json["series"]["bookings"]) == ["2016-08-08", "2016-08-22"]
