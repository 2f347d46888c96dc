"""A slot that is held for the first in line: taken for everybody else, in both HTTP APIs."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.services import Services
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import PersonId, RoomId
from core.services.waiting import WaitRequest, reference
from tests.api.http_client import HttpClient, HttpResponse
from tests.fakes.clock import StillClock

ROOM = RoomId("RO-POO")
SLOT = Interval(datetime(2016, 8, 8, 14, 0, tzinfo=UTC), datetime(2016, 8, 8, 15, 0, tzinfo=UTC))
_STATUS = "/api/rooms/status?datetime=2016-08-08T14:30:00Z"
_DAY = "/rooms.bookings/?room_id=RO-POO&date=20160808"
_MONDAYS = {
    "room_id": ROOM,
    "date": "20160808",
    "start_time": "15:00",
    "end_time": "16:00",
    "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2",
    "event_name": "Committee",
    "society": "SOTECHSOC",
}


def person_called(services: Services, name: str) -> PersonId:
    account = services.read_model.directory.by_name(name)
    assert account is not None
    return account.person.id


@pytest.fixture
async def offer(services: Services, rema: HttpClient) -> str:
    """RO-POO from 15:00 to 16:00, London time, is held for emily; the reference of her offer."""
    booked = (await rema.book("15:00", "16:00")).json["booking_id"]
    emily = person_called(services, "emily")
    await services.waiting.ask(WaitRequest(emily, SLOT, RoomQuery(room=ROOM)))
    await rema.post("/rooms.deleteBooking/", {"booking_id": booked})
    assert await services.waiting.make_offers() == 1
    (place,) = await services.waiting.of_person(emily)
    return reference(place.wait)


async def _status(http_client: HttpClient) -> str:
    status: str = (await http_client.get(_STATUS)).json["H-G9"]["RO-POO"]["status"]
    return status


def _is_taken(response: HttpResponse) -> bool:
    return response.json.get("code") == "slot_taken"


async def test_what_is_held_is_shown_as_taken_until_it_expires(
    http_client: HttpClient, rema: HttpClient, offer: str, clock: StillClock
):
    held = [await _status(http_client), (await rema.get(_DAY)).json]

    clock.move(timedelta(minutes=10))

    assert held[0] == "busy"
    assert [(each["start"], each["end"]) for each in held[1]] == [("15:00:00", "16:00:00")]
    assert [await _status(http_client), (await rema.get(_DAY)).json] == ["free", []]


async def test_a_hold_names_nobody(rema: HttpClient, http_client: HttpClient, offer: str):
    day = await rema.get(_DAY)
    search = await http_client.get("/api/rooms/bookings/H-G9-RO-POO")

    assert '"Held"' in day.body.decode()
    for response in (day, search):
        assert "emily" not in response.body.decode().lower()


async def test_nobody_else_books_it(wil: HttpClient, rema: HttpClient, society: HttpClient, offer: str):
    assert _is_taken(await rema.book("15:30", "16:30"))
    assert _is_taken(await wil.book("15:00", "16:00", society="SOTECHSOC", event_name="x"))
    assert _is_taken(await society.book("15:00", "16:00", society="SOTECHSOC", event_name="x"))


async def test_no_series_books_through_it(wil: HttpClient, offer: str):
    shown = await wil.post("/rooms.previewSeries/", _MONDAYS)
    booked = await wil.post("/rooms.bookSeries/", _MONDAYS)

    assert [each["verdict"] for each in shown.json["dates"]] == ["taken", "free"]
    assert booked.status == 409
    assert (await wil.get("/rooms.series/")).json == []


async def test_its_person_books_it_over_http_and_the_offer_is_over(
    services: Services, http_client: HttpClient, emily: HttpClient, offer: str
):
    assert (await emily.book("15:00", "16:00")).status == 200

    await services.waiting.make_offers()

    assert await services.waiting.of_person(person_called(services, "emily")) == []
    assert (await emily.get("/user.info/")).json["quota_left"] == 120
    assert await _status(http_client) == "busy"


async def test_an_offer_that_is_passed_on_is_free_at_once(
    services: Services, http_client: HttpClient, rema: HttpClient, offer: str
):
    await services.waiting.pass_on(offer, person_called(services, "emily"))

    assert await _status(http_client) == "free"
    assert (await rema.book("15:00", "16:00")).status == 200
