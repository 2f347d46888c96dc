"""Walks of the existing clients: their requests, in their order, with their fields."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from bot.services import Services
from bot.web.framework.settings import HttpSettings
from core.model import BookingType, Building, BuildingId, RoomId, TimetableEntry
from tests.api.http_client import HttpClient, HttpResponse
from tests.builders import a_building, a_room
from tests.fakes.clock import StillClock

_VISITORS = 30
_BUILDINGS = 44
_ALLOWED = HttpSettings().rate_limit
"""Requests a minute, the default."""


class FreeRoomsVisitor:
    """A visitor of FreeRooms' newer web client: loads the map, opens a building's room, rates it."""

    def __init__(self, client: HttpClient, milliseconds: int) -> None:
        self._client = client
        at = datetime(2016, 8, 5, 9, 0, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        self._at = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.statuses: list[int] = []

    async def _get(self, path: str) -> Any:
        return self._keep(await self._client.get(f"/api{path}", headers={"Origin": "https://rooms.example"}))

    def _keep(self, response: HttpResponse) -> Any:
        self.statuses.append(response.status)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        return response.json

    async def load_page(self) -> dict[str, Any]:
        """The map: buildings, rooms, the status, and a rating for each building's card."""
        buildings = (await self._get("/buildings"))["buildings"]
        await self._get("/rooms")
        empty = "capacity=&usage=&location=&duration=&id="
        status = await self._get(f"/rooms/status?datetime={self._at}&{empty}")
        ratings = await asyncio.gather(*(self._get(f"/buildingRating/{each['id']}") for each in buildings))
        assert [each["buildingId"] for each in ratings] == [each["id"] for each in buildings]
        assert set(status) == {each["id"] for each in buildings}
        return dict(status)

    async def open_room(self, building: str, number: str) -> dict[str, Any]:
        """The page of a room: the client links to the building's id, a dash and the number."""
        linked = f"{building}-{number}"
        room = (await self._get("/rooms"))["rooms"][linked]
        campus, grid = room["id"].split("-")[:2]
        assert f"{campus}-{grid}" == building
        bookings = await self._get(f"/rooms/bookings/{linked}")
        await self._get(f"/rooms/utilities/{room['id']}")
        await self._get(f"/rating/{room['id']}")
        assert bookings["id"] == linked
        return dict(bookings)

    async def rate(self, building: str, room: str, stars: int) -> None:
        rating = {"cleanliness": stars, "location": stars, "quietness": stars, "overall": stars}
        self._keep(await self._client.post(f"/api/rating/rate/{building}/{room}", json=rating))


class TestFreeRooms:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(nested_status=True)

    async def test_a_visit_from_the_map_to_a_rating(self, http_client: HttpClient):
        visitor = FreeRoomsVisitor(http_client, 0)
        status = await visitor.load_page()

        assert status["H-G9"]["numAvailable"] == 2
        for building, found in status.items():
            for number in found["roomStatuses"]:
                await visitor.open_room(building, number)
        await visitor.rate("H-G9", "H-G9-RO-PIZZA", 5)

        assert (await http_client.get("/api/buildingRating/H-G9")).json["overallRating"] == 5
        assert set(visitor.statuses) == {200}

    async def test_the_flat_shape_can_still_be_asked_for(self, http_client: HttpClient):
        flat = (await http_client.get("/api/rooms/status?shape=flat")).json

        assert set(flat["H-G9"]) == {"RO-PIZZA", "RO-POO"}

    async def test_thirty_visitors_behind_one_address_pass_and_a_flood_does_not(
        self, http_client: HttpClient, services: Services
    ):
        more = [a_building(f"K-M{each}", f"Building {each}") for each in range(_BUILDINGS - 6)]
        await services.storage.write(lambda unit: unit.rooms.put_buildings(more))

        visitors = [FreeRoomsVisitor(http_client, each) for each in range(_VISITORS)]
        for each in visitors:
            await each.load_page()
            await each.open_room("H-G9", "RO-POO")

        assert {status for each in visitors for status in each.statuses} == {200}
        assert len(visitors[0].statuses) == _BUILDINGS + 7
        flood = [(await http_client.get("/api/rooms")).status for _ in range(_ALLOWED)]
        assert 429 in flood

    async def test_a_flood_of_ratings_is_refused(self, services: Services):
        attempts = count()
        clients = FloodedServer(services, rate_limit=20)
        async with clients as client:
            while (await client.get("/api/buildingRating/H-G9")).status == 200:
                assert next(attempts) < 300

        assert next(attempts) >= 200


class FloodedServer:
    """A server with a low rate limit."""

    def __init__(self, services: Services, rate_limit: int) -> None:
        self._services, self._settings = services, HttpSettings(rate_limit=rate_limit)

    async def __aenter__(self) -> HttpClient:
        from aiohttp import ClientSession

        from bot.web.application import create_application, serve

        self._runner, url = await serve(create_application(self._services, self._settings), "127.0.0.1", 0)
        self._session = ClientSession()
        return HttpClient(self._session, url)

    async def __aexit__(self, *_: object) -> None:
        from bot.web.application import stop

        await self._session.close()
        await stop(self._runner)


