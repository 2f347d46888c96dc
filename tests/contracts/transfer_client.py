"""Client process that hands bookings back and forth until it is killed, for tests of whole transactions.

Started with a database's URL and the ids of bookings, it prints a line after each one handed over.
"""

import asyncio
import sys
from itertools import cycle

from core.model import BookingId
from core.policy.rules import Rules
from core.read_model import ReadModel
from core.services.sharing import SharingService
from storage.factory import open_storage
from tests.builders import NOW
from tests.fakes.clock import StillClock


async def main(url: str, *ids: str) -> None:
    read_model, rules, clock = ReadModel(), Rules(), StillClock(NOW)
    storage = open_storage(url, read_model, rules, clock)
    await storage.open()
    await storage.load()
    sharing = SharingService(storage, read_model, rules, clock)
    people = sorted(read_model.directory.people)[:2]
    for booking_id in map(BookingId, cycle(ids)):
        booking = await storage.read(lambda unit, wanted=booking_id: unit.bookings.get(wanted))
        assert booking is not None
        assert booking.booked_by is not None
        other = people[1 - people.index(booking.booked_by)]
        offer = await sharing.offer(booking.id, booking.booked_by, other)
        assert offer.transfer is not None
        await sharing.accept(booking.id, offer.transfer.id, other)
        print("handed over", flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
