"""A process of its own that books as fast as it can, for tests of races.

Started with a database's URL, it says `ready`; for each line `race wishes` that it then reads it prints how
the wishes ended.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable

from core.picture import Picture
from core.policy.rules import Rules
from core.services.book_room import BookRoom
from core.services.bookings import BookingDesk, new_booking_id
from storage.open import open_storage
from tests.builders import NOW, a_slot
from tests.contracts.campus import HALL, ROOMS
from tests.fakes.clock import StillClock


def one_slot(place: int, desk_picture: Picture) -> BookRoom:
    """Everybody wants the hall at eleven."""
    people = sorted(desk_picture.directory.people)
    return BookRoom(new_booking_id(), HALL, a_slot("11:00", 60), people[place % len(people)])


def one_purse(place: int, desk_picture: Picture) -> BookRoom:
    """The first person wants an hour in every room."""
    wil = min(desk_picture.directory.people)
    return BookRoom(new_booking_id(), ROOMS[place % len(ROOMS)], a_slot("15:00", 60), wil)


def one_request(place: int, desk_picture: Picture) -> BookRoom:
    """The last person's same request over and over."""
    guest = max(desk_picture.directory.people)
    return BookRoom(new_booking_id(), HALL, a_slot("12:00", 60), guest, request="slack:again")


RACES: dict[str, Callable[[int, Picture], BookRoom]] = {
    race.__name__: race for race in (one_slot, one_purse, one_request)
}


async def race(desk: BookingDesk, picture: Picture, name: str, wishes: int) -> Counter[str]:
    """How many wishes of a race ended how."""
    answers = await asyncio.gather(
        *(desk.book(RACES[name](place, picture)) for place in range(wishes)), return_exceptions=True
    )
    return Counter(type(answer).__name__ for answer in answers)


async def main(url: str) -> None:
    picture, rules, clock = Picture(), Rules(), StillClock(NOW)
    storage = open_storage(url, picture, rules, clock)
    await storage.open()
    await storage.load()
    desk = BookingDesk(storage, picture, rules, clock)
    print("ready", flush=True)  # noqa: T201 - this is how the test hears of it
    while line := await asyncio.to_thread(sys.stdin.readline):
        name, wishes = line.split()
        print(json.dumps(await race(desk, picture, name, int(wishes))), flush=True)  # noqa: T201
    await storage.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
