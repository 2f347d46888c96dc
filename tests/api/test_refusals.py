"""Requests that the HTTP API refuses are recorded like those of chat."""

from datetime import timedelta

from bot.services import Services
from core.interval import Interval
from core.model import RefusedRequest, RequestedAction
from tests.api.http_client import HttpClient


async def recorded(services: Services) -> list[RefusedRequest]:
    await services.refusals.flush()
    now = services.clock.now()
    window = Interval(now - timedelta(days=1), now + timedelta(days=1))
    return await services.storage.read(lambda unit: list(unit.refusals.during(window)))


async def test_a_refused_booking_is_recorded_with_the_person_and_the_rule(
    wil: HttpClient, services: Services
):
    await wil.book(start_time="07:00")

    [refused] = await recorded(services)
    assert (refused.attempt.action, refused.attempt.room_id) == (RequestedAction.BOOK, "RO-POO")
    assert (refused.code, refused.platform) == ("outside_hours", "roomie")
    assert refused.rule == "The room was only open 08:00 to 21:00 that day."
    me = services.read_model.directory.by_name("wil")
    assert me is not None
    assert refused.attempt.by == me.person.id


async def test_unknown_rooms_bad_dates_and_strangers_leave_no_trace(
    wil: HttpClient, http_client: HttpClient, services: Services
):
    await wil.book(room_id="NO-SUCH")
    await wil.book(date="20160230")
    await http_client.post("/rooms.book/", {"room_id": "RO-POO"})
    await wil.post("/rooms.deleteBooking/", {"booking_id": "00000000-0000-0000-0000-000000000000"})

    assert await recorded(services) == []
