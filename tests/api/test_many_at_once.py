"""Many who want the same at the same moment, and a database that fails them."""

import asyncio

from bot.services import Services
from tests.api.visitor import Visitor


async def test_of_two_hundred_who_want_one_slot_one_gets_it(visitor: Visitor):
    people = [await visitor.log_in(name) for name in ("wil", "rema", "emily", "dana")]

    response = await asyncio.gather(*(people[each % 4].book("10:00", "10:15") for each in range(200)))

    assert all(each.status == 200 for each in response)
    assert sum("success" in each.json for each in response) == 1
    assert sum(each.json.get("code") == "slot_taken" for each in response) == 199
    day = await people[0].get("/rooms.bookings/?room_id=RO-POO&date=20160808")
    assert len(day.json) == 1


async def test_nobody_books_beyond_their_quota_by_asking_everywhere_at_once(rema: Visitor):
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


async def test_a_database_that_is_gone_is_a_503_and_memory_goes_on_answering(
    wil: Visitor, visitor: Visitor, services: Services
):
    await services.storage.close()

    booking = await wil.book()
    rooms = await visitor.get("/api/rooms/status")
    ready = await visitor.get("/readyz")

    assert booking.status == 503
    assert booking.headers["Retry-After"]
    assert booking.json["error"]
    assert rooms.status == 200
    assert ready.status == 503
    assert ready.json["parts"]["database"]["ok"] is False
