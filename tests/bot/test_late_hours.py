"""Rooms that are open over midnight or round the clock, in chat."""

import pytest
from msgspec.structs import replace

from core.model import OpeningHours
from core.policy.rules import Rules
from tests.bot.chat import Chat

ALWAYS = OpeningHours(0, 24 * 60)
LATE = OpeningHours(18 * 60, 26 * 60)


@pytest.fixture(params=["round the clock", "late"])
def rules(request: pytest.FixtureRequest) -> Rules:
    hours = ALWAYS if request.param == "round the clock" else LATE
    return replace(Rules(), weekday_hours=hours, weekend_hours=hours)


async def test_a_room_is_booked_over_midnight(wil: Chat, rema: Chat):
    booked = await wil.say("/book Wren G01 friday 11pm-1am")
    assert "You're booked: Wren G01 (H-C12-G01), Fri 13 Mar, 23:00 – Sat 14 Mar, 01:00." in booked

    refused = await rema.say("/book Wren G01 saturday 00:30-1:30am")
    assert "is taken Sat 14 Mar, 00:30–01:30" in refused
    assert "A little later: Wren G01 (H-C12-G01) Sat 14 Mar, 01:00–02:00" in refused
    assert "busy until 01:00" in await rema.say("/rooms status Wren G01 friday 23:30")
    assert "busy until 01:00" in await rema.say("/rooms status Wren G01 saturday 00:30")


async def test_a_search_over_midnight_offers_what_can_be_booked(wil: Chat):
    assert "rooms are free" in await wil.say("/rooms free friday 11:30pm for 1 hour")
    assert "23:30 – Sat 14 Mar, 00:30" in await wil.press("Book")


async def test_a_booking_can_be_extended_into_the_next_day(wil: Chat):
    await wil.say("/book Wren G01 friday 11pm-11:45pm")

    assert "Fri 13 Mar, 23:00 – Sat 14 Mar, 00:15" in await wil.press("30 min more")


@pytest.mark.parametrize("rules", ["late"], indirect=True)
async def test_a_refusal_says_when_the_room_closes_at_night(wil: Chat):
    assert "The room is only open 18:00–02:00 that day (campus time)." in await wil.say(
        "/book Wren G01 friday 11pm-3am"
    )
    assert "The room is only open 18:00–02:00 that day (campus time)." in await wil.say(
        "/book Wren G01 friday 3pm-4pm"
    )
