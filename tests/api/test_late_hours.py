"""Rooms that are open over midnight, over HTTP."""

import pytest
from msgspec.structs import replace

from core.model import OpeningHours
from core.policy.rules import Rules
from tests.api.http_client import HttpClient


@pytest.fixture
def rules() -> Rules:
    late = OpeningHours(18 * 60, 26 * 60)
    return replace(Rules(), weekday_hours=late, weekend_hours=late)


async def test_an_end_earlier_than_the_start_is_on_the_next_day(wil: HttpClient):
    booked = await wil.book("23:00", "01:00", "20160808")
    first = (await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160808")).json
    second = (await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160809")).json
    own = (await wil.get("/user.bookings/?date=20160808")).json

    assert booked.json["success"], booked.json
    assert ("23:00:00", "23:59:59") in [(each["start"], each["end"]) for each in first]
    assert ("00:00:00", "01:00:00") in [(each["start"], each["end"]) for each in second]
    assert [(each["date"], each["start"], each["end"]) for each in own] == [
        ("2016-08-08", "23:00:00", "01:00:00")
    ]


async def test_after_closing_time_the_hours_are_in_the_error(wil: HttpClient):
    refused = await wil.book("23:00", "03:00", "20160808")

    assert refused.json["code"] == "outside_hours"
    assert (refused.json["opens"], refused.json["closes"]) == ("18:00", "02:00")


async def test_both_apis_show_a_booking_over_midnight(wil: HttpClient):
    await wil.book("23:00", "01:00", "20160808")
    status = await wil.get("/api/rooms/status?datetime=2016-08-08T22:30:00Z")
    room = next(each for rooms in status.json.values() for name, each in rooms.items() if "POO" in name)

    assert room["status"] == "busy"
    assert room["endtime"] == "2016-08-09T00:00:00.000Z"


async def test_dates_of_a_series_may_end_on_the_next_day(wil: HttpClient):
    series = {"room_id": "RO-POO", "date": "20160808", "start_time": "23:00", "end_time": "01:00"}
    series |= {"rrule": "FREQ=WEEKLY;COUNT=2", "society": "SOTECHSOC", "event_name": "Night"}

    booked = await wil.post("/rooms.bookSeries/", series)

    assert [(each["start"], each["end"]) for each in booked.json["bookings"]] == [
        ("23:00:00", "01:00:00")
    ] * 2
