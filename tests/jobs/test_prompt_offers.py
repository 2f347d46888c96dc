"""What this process frees is offered at once: here the worker never looks on its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event

import pytest

from bot.worker.offers import OfferMaker
from bot.worker.releases import ReleaseRunner
from core.catalogue import RoomQuery
from core.interval import Interval
from core.model import BookingType, RoomId, TimetableEntry
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.closures import NewClosure
from core.services.waiting import WaitRequest
from tests.builders import a_slot, at
from tests.outbox.environment import HALL, LAB, REMA, WIL, Environment

SLOT = a_slot("12:00")
_NEVER = 3600.0
_MAX_SECONDS = 20
_ROUNDS = 300
"""While so many are refused, the worker tries at least once."""

Free = Callable[[], Awaitable[object]]
Occupy = Callable[[Environment], Awaitable[Free]]


@pytest.fixture
def rules() -> Rules:
    return Rules(check_in_rooms=("*",))


@pytest.fixture
async def offers(environment: Environment) -> AsyncIterator[OfferMaker]:
    maker = OfferMaker(environment.services, poll_interval=_NEVER)
    task = asyncio.create_task(maker.run())
    yield maker
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def wait_for(environment: Environment, room: RoomId, slot: Interval) -> None:
    request = WaitRequest(environment.people[REMA], slot, RoomQuery(room=room))
    await environment.services.waiting.ask(request)


async def until_held(environment: Environment, room: RoomId, slot: Interval) -> None:
    """Waits until somebody is offered the slot, or its end."""
    changed, start, end = asyncio.Event(), int(slot.start.timestamp()), int(slot.end.timestamp())
    read_model = environment.services.read_model
    read_model.subscribe(lambda _: changed.set())
    async with asyncio.timeout(_MAX_SECONDS):
        while not any(each.is_hold for each in read_model.availability.schedule(room).conflicts(start, end)):
            await changed.wait()
            changed.clear()


async def a_cancellation(environment: Environment) -> Free:
    booking = await environment.book(SLOT)
    return lambda: environment.services.bookings.cancel(booking.id, environment.people[WIL])


async def a_shorter_booking(environment: Environment) -> Free:
    booking = await environment.book(Interval(SLOT.start - timedelta(hours=1), SLOT.end))
    shorter = Interval(booking.interval.start, SLOT.start)
    return lambda: environment.services.bookings.move(booking, environment.people[WIL], shorter)


async def a_move(environment: Environment) -> Free:
    booking = await environment.book(SLOT)
    return lambda: environment.services.bookings.move(booking, environment.people[WIL], SLOT, LAB)


async def a_lifted_closure(environment: Environment) -> Free:
    closures = environment.services.closures
    (closure,) = (await closures.add([NewClosure(SLOT, "Paint", HALL)], "staff")).added
    return lambda: closures.remove(closure.id, "staff")


async def a_changed_timetable(environment: Environment) -> Free:
    lecture = TimetableEntry(HALL, SLOT, "COMP1511 LEC", BookingType.CLASS, "unsw")
    await environment.storage.write(lambda unit: unit.timetable.add("unsw", [lecture], 0))
    return lambda: environment.storage.write(lambda unit: unit.timetable.clear("unsw", [HALL]))


@pytest.mark.parametrize(
    "occupy", [a_cancellation, a_shorter_booking, a_move, a_lifted_closure, a_changed_timetable]
)
async def test_what_falls_free_is_offered_without_waiting_for_the_next_look(
    environment: Environment, offers: OfferMaker, occupy: Occupy
):
    await make_first_offer(environment)
    free = await occupy(environment)
    await wait_for(environment, HALL, SLOT)

    await free()

    await until_held(environment, HALL, SLOT)


async def test_a_released_booking_is_offered_without_waiting_for_the_next_look(
    environment: Environment, offers: OfferMaker
):
    await make_first_offer(environment)
    slot = a_slot("11:00", minutes=120)
    await environment.book(slot)
    await wait_for(environment, HALL, slot)
    runner = ReleaseRunner(environment.services, ["chat"], is_worker=True)
    while environment.clock.now() < at("11:16"):
        await runner.poll()
        await environment.deliver()
        await runner.poll()
        environment.clock.move(timedelta(minutes=1))
    await runner.poll()

    await until_held(environment, HALL, Interval(at("11:15"), slot.end))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_worker_tries_again_soon_when_another_was_making_offers(
    environment: Environment, offers: OfferMaker, open_another: Callable[[], Awaitable[ManagedStorage]]
):
    await make_first_offer(environment)
    free = await a_cancellation(environment)
    await wait_for(environment, HALL, SLOT)
    is_locked, may_end = Event(), Event()

    def hold_the_line(unit: UnitOfWork) -> None:
        assert unit.waits.lock_line()
        is_locked.set()
        may_end.wait(_MAX_SECONDS)

    other = asyncio.create_task((await open_another()).write_relaxed(hold_the_line))
    assert await asyncio.to_thread(is_locked.wait, _MAX_SECONDS)
    await free()
    for _ in range(_ROUNDS):
        assert await environment.services.waiting.make_offers() is None
    may_end.set()
    await other

    await until_held(environment, HALL, SLOT)


async def make_first_offer(environment: Environment) -> None:
    """The worker's first look is over when it has made an offer: whatever comes later must wake it."""
    slot = a_slot("15:00")
    booking = await environment.book(slot, LAB)
    await wait_for(environment, LAB, slot)
    await environment.services.bookings.cancel(booking.id, environment.people[WIL])
    await until_held(environment, LAB, slot)
