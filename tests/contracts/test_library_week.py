"""A week of a full library, where some do not show up: 1,000 people and 40 rooms, or fewer of both.

Every offer has one end, whatever nobody comes for is released once, and the ledger is right.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from core.catalogue import RoomQuery
from core.errors import Conflict, RoomieError
from core.interval import Interval
from core.model import (
    Booking,
    BookingState,
    DeliveryOutcome,
    Identity,
    MessageState,
    PersonId,
    RoomId,
    Wait,
)
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import UnitOfWork
from core.read_model import ReadModel
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from core.services.releasing import RELEASE_WARNING, RELEASED, ReleasedBooking, ReleaseService
from core.services.waiting import PlaceInLine, WaitingService, WaitRequest, reference
from storage.factory import ManagedStorage, open_storage
from tests.builders import a_building, a_person, a_room
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock

PEOPLE_PER_ROOM = 25
MONDAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
_STEP = timedelta(hours=1)
_TAKEN, _PASSED = 0.5, 0.7
"""Of the offers, half are taken, a fifth are passed on, and the others expire."""
_SHOW_UP = 0.8
"""Of those who are warned, so many check in."""
RULES = Rules(check_in_rooms=("K-J17",))


@dataclass
class Library:
    """The library, and the random people in it."""

    storage: ManagedStorage
    clock: StillClock
    people: list[PersonId]
    rooms: list[RoomId]
    bookings: BookingService
    waiting: WaitingService
    releases: ReleaseService
    rng: random.Random = field(default_factory=lambda: random.Random(16))
    counts: Counter[str] = field(default_factory=Counter)

    async def fill(self) -> None:
        """All rooms are booked at all usual hours of the week, an hour and a half at a time."""
        length = timedelta(minutes=90)
        slots = [
            Interval.of_length(MONDAY + timedelta(days=day, hours=2) + place * length, length)
            for day in range(7)
            for place in range(5)
        ]
        wanted = [(room, slot) for slot in slots for room in self.rooms]
        people = [*self.people, *self.people]
        requests = (
            BookRoom(new_booking_id(), room, slot, person)
            for (room, slot), person in zip(wanted, people, strict=False)
        )
        results = await asyncio.gather(*map(self.bookings.book, requests), return_exceptions=True)
        refused = [each for each in results if isinstance(each, BaseException)]
        self.counts["booked"] = len(results) - len(refused)
        assert all(isinstance(each, Conflict) for each in refused)

    async def an_hour(self) -> None:
        await self.cancel_some(-(-len(self.rooms) // 8))
        await self.wait_for_some(len(self.people) * 3 // 100)
        await self.waiting.make_offers()
        await self.answer_offers()
        for _ in range(4):
            await self.look_for_absent()
            self.clock.move(_STEP / 12)
            await self.look_for_absent()
            await self.waiting.make_offers()
            await self.answer_offers()
            self.clock.move(_STEP / 6)
        await self.waiting.make_offers()

    async def look_for_absent(self) -> None:
        """Warns; most of those who are warned check in, and the others are released five minutes later."""
        await self.storage.write_relaxed(self.keep_running)
        await self.releases.release_absent()
        for booking in await self.storage.write_relaxed(self.deliver):
            if self.rng.random() < _SHOW_UP and booking.booked_by is not None:
                await self.bookings.check_in(booking.id, booking.booked_by)
                self.counts["checked in"] += 1
        await self.releases.release_absent()

    def keep_running(self, unit: UnitOfWork) -> None:
        """Looks are minutes apart, and nothing has stopped between them."""
        for part in ("chat", "worker"):
            unit.set_setting(
                f"present {part}", f"{MONDAY.timestamp():.0f} {self.clock.now().timestamp():.0f}"
            )

    def deliver(self, unit: UnitOfWork) -> list[Booking]:
        """Delivers the warnings; returns the bookings that they are about."""
        now = self.clock.now()
        claimed = unit.outbox.claim("test", now, now + timedelta(minutes=1), 10_000)
        unit.outbox.start("test", {each.id: Identity("chat:somebody") for each in claimed}, now, now)
        unit.outbox.complete("test", [DeliveryOutcome(each.id, MessageState.SENT) for each in claimed])
        warned = {each.message.booking_id for each in claimed if each.message.kind == RELEASE_WARNING}
        found = (unit.bookings.get(each) for each in filter(None, warned))
        return in_order(each for each in found if each is not None and each.checked_in_at is None)

    async def cancel_some(self, count: int) -> None:
        now = self.clock.now()
        ahead = [each for each in self.upcoming() if each.interval.start > now]
        chosen = self.rng.sample(ahead, min(count, len(ahead)))
        owned = [(each.id, each.booked_by) for each in chosen if each.booked_by is not None]
        await asyncio.gather(*(self.bookings.cancel(*each) for each in owned))
        self.counts["cancelled"] += len(owned)

    def upcoming(self) -> list[Booking]:
        return in_order(self.storage.read_model.bookings.values())

    async def wait_for_some(self, count: int) -> None:
        """Some of those who are asked have a room then, or find one free."""
        taken = self.upcoming()
        requests = [
            WaitRequest(person, booking.interval, query)
            for person, booking in zip(
                self.rng.sample(self.people, count), self.rng.choices(taken, k=count), strict=True
            )
            for query in self.rng.choices((RoomQuery(room=booking.room_id), RoomQuery(capacity=1)))
        ]
        results = await asyncio.gather(*map(self.waiting.ask, requests), return_exceptions=True)
        self.counts["refused"] += sum(isinstance(each, RoomieError) for each in results)
        assert all(isinstance(each, RoomieError | PlaceInLine) for each in results)

    async def answer_offers(self) -> None:
        for wait in await self.offered():
            draw = self.rng.random()
            verb = "take" if draw < _TAKEN else "pass_on" if draw < _PASSED else ""
            if verb:
                await getattr(self.waiting, verb)(reference(wait), wait.person_id)
                self.counts[verb] += 1

    async def offered(self) -> list[Wait]:
        now = self.clock.now()
        waits = await self.storage.read(lambda unit: unit.waits.open())
        return [each for each in waits if each.offered_until is not None and each.offered_until > now]


def in_order(bookings: Iterable[Booking]) -> list[Booking]:
    """Not by id, which is random: the same people do the same in each run."""
    return sorted(bookings, key=lambda each: (each.interval, each.room_id))


@pytest.fixture(params=[6, pytest.param(40, marks=pytest.mark.soak)])
async def library(sqlite_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Library]:
    rooms = [RoomId(f"K-J17-{101 + number}") for number in range(request.param)]
    clock, rules, read_model = StillClock(MONDAY), RULES, ReadModel()
    storage = open_storage(sqlite_url, read_model, rules, clock)
    await storage.open()
    await storage.load()

    def fill(unit) -> list[PersonId]:
        unit.rooms.put_buildings([a_building()])
        unit.rooms.put_rooms(map(a_room, rooms))
        return [
            unit.people.add(a_person(f"p{number}"), None).id for number in range(len(rooms) * PEOPLE_PER_ROOM)
        ]

    people = await storage.write(fill)
    bookings = BookingService(storage, read_model, rules, clock)
    waiting = WaitingService(storage, read_model, rules, clock, bookings)
    releases = ReleaseService(storage, read_model, rules, clock)
    yield Library(storage, clock, people, rooms, bookings, waiting, releases)
    await storage.close()


async def test_every_offer_of_a_week_has_one_end_and_the_ledger_is_right(library: Library, sqlite_url: str):
    await library.fill()

    for day in range(7):
        library.clock.set(MONDAY + timedelta(days=day))
        while library.clock.now() < MONDAY + timedelta(days=day, hours=10):
            await library.an_hour()
    library.clock.set(MONDAY + timedelta(days=8))
    await library.waiting.make_offers()

    counts = library.counts
    missed = await ask(sqlite_url, "SELECT count(*) FROM wait WHERE ended = 'missed'")
    offers = await ask(sqlite_url, "SELECT count(*) FROM audit WHERE action = 'offer'")
    size = len(library.rooms)
    assert counts["booked"] > 25 * size
    assert min(counts["take"], counts["pass_on"], missed) > size // 2, (counts, missed)
    assert offers == counts["take"] + counts["pass_on"] + missed
    await check_rows(sqlite_url, offers, missed)
    await check_releases(sqlite_url, size, counts["checked in"])
    await check_ledger(library)


async def check_rows(url: str, offers: object, missed: object) -> None:
    """Each offer was one hold, now over, and one message; each wait is over, for one reason."""
    holds = "SELECT count(*) FROM booking WHERE held_until IS NOT NULL"
    assert await ask(url, holds) == offers
    assert await ask(url, f"{holds} AND state = {BookingState.CANCELLED.value}") == offers
    assert await ask(url, "SELECT count(*) FROM outbox WHERE kind = 'offer'") == offers
    assert await ask(url, "SELECT count(*) FROM outbox WHERE kind = 'offer missed'") == missed
    assert await ask(url, "SELECT count(*) FROM wait WHERE state < 2 OR ended IS NULL") == 0
    on_holds = (
        "SELECT count(*) FROM charge JOIN booking b ON b.id = booking_id WHERE b.held_until IS NOT NULL"
    )
    assert await ask(url, on_holds) == 0


async def check_releases(url: str, size: int, checked_in: int) -> None:
    """Nobody who checked in was released, and each release has one entry and one message."""
    released = await ask(url, "SELECT count(*) FROM booking WHERE released_at IS NOT NULL")
    both = "SELECT count(*) FROM booking WHERE released_at IS NOT NULL AND checked_in_at IS NOT NULL"
    assert min(checked_in, released) > size, (checked_in, released)
    assert await ask(url, both) == 0
    assert await ask(url, "SELECT count(*) FROM audit WHERE action = 'release'") == released
    assert await ask(url, "SELECT count(*) FROM outbox WHERE kind = 'released'") == released
    rest = 'SELECT count(*) FROM booking h JOIN booking r ON r.room_id = h.room_id AND r."end" = h.start'
    assert await ask(url, f"{rest} WHERE h.held_until IS NOT NULL AND r.released_at IS NOT NULL") > size // 8


async def check_ledger(library: Library) -> None:
    """Everybody was charged for what they have, and for what was released of it.

    All that was cancelled was to come, and is refunded.
    """
    week = quota_week(MONDAY, Rules())
    whole = Interval(MONDAY, MONDAY + timedelta(days=7))

    released = await released_minutes(library.storage)

    def read(unit) -> dict[PersonId, tuple[int, int]]:
        owed: Counter[PersonId] = Counter()
        for booking in unit.bookings.active(whole):
            owed[booking.booked_by] += booking.interval.minutes
        owed.update(released)
        return {each: (unit.bookings.spent(each, week), owed[each]) for each in library.people}

    ledger = await library.storage.read(read)
    assert {each: pair for each, pair in ledger.items() if pair[0] != pair[1]} == {}
    assert max(spent for spent, _ in ledger.values()) <= Rules().weekly_quota


async def released_minutes(storage: ManagedStorage) -> Counter[PersonId]:
    """What was released of each person's bookings, as the messages about it say."""
    entries = await storage.read(lambda unit: unit.outbox.entries(tuple(MessageState), 100_000))
    minutes: Counter[PersonId] = Counter()
    for each in entries:
        if each.message.kind == RELEASED and each.message.person_id is not None:
            released = ReleasedBooking.read(each.message.payload)
            minutes[each.message.person_id] += Interval(released.free_from, released.interval.end).minutes
    return minutes
