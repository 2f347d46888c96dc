"""Concurrent bookings of one slot, and a database that fails meanwhile."""

import asyncio

from bot.services import Services
from tests.api.http_client import HttpClient


async def test_one_of_two_hundred_concurrent_bookings_wins(http_client: HttpClient):
    people = [await http_client.log_in(name) for name in ("wil", "rema", "emily", "dana")]

    response = await asyncio.gather(*(people[each % 4].book("10:00", "10:15") for each in range(200)))

    assert all(each.status == 200 for each in response)
    assert sum("success" in each.json for each in response) == 1
    assert sum(each.json.get("code") == "slot_taken" for each in response) == 199
    day = await people[0].get("/rooms.bookings/?room_id=RO-POO&date=20160808")
    assert len(day.json) == 1


async def test_concurrent_bookings_do_not_exceed_the_quota(rema: HttpClient):
    await rema.book("18:00", "20:00")
    rooms = [room["room_id"] for room in (await rema.get("/rooms.list/")).json if room["individual_access"]][
        :20
    ]

    response = await asyncio.gather(
        *(rema.book("12:00", "13:00", room_id=room, day="20160807") for room in rooms)
    )

    assert len(rooms) == 20
    assert sum("success" in each.json for each in response) == 1
    assert {each.json["code"] for each in response if "code" in each.json} == {"no_quota"}
    assert (await rema.get("/user.info/")).json["quota_left"] == 0


async def test_a_lost_database_is_a_503_and_reads_go_on(
    wil: HttpClient, http_client: HttpClient, services: Services
):
    await services.storage.close()

    booking = await wil.book()
    rooms = await http_client.get("/api/rooms/status")
    ready = await http_client.get("/readyz")

    assert booking.status == 503
    assert booking.headers["Retry-After"]
    assert booking.json["error"]
    assert rooms.status == 200
    assert ready.status == 503
    assert ready.json["parts"]["database"]["ok"] is False
