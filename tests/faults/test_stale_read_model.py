"""The read model may be stale, by a known age; no booking relies on it."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter

import pytest
from aiohttp import ClientSession

from core.errors import NotAllowed, NotFound, QuotaSpent, SlotTaken
from core.interval import Interval
from core.model import PersonId
from core.policy.rules import Rules
from core.ports import ManagedStorage
from core.services.book_room import BookRoom
from core.services.bookings import BookingService, new_booking_id
from tests.builders import NOW, a_slot
from tests.fakes.clock import StillClock
from tests.faults.load import ROOMS, token_of
from tests.faults.processes import Fleet


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("database_url" if request.param == "sqlite" else "postgres_campus")
    return url


Open = Callable[[], Awaitable[ManagedStorage]]


class Absent:
    """A process whose read model gets no updates, beside one that works."""

    def __init__(
        self, awake: ManagedStorage, absent: ManagedStorage, rules: Rules, clock: StillClock
    ) -> None:
        self.awake = BookingService(awake, awake.read_model, rules, clock)
        self.absent = BookingService(absent, absent.read_model, rules, clock)
        self.read_model = absent.read_model
        self.first, self.second, *_ = sorted(awake.read_model.directory.people)
        self.ignore_updates()

    def ignore_updates(self) -> None:
        self.read_model.apply_update = lambda update: None  # type: ignore[method-assign]
        self.read_model.apply_commit = lambda *batch: None  # type: ignore[method-assign]

    async def catch_up(self) -> None:
        """Applies, this once, what the other process has done."""
        del self.read_model.apply_update
        await self.absent._storage.catch_up()
        self.ignore_updates()


@pytest.fixture
async def environment(either_url: str, open_storage_at, rules: Rules, clock: StillClock) -> Absent:
    return Absent(await open_storage_at(either_url), await open_storage_at(either_url), rules, clock)


@pytest.fixture
async def open_storage_at(rules: Rules, clock: StillClock):
    from core.read_model import ReadModel
    from storage.factory import open_storage

    opened: list[ManagedStorage] = []

    async def another(url: str) -> ManagedStorage:
        storage = open_storage(url, ReadModel(), rules, clock)
        opened.append(storage)
        await storage.open()
        await storage.load()
        return storage

    yield another
    for storage in opened:
        await storage.close()


def a_request(by: PersonId, slot: Interval | None = None, place: int = 0) -> BookRoom:
    return BookRoom(new_booking_id(), ROOMS[place], slot or a_slot("11:00", 60), by)


async def test_a_room_that_is_free_in_a_stale_read_model_is_not_booked_twice(environment: Absent):
    made = await environment.awake.book(a_request(environment.first))
    assert made.booking.id not in environment.read_model.bookings

    with pytest.raises(SlotTaken):
        await environment.absent.book(a_request(environment.second))


async def test_a_room_that_is_busy_in_a_stale_read_model_can_be_booked_when_free(environment: Absent):
    made = (await environment.awake.book(a_request(environment.first))).booking
    await environment.catch_up()
    await environment.awake.cancel(made.id, environment.first)
    assert made.id in environment.read_model.bookings

    again = await environment.absent.book(a_request(environment.second))

    assert again.booking.room_id == made.room_id


async def test_quota_is_not_spent_twice_with_a_stale_read_model(environment: Absent):
    await environment.awake.book(a_request(environment.first, a_slot("11:00", 180)))

    with pytest.raises(QuotaSpent):
        await environment.absent.book(a_request(environment.first, a_slot("15:00", 60), place=1))


async def test_a_booking_missing_in_a_stale_read_model_can_be_cancelled_once(environment: Absent):
    made = (await environment.awake.book(a_request(environment.first))).booking

    await environment.absent.cancel(made.id, environment.first)

    with pytest.raises((NotFound, NotAllowed)):
        await environment.awake.cancel(made.id, environment.first)
    assert (await environment.awake.quota(environment.first)).left == 180


async def test_one_process_shows_a_moment_later_what_another_booked(
    fleet: Fleet, either_url: str, session: ClientSession
):
    fleet.url = either_url
    here, there = await fleet.start("web", "web")
    await _age(session, here.address, there.address, 0)

    ages = [await _age(session, here.address, there.address, number) for number in range(1, 13)]

    print(f"seen after {statistics.median(ages) * 1000:.1f} ms, at most {max(ages) * 1000:.1f} ms")  # noqa: T201
    assert max(ages) < 1.5


async def _age(session: ClientSession, here: str, there: str, number: int) -> float:
    """Seconds between the answer to a booking in one process and its appearance in another."""
    room, day = ROOMS[number % len(ROOMS)], NOW + timedelta(days=1 + number // len(ROOMS))
    form = {"room_id": room, "date": f"{day:%Y%m%d}", "start_time": "09:00", "end_time": "10:00", "notes": ""}
    headers = {"Authorization": f"Token {token_of(number)}"}
    async with session.post(f"{here}/rooms.book/", data=form, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
    booked = perf_counter()
    async with asyncio.timeout(10):
        while True:
            sent = perf_counter()
            async with session.get(f"{there}/api/rooms/bookings/{room}") as answer:
                if day.strftime("%Y-%m-%dT09:00") in await answer.text():
                    return max(0.0, sent - booked)
