"""Process that makes offers and answers those to its share of the people, for tests of races and kills.

Started with a database's URL, the number of slots, the share (a remainder of the person's number) and a seed,
it prints a line after each answer, and ends once all slots are booked.
"""

import asyncio
import random
import sys

from core.errors import OfferExpired, RoomieError
from core.model import PersonId
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.bookings import BookingService
from core.services.waiting import WaitingService, reference
from storage.factory import ManagedStorage, open_storage
from tests.builders import NOW, a_slot
from tests.contracts.campus import ROOMS
from tests.fakes.clock import StillClock

PROCESSES = 4
SLOT = a_slot("16:00")
_PAUSE = 0.05
"""Seconds."""
_PASSES = 0.4
"""How many of the offers are passed on."""


async def answer(waiting: WaitingService, person_id: PersonId, rng: random.Random) -> str:
    """Answers the person's live offer, sometimes twice; returns what was done."""
    for place in await waiting.of_person(person_id):
        if place.hold is None:
            continue
        verb = waiting.pass_on if rng.random() < _PASSES else waiting.take
        try:
            for _ in range(rng.choice((1, 1, 2))):
                await verb(reference(place.wait), person_id)
        except OfferExpired:
            return "late"
        return verb.__name__
    return ""


async def offered_people(storage: ManagedStorage) -> list[PersonId]:
    waits = await storage.read(lambda unit: unit.waits.open())
    return [each.person_id for each in waits if each.hold_id is not None]


async def booked_slots(storage: ManagedStorage, slots: int) -> int:
    return len(await storage.read(lambda unit: unit.bookings.active(SLOT, ROOMS[:slots])))


async def main(url: str, slots: int, share: int, seed: int) -> None:
    rng, read_model, rules, clock = random.Random(seed), ReadModel(), Rules(), StillClock(NOW)
    storage = open_storage(url, read_model, rules, clock)
    await storage.open()
    await storage.load()
    bookings = BookingService(storage, read_model, rules, clock)
    waiting = WaitingService(storage, read_model, rules, clock, bookings)
    while await booked_slots(storage, slots) < slots:
        await storage.catch_up()
        await asyncio.sleep(_PAUSE)  # the others write meanwhile
        try:
            await waiting.make_offers()
            for person_id in await offered_people(storage):
                if person_id % PROCESSES == share and (done := await answer(waiting, person_id, rng)):
                    print(done, flush=True)  # noqa: T201 - read by the test
        except RoomieError as error:
            print(type(error).__name__, flush=True)  # noqa: T201
    await storage.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
