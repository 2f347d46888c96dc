"""Erasing survives being killed at any step, and other people's work at the same time."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeVar

import pytest

from core.errors import RoomieError
from core.interval import Interval
from core.model import RoomId
from core.ports import Decision, DecisionKeys, Facts, UnitOfWork
from core.services.privacy import ErasureService
from tests.builders import a_slot
from tests.contracts.raw import ask
from tests.outbox.environment import Environment
from tests.privacy.known_person import QUETZ, WORDS
from tests.privacy.whole_database import ON_BOTH, find_words, rows_with

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone."""


class MortalStorage:
    """A storage whose process is killed before, or after, the write with some number."""

    def __init__(self, environment: Environment, last: int, *, is_after: bool) -> None:
        self._storage = environment.storage
        self._last, self._is_after = last, is_after
        self._numbers: Iterator[int] = count()

    async def read(self, transaction: Callable[[UnitOfWork], T]) -> T:
        return await self._storage.read(transaction)

    async def write(self, transaction: Callable[[UnitOfWork], T]) -> T:
        return await self._mortal(lambda: self._storage.write(transaction))

    async def write_relaxed(self, transaction: Callable[[UnitOfWork], T]) -> T:
        return await self._mortal(lambda: self._storage.write_relaxed(transaction))

    async def decide(self, keys: DecisionKeys, decide: Callable[[Facts], Decision[T]]) -> T:
        return await self._mortal(lambda: self._storage.decide(keys, decide))

    async def scrub(self) -> None:
        await self._mortal(self._storage.scrub)

    async def _mortal(self, write):
        number = next(self._numbers)
        if number == self._last and not self._is_after:
            raise Killed
        result = await write()
        if number == self._last:
            raise Killed
        return result


def _service(environment: Environment, last: int, *, is_after: bool) -> ErasureService:
    from core.services.bookings import BookingService

    services = environment.services
    storage = MortalStorage(environment, last, is_after=is_after)
    bookings = BookingService(storage, services.read_model, services.rules, services.clock)
    return ErasureService(storage, services.read_model, services.clock, bookings)


@pytest.mark.parametrize(
    ("database_url", "is_after"),
    [("sqlite", False), ("sqlite", True), ("postgresql", False)],
    indirect=["database_url"],
)
async def test_a_process_that_is_killed_at_any_step_is_completed_by_the_next(
    environment: Environment, database_url: str, *, is_after: bool
):
    """Each attempt gets a little further than the one before; what it leaves is always completed."""
    quetz = environment.people[QUETZ]
    with pytest.raises(Killed):
        await _service(environment, 0, is_after=True).begin(quetz)
    kills = 0

    for last in count():
        try:
            await _service(environment, last, is_after=is_after).complete_all()
            break
        except Killed:
            kills += 1
            assert environment.services.read_model.directory.by_name("quetzmark") is None

    assert kills > 5
    found = await find_words(database_url, WORDS)
    assert found == [], {each: await rows_with(database_url, each) for each in found}
    assert await environment.storage.read(lambda unit: unit.privacy.unfinished()) == []


@ON_BOTH
async def test_two_processes_may_erase_the_same_person_at_once(environment: Environment, database_url: str):
    await environment.services.erasures.begin(environment.people[QUETZ])

    await asyncio.gather(*(environment.services.erasures.complete_all() for _ in range(3)))

    assert await find_words(database_url, WORDS) == []


@ON_BOTH
async def test_a_person_erased_under_load_is_found_nowhere(environment: Environment, database_url: str):
    """Others book, move and cancel all the time; so does, until it is refused, the person who goes."""
    await environment.add_people(6)
    quetz, is_over = environment.people[QUETZ], asyncio.Event()
    done: list[str] = []

    async def use(name: str, room: RoomId) -> None:
        for number in count():
            if is_over.is_set():
                return
            try:
                slot = a_slot("9:00", 30, days=1 + number % 5)
                booking = await environment.book(slot, room, by=name, title=f"of {name}")
                later = Interval(slot.start, slot.end + (slot.end - slot.start))
                await environment.services.bookings.move(booking, environment.people[name], later)
                await environment.services.bookings.cancel(booking.id, environment.people[name])
                done.append(name)
            except RoomieError:
                await asyncio.sleep(0)

    others = [
        asyncio.create_task(use(f"chat:p{number}", RoomId(f"K-J17-10{5 + number % 4}")))
        for number in range(6)
    ]
    theirs = asyncio.create_task(use(QUETZ, RoomId("K-J17-110")))
    await asyncio.sleep(0.2)
    await environment.services.erasures.erase(quetz)
    at_once = await find_words(database_url, WORDS)
    await asyncio.sleep(0.3)
    is_over.set()
    await asyncio.gather(*others, theirs)

    assert at_once == []
    assert len(set(done) - {QUETZ}) == 6
    found = await find_words(database_url, WORDS)
    assert found == [], {each: await rows_with(database_url, each) for each in found}
    assert await ask(database_url, f"SELECT count(*) FROM booking WHERE booked_by = {quetz}") == 0  # noqa: S608
