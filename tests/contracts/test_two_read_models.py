"""Two processes that book, move and cancel in turn end with the read model that a third one loads."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.errors import RoomieError
from storage.factory import ManagedStorage
from tests.builders import NOW, a_slot
from tests.contracts.campus import ROOMS, Campus
from tests.contracts.raw import ask
from tests.contracts.read_model_state import state_of
from tests.contracts.test_ledger import Day, Step

_HOURS = st.builds(lambda hour: a_slot(f"{hour}:00", 60), st.integers(11, 17))
_ROOM = st.sampled_from(ROOMS[:4])
_WHICH = st.integers(0, 3)
_MOVE = st.tuples(st.just("move"), st.just("stan"), _WHICH, _ROOM, _HOURS)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["one", "other", "one catches up", "other catches up"]),
        st.one_of(
            st.tuples(st.just("book"), st.just("stan"), _ROOM, _HOURS),
            _MOVE,
            _MOVE,
            st.tuples(st.just("cancel"), st.just("stan"), _WHICH),
        ),
    ),
    min_size=8,
    max_size=30,
)


@pytest.fixture
async def other(campus: Campus, open_another: Callable[[], Awaitable[ManagedStorage]]) -> Campus:
    """The same campus in another process."""
    return replace(campus, storage=await open_another())


@pytest.fixture
def fresh_days(campus: Campus, other: Campus, database_url: str) -> Callable[[], Awaitable[tuple[Day, Day]]]:
    """The same day in two processes, without bookings."""

    async def begin() -> tuple[Day, Day]:
        campus.clock.set(NOW)
        for table in ("outbox", "charge", "booking"):
            await ask(database_url, f"DELETE FROM {table}")  # noqa: S608 - our own tables
        await asyncio.gather(campus.storage.reload(), other.storage.reload())
        one = Day(campus)
        return one, Day(other, one.made)

    return begin


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
async def test_both_see_what_either_did(fresh_days, steps: list[tuple[str, Step]]):
    one, other = await fresh_days()

    for where, (verb, *arguments) in steps:
        day = one if where.startswith("one") else other
        if where.endswith("catches up"):
            await day.campus.storage.catch_up()
        with suppress(RoomieError):
            await getattr(day, verb)(*arguments)
    await asyncio.gather(one.campus.storage.catch_up(), other.campus.storage.catch_up())

    seen = [state_of(day.campus.storage.read_model) for day in (one, other)]
    await one.campus.storage.reload()
    assert seen == [state_of(one.campus.storage.read_model)] * 2


async def test_a_booking_that_each_moved_once_is_in_the_last_room_only(
    campus: Campus, other: Campus, open_another: Callable[[], Awaitable[ManagedStorage]]
):
    """The second move was decided before its process knew of the first."""
    slot = a_slot("11:00", 60)
    booking = (await campus.book(slot, ROOMS[0], campus.stan)).booking
    await other.storage.catch_up()
    booking = (await campus.services.move(booking, campus.stan, slot, ROOMS[1])).booking

    booking = (await other.services.move(booking, campus.stan, slot, ROOMS[2])).booking
    await other.storage.catch_up()

    read_model = other.storage.read_model
    assert [read_model.in_room(room) for room in ROOMS[:3]] == [(), (), (booking,)]
    assert state_of(read_model) == state_of((await open_another()).read_model)
