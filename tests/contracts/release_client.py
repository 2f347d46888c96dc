"""Process that releases bookings until none is left, for tests of races and kills; takes a database's URL."""

import asyncio
import sys

from core.model import RoomId
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.releasing import ReleaseService
from storage.factory import open_storage
from tests.builders import a_slot, at
from tests.fakes.clock import StillClock

ROOMS = tuple(RoomId(f"K-J17-{number}") for number in range(101, 221))  # of which a trial books some
RULES = Rules(check_in_rooms=("K-J17-???",), no_show_limit=1_000)
SLOT, RELEASE_AT = a_slot("11:00"), at("11:15")


async def main(url: str) -> None:
    read_model, clock = ReadModel(), StillClock(RELEASE_AT)
    storage = open_storage(url, read_model, RULES, clock)
    await storage.open()
    await storage.load()
    releases = ReleaseService(storage, read_model, RULES, clock)
    while any(each.released_at is None for each in read_model.bookings.values()):
        await releases.release_absent()
        await asyncio.sleep(0.01)  # the others write meanwhile
        await storage.catch_up()
    await storage.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