class MobileApp:
    """The booking API's mobile client: months from 1 without a zero, days without one, starts at HH:01."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def log_in(self, name: str) -> None:
        form = {"username": name, "password": f"{name}password"}
        answer = await self._client.post("/api/v1/user.login/", form)
        self._client = self._client.as_(answer.json["token"])

    async def day(self, room: str, day: datetime) -> Any:
        query = f"room_id={room}&date={day.year}{day.month}{day.day}"
        return (await self._client.get(f"/api/v1/rooms.bookings/?{query}")).json

    async def own(self, day: datetime) -> Any:
        return (await self._client.get(f"/api/v1/user.bookings/?date={day.year}{day.month}{day.day}")).json

    async def book(self, room: str, day: datetime, start: str, end: str) -> Any:
        form = {
            "room_id": room,
            "date": f"{day.year}{day.month}{day.day}",
            "start_time": start,
            "end_time": end,
            "notes": "revision",
        }
        return (await self._client.post("/api/v1/rooms.book/", form)).json


class TestMobileApp:
    @pytest.fixture
    def clock(self) -> StillClock:
        return StillClock(datetime(2026, 11, 28, 9, 0, tzinfo=UTC))

    async def test_a_date_without_zeros_is_read_as_the_original_did(self, http_client: HttpClient):
        app, first_of_december = MobileApp(http_client), datetime(2026, 12, 1, tzinfo=UTC)
        await app.log_in("rema")

        booked = await app.book("RO-POO", first_of_december, "15:01", "17:00")

        assert booked["success"] is True
        (shown,) = await app.day("RO-POO", first_of_december)
        (own,) = await app.own(first_of_december)
        assert (shown["start"], shown["end"]) == (own["start"], own["end"]) == ("15:00:00", "17:00:00")
        assert own["date"] == "2026-12-01"


@pytest.mark.parametrize("date", ["2016081", "20160808", "201688", "2016 808"])
@pytest.mark.parametrize("path", ["rooms.bookings/?room_id=RO-POO&", "user.bookings/?"])
async def test_dates_are_read_as_strptime_does(wil: HttpClient, path: str, date: str):
    try:
        datetime.strptime(date, "%Y%m%d")  # noqa: DTZ007 - only whether it can be read
        is_read = True
    except ValueError:
        is_read = False

    answer = (await wil.get(f"/api/v1/{path}date={date.replace(' ', '%20')}")).json

    assert isinstance(answer, list) == is_read


async def _teach(services: Services, room: str, start: datetime, end: datetime, name: str) -> None:
    from core.interval import Interval
    from core.services.import_facts import import_timetable

    entry = TimetableEntry(RoomId(room), Interval(start, end), name, BookingType.BLOCK)
    await services.storage.write(lambda unit: import_timetable(unit, [entry], services.clock.now(), name))


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year to minute


class TestDays:
    async def test_a_day_is_cut_at_its_ends(self, wil: HttpClient, services: Services):
        await _teach(services, "H-F7-1", _utc(2016, 8, 8, 20), _utc(2016, 8, 10, 1), "Exhibition")

        days = [
            (await wil.get(f"/rooms.bookings/?room_id=H-F7-1&date=201608{day:02}")).json
            for day in (7, 8, 9, 10, 11)
        ]

        shown = [[(row["start"], row["end"]) for row in day if row["notes"] == "Exhibition"] for day in days]
        assert shown == [
            [],
            [("21:00:00", "23:59:59")],
            [("00:00:00", "23:59:59")],
            [("00:00:00", "02:00:00")],
            [],
        ]

    async def test_an_entry_that_ends_at_midnight_fills_the_day(self, wil: HttpClient, services: Services):
        await _teach(services, "H-F7-1", _utc(2016, 8, 8, 20), _utc(2016, 8, 8, 23), "Late")

        rows = (await wil.get("/rooms.bookings/?room_id=H-F7-1&date=20160808")).json
        after = (await wil.get("/rooms.bookings/?room_id=H-F7-1&date=20160809")).json

        assert ("21:00:00", "23:59:59") in {(row["start"], row["end"]) for row in rows}
        assert "Late" not in {row["notes"] for row in after}


async def test_buildings_come_by_name(http_client: HttpClient, services: Services):
    named = [Building(BuildingId(f"Z-{name}"), name) for name in ("Zoo", "annex", "Aula", "Bar")]
    await services.storage.write(lambda unit: unit.rooms.put_buildings(named))

    names = [each["name"] for each in (await http_client.get("/api/buildings")).json["buildings"]]

    assert names == sorted(names, key=str.casefold)
    assert names[0] == "annex"


@pytest.mark.parametrize("page", ["bookings", "utilities"])
async def test_a_room_answers_to_its_building_and_number(http_client: HttpClient, page: str):
    for room_id in ("RO-PIZZA", "H-G9-RO-PIZZA", "H-C12-G01"):
        answer = await http_client.get(f"/api/rooms/{page}/{room_id}")
        assert (answer.status, answer.json["id"]) == (200, room_id)
    for room_id in ("H-C12-RO-PIZZA", "H-G9-RO", "H-C12-H-C12-G01"):
        assert (await http_client.get(f"/api/rooms/{page}/{room_id}")).status == 400


async def test_a_room_with_such_an_id_of_its_own_comes_first(http_client: HttpClient, services: Services):
    own = a_room("H-G9-RO-PIZZA", "H-G9", name="Its own")
    await services.storage.write(lambda unit: unit.rooms.put_rooms([own]))

    assert (await http_client.get("/api/rooms/bookings/H-G9-RO-PIZZA")).json["name"] == "Its own"
    assert (await http_client.get("/api/rooms/bookings/RO-PIZZA")).json["name"] != "Its own"
