"""Every answer is the same from the read model and, outside its window, from the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from bot.services import Services
from bot.web.application import create_application, serve, stop
from bot.web.framework.settings import HttpSettings
from core.interval import Interval
from core.model import BookingType, BuildingId, RoomId, TimetableEntry
from core.policy.rules import Rules
from core.services.book_room import BookRoom
from core.services.bookings import new_booking_id
from core.services.closures import NewClosure
from core.services.import_facts import import_timetable
from tests.api.conftest import create_services
from tests.api.http_client import HttpClient
from tests.bot.chat import Chat
from tests.fakes.clock import StillClock

_LONDON = ZoneInfo("Europe/London")
_HALL, _LAB, _STUDIO = RoomId("H-F7-1"), RoomId("H-E22-110"), RoomId("H-F7-2")


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=_LONDON)  # type: ignore[misc,arg-type]  # year to minute


_WINDOW_END = _at(2016, 8, 5, 10) + timedelta(days=100)
ENTRIES = [
    (_HALL, _at(2016, 7, 1, 9), _at(2016, 10, 14, 17), "Exhibition"),
    (_HALL, _at(2014, 3, 3, 9), _at(2014, 3, 3, 10), "Long ago"),
    (_HALL, _at(2018, 3, 5, 9), _at(2018, 3, 5, 10), "Far ahead"),
    (_LAB, _at(2016, 8, 8, 22), _at(2016, 8, 9, 2), "Over midnight"),
    (_LAB, _at(2016, 8, 9, 2), _at(2016, 8, 9, 3), "Right after"),
    (_LAB, _at(2016, 8, 10, 22), _at(2016, 8, 11, 0), "Until midnight"),
    (_LAB, _at(2016, 10, 30, 0, 30), _at(2016, 10, 30, 2, 30), "When the clocks go back"),
    (_LAB, _at(2017, 1, 20, 9), _at(2017, 1, 20, 10), "Winter school"),
    (_STUDIO, _WINDOW_END - timedelta(days=100), _WINDOW_END + timedelta(days=150), "Refurbishment"),
    (_STUDIO, _WINDOW_END + timedelta(days=150), _WINDOW_END + timedelta(days=151), "Cleaning"),
]
_DAYS = ["20140303", "20160809", "20160810", "20160811", "20161030", "2016111", "20180305"]
_INSTANTS = [
    "2014-03-03T09:10:00Z",
    "2016-08-08T10:50:00Z",
    "2016-08-08T23:30:00Z",
    "2016-08-09T01:50:00Z",
    "2016-10-14T15:55:00Z",
    "2016-10-30T00:45:00Z",
    "2016-11-12T12:00:00Z",
    "2018-03-05T09:50:00Z",
]
PATHS = [
    "/api/buildings",
    "/api/rooms",
    "/rooms.list/",
    "/user.bookings/",
    *(f"/api/rooms/utilities/{room}" for room in (_HALL, "H-G9-RO-POO")),
    *(
        f"/api/rooms/status?datetime={at}{more}"
        for at in _INSTANTS
        for more in ("", "&duration=90", "&shape=nested")
    ),
    *(f"/api/rooms/search?datetime={at}{more}" for at in _INSTANTS for more in ("", "&capacity=50")),
    "/api/rooms/search?startTime=2016-08-08T21:00:00Z&endTime=2016-08-08T23:00:00Z",
    *(f"/api/rooms/bookings/{room}" for room in (_HALL, _LAB, _STUDIO, "RO-POO", "H-G9-RO-POO", "H-C12-G01")),
    f"/api/rooms/bookings/{_HALL}?start=2016-08-08T00:00:00Z&end=2016-08-09T00:00:00Z",
    f"/api/rooms/bookings/{_STUDIO}?start=2016-08-08T00:00:00Z&end=2016-08-09T00:00:00Z",
    f"/api/rooms/bookings/{_LAB}?start=2016-08-08T22:00:00Z",
    f"/api/rooms/bookings/{_LAB}?end=2016-08-08T22:00:00Z",
    *(f"/rooms.bookings/?room_id={room}&date={day}" for room in (_HALL, _LAB, "RO-POO") for day in _DAYS),
    *(f"/user.bookings/?date={day}" for day in _DAYS),
]
LINES = [
    "/rooms status H-F7-1 9 august 10am",
    "/rooms status H-E22-110 9 august 1am",
    "/rooms status H-F7 8 august 11pm",
    "/rooms status RO-POO 8 august 3:30pm",
    "/rooms timetable H-E22-110 9 august",
    "/rooms timetable H-F7-1 9 august",
    "/rooms timetable RO-POO 8 august",
    "/rooms free 8 august 3pm for 2 hours 5 seats",
    "/rooms free 9 august 1am for 30 minutes 20 seats",
    "/rooms mine",
]


@pytest.fixture
def clock() -> StillClock:
    return StillClock(_at(2016, 8, 5, 10))


@pytest.fixture
async def services(services: Services) -> Services:
    """The sample campus with entries that cross days, the window and the clock change, and bookings."""
    entries = [
        TimetableEntry(room, Interval(start, end), name, BookingType.BLOCK)
        for room, start, end, name in ENTRIES
    ]
    await services.storage.write(lambda unit: import_timetable(unit, entries, services.clock.now(), "more"))
    rema = services.read_model.directory.by_name("rema")
    assert rema is not None
    slot = Interval(_at(2016, 8, 8, 15), _at(2016, 8, 8, 16))
    await services.bookings.book(BookRoom(new_booking_id(), RoomId("RO-POO"), slot, by=rema.person.id))
    await services.storage.reload()
    return services


@asynccontextmanager
async def _without_window(database_url: str, clock: StillClock) -> AsyncIterator[Services]:
    """Services whose read model covers no time, so that the database answers."""
    services = create_services(database_url, clock, Rules())
    services.read_model.covers = lambda _: False  # type: ignore[method-assign]
    await services.storage.open()
    await services.storage.load()
    yield services
    await services.storage.close()


@asynccontextmanager
async def _client(services: Services) -> AsyncIterator[HttpClient]:
    runner, url = await serve(create_application(services, HttpSettings(rate_limit=0)), "127.0.0.1", 0)
    async with ClientSession() as session:
        yield await HttpClient(session, url).log_in("rema")
    await stop(runner)


async def test_every_endpoint_answers_the_same(services: Services, database_url: str, clock: StillClock):
    async with (
        _without_window(database_url, clock) as bare,
        _client(services) as client,
        _client(bare) as other,
    ):
        for path in PATHS:
            remembered, stored = await client.get(path), await other.get(path)
            assert remembered.status == stored.status == 200, path
            assert remembered.json == stored.json, path


@pytest.mark.parametrize("line", LINES)
async def test_every_command_answers_the_same(
    services: Services, database_url: str, clock: StillClock, line: str
):
    async with _without_window(database_url, clock) as bare:
        assert await Chat(services, "rema").say(line) == await Chat(bare, "rema").say(line)


async def test_a_search_outside_the_window_sees_the_timetable(services: Services):
    chat = Chat(services, "dana")

    taken = await chat.say("/rooms free 20 january 2017 9am for 1 hour in H-E22")
    free = await chat.say("/rooms free 20 january 2017 11am for 1 hour in H-E22")

    names = [services.read_model.catalogue.rooms[room].name for room in (_LAB, RoomId("H-E22-112"))]
    assert [name in taken for name in names] == [False, True], taken
    assert [name in free for name in names] == [True, True], free


async def test_all_entries_of_a_room_are_shown_whole(services: Services):
    async with _client(services) as client:
        hall = (await client.get(f"/api/rooms/bookings/{_HALL}")).json["bookings"]

    times = {each["name"]: (each["start"], each["end"]) for each in hall}
    assert times["Exhibition"] == ("2016-07-01T08:00:00.000Z", "2016-10-14T16:00:00.000Z")
    assert times["Long ago"][0] == "2014-03-03T09:00:00.000Z"
    assert times["Far ahead"][0] == "2018-03-05T09:00:00.000Z"
    assert [each["start"] for each in hall] == sorted(each["start"] for each in hall)
    assert sum(each["name"] == "Exhibition" for each in hall) == 1


async def test_a_run_over_the_end_of_the_window_is_followed_to_its_end(services: Services):
    ends = (_WINDOW_END + timedelta(days=151)).astimezone(ZoneInfo("UTC"))
    async with _client(services) as client:
        status = (await client.get("/api/rooms/status?datetime=2016-08-08T10:50:00Z")).json

    assert status["H-F7"]["2"] == {"status": "busy", "endtime": ends.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


async def test_the_answer_follows_changes_outside_the_window(services: Services):
    async with _client(services) as client:
        before = (await client.get("/api/rooms/bookings/H-B4-101")).json["bookings"]
        entry = TimetableEntry(
            RoomId("H-B4-101"), Interval(_at(2020, 1, 6, 9), _at(2020, 1, 6, 10)), "New", BookingType.CLASS
        )
        await services.storage.write(
            lambda unit: import_timetable(unit, [entry], services.clock.now(), "new")
        )
        after = (await client.get("/api/rooms/bookings/H-B4-101")).json["bookings"]

    assert [each["name"] for each in after] == [*(each["name"] for each in before), "New"]


@pytest.mark.parametrize("place", [{"room_id": RoomId("H-B4-101")}, {"building_id": BuildingId("H-B4")}, {}])
async def test_the_answer_follows_closures_outside_the_window(
    services: Services, database_url: str, clock: StillClock, place: dict[str, Any]
):
    other = create_services(database_url, clock, Rules())
    await other.storage.open()
    await other.storage.load()
    slot = Interval(_at(2020, 1, 6, 9), _at(2020, 1, 6, 10))
    async with _client(services) as client, _client(other) as elsewhere:
        before = [
            (await each.get("/api/rooms/bookings/H-B4-101")).json["bookings"] for each in (client, elsewhere)
        ]
        await services.closures.add([NewClosure(slot, "Election", **place)], "test")
        await other.storage.catch_up()
        after = [
            (await each.get("/api/rooms/bookings/H-B4-101")).json["bookings"] for each in (client, elsewhere)
        ]
    await other.storage.close()

    closed = {
        "name": "Election",
        "bookingType": "BLOCK",
        "start": "2020-01-06T09:00:00.000Z",
        "end": "2020-01-06T10:00:00.000Z",
    }
    assert after == [[*rows, closed] for rows in before]


async def test_bookings_beyond_a_shortened_horizon_stay_visible(
    services: Services, database_url: str, clock: StillClock
):
    dana = services.read_model.directory.by_name("dana")
    assert dana is not None
    slot = Interval(_at(2016, 11, 1, 10), _at(2016, 11, 1, 11))
    await services.bookings.book(BookRoom(new_booking_id(), RoomId("RO-POO"), slot, by=dana.person.id))
    shortened = create_services(
        database_url, clock, replace(Rules(), staff_horizon=7, society_horizon=7, student_horizon=7)
    )
    await shortened.storage.open()
    await shortened.storage.load()

    assert [each.interval for each in shortened.bookings.upcoming(dana.person.id)] == [slot]
    await shortened.storage.close()


@pytest.mark.parametrize(
    "query", ["start=2016-08-09T00:00:00Z&end=2016-08-09T00:00:00Z", "end=1960-01-01T00:00:00Z"]
)
async def test_an_empty_window_is_refused(http_client: HttpClient, query: str):
    answer = await http_client.get(f"/api/rooms/bookings/RO-POO?{query}")

    assert (answer.status, answer.json) == (400, {"error": "Invalid end"})
