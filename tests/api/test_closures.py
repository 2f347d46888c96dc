"""Closures over HTTP: refused bookings, and busy rooms of type BLOCK in both APIs."""

from datetime import UTC, datetime

import pytest

from bot.services import Services
from core.interval import Interval
from core.model import RoomId
from core.services.closures import NewClosure
from tests.api.http_client import HttpClient

DAY = Interval(datetime(2016, 8, 8, 8, tzinfo=UTC), datetime(2016, 8, 8, 16, tzinfo=UTC))


@pytest.fixture(autouse=True)
async def closed(services: Services) -> None:
    await services.closures.add([NewClosure(DAY, "exam", RoomId("RO-POO"))], "test")


async def test_a_booking_is_refused_with_reason_and_opening_time(wil: HttpClient):
    refused = (await wil.book("15:00", "17:00")).json

    assert refused == {
        "error": "This room is closed then (exam). It opens again on Mon 8 Aug 2016 at 17:00.",
        "code": "closed",
        "reason": "exam",
        "closed": {"start": "2016-08-08T08:00:00.000Z", "end": "2016-08-08T16:00:00.000Z"},
        "opens_at": "2016-08-08T16:00:00.000Z",
    }
    assert (await wil.book("17:00", "18:00")).json["success"]


async def test_both_apis_show_the_closure(wil: HttpClient):
    day = (await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160808")).json
    assert [(each["notes"], each["start"], each["end"]) for each in day] == [("exam", "09:00:00", "17:00:00")]

    bookings = (await wil.get("/api/rooms/bookings/RO-POO")).json["bookings"]
    assert {
        "name": "exam",
        "bookingType": "BLOCK",
        "start": "2016-08-08T08:00:00.000Z",
        "end": "2016-08-08T16:00:00.000Z",
    } in bookings
    status = (await wil.get("/api/rooms/status?datetime=2016-08-08T10:00:00Z")).json
    room = next(each for rooms in status.values() for name, each in rooms.items() if "POO" in name)
    assert (room["status"], room["endtime"]) == ("busy", "2016-08-08T16:00:00.000Z")


async def test_an_opened_room_is_free_again_at_once(wil: HttpClient, services: Services):
    before = (await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160808")).json
    (closure,) = await services.closures.all()
    await services.closures.remove(closure.id, "test")

    assert before
    assert (await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160808")).json == []
    assert (await wil.book("15:00", "17:00")).json["success"]
