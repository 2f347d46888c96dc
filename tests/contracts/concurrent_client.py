"""Client process that books as fast as it can, for tests of races.

Started with a database's URL, it prints `ready`; for each line `race first last` on its standard input it
prints the outcomes of these requests.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable

from core.model import PersonId
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from storage.factory import open_storage
from tests.builders import NOW, a_slot
from tests.contracts.campus import HALL, LAB, ROOMS
from tests.fakes.clock import StillClock


def one_slot(place: int, people: list[PersonId]) -> BookRoom:
    """All requests are for the hall at eleven."""
    return BookRoom(new_booking_id(), HALL, a_slot("11:00", 60), people[1 + place % (len(people) - 1)])


def one_quota(place: int, people: list[PersonId]) -> BookRoom:
    """The first person requests an hour in every room."""
    return BookRoom(new_booking_id(), ROOMS[place % len(ROOMS)], a_slot("15:00", 60), people[0])


def one_request(place: int, people: list[PersonId]) -> BookRoom:
    """Copies of one request by the last person."""
    return BookRoom(new_booking_id(), LAB, a_slot("12:00", 60), people[-1], request="slack:again")


RACES: dict[str, Callable[[int, list[PersonId]], BookRoom]] = {
    race.__name__: race for race in (one_slot, one_quota, one_request)
}


async def race(services: BookingService, read_model: ReadModel, name: str, places: range) -> Counter[str]:
    """Outcomes of the requests with these numbers."""
    people = sorted(read_model.directory.people)
    answers = await asyncio.gather(
        *(services.book(RACES[name](place, people)) for place in places), return_exceptions=True
    )
    return Counter(type(answer).__name__ for answer in answers)


async def main(url: str) -> None:
    read_model, rules, clock = ReadModel(), Rules(), StillClock(NOW)
    storage = open_storage(url, read_model, rules, clock)
    await storage.open()
    await storage.load()
    services = BookingService(storage, read_model, rules, clock)
    print("ready", flush=True)  # noqa: T201 - read by the test
    while line := await asyncio.to_thread(sys.stdin.readline):
        name, first, last = line.split()
        print(json.dumps(await race(services, read_model, name, range(int(first), int(last)))), flush=True)  # noqa: T201
    await storage.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
