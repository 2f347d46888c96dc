"""Any sequence of booking, moving and cancelling: no overlaps, and a ledger that adds up."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import RoomieError
from core.interval import Interval
from core.model import Booking, PersonId, RoomId
from core.policy.quota import quota_week
from tests.builders import NOW, a_slot
from tests.contracts.campus import HALL, LAB, Campus
from tests.contracts.raw import ask
from tests.contracts.read_model_state import state_of

PEOPLE = ("wil", "rema")
_EVER = Interval(NOW - timedelta(days=30), NOW + timedelta(days=60))

_SLOTS = st.builds(
    lambda quarter, quarters, days: a_slot(f"{11 + quarter // 4}:{15 * (quarter % 4)}", 15 * quarters, days),
    st.integers(0, 12),
    st.integers(1, 5),
    st.integers(0, 1),
)
_WHO = st.sampled_from(PEOPLE)
_ROOM = st.sampled_from([HALL, LAB])
_WHICH = st.integers(0, 9)
_BOOK = st.tuples(st.just("book"), _WHO, _ROOM, _SLOTS)

Step = tuple[Any, ...]
STEPS = st.lists(
    st.one_of(
        _BOOK,
        _BOOK,
        st.tuples(st.just("cancel"), _WHO, _WHICH),
        st.tuples(st.just("move"), _WHO, _WHICH, _ROOM, _SLOTS),
        st.tuples(st.just("wait"), st.sampled_from([10, 45, 24 * 60, 6 * 24 * 60])),
    ),
    min_size=10,
    max_size=30,
)


@dataclass
class Day:
    """Runs steps one after the other, including refused ones; `ledger` sums up the costs returned."""

    campus: Campus
    made: list[Booking] = field(default_factory=list)
    ledger: Counter[tuple[PersonId, int]] = field(default_factory=Counter)

    async def live_through(self, steps: list[Step]) -> None:
        for verb, *arguments in steps:
            with suppress(RoomieError):
                await getattr(self, verb)(*arguments)

    async def book(self, who: str, room: RoomId, slot: Interval) -> None:
        booked = await self.campus.book(slot, room, self._person(who))
        self.made.append(booked.booking)
        self._charge(who, booked.cost)

    async def cancel(self, who: str, which: int) -> None:
        if self.made:
            cancelled = await self.campus.cancel(self.made[which % len(self.made)], self._person(who))
            self._charge(who, -cancelled.refund)

    async def move(self, who: str, which: int, room: RoomId, slot: Interval) -> None:
        if self.made:
            place = which % len(self.made)
            moved = await self.campus.services.move(self.made[place], self._person(who), slot, room)
            self.made[place] = moved.booking
            self._charge(who, moved.cost)

    async def wait(self, minutes: int) -> None:
        self.campus.clock.move(timedelta(minutes=minutes))

    def spent(self, who: str) -> int:
        return self.ledger[self._person(who), self._week()]

    def _charge(self, who: str, minutes: int) -> None:
        self.ledger[self._person(who), self._week()] += minutes

    def _week(self) -> int:
        return quota_week(self.campus.clock.now(), self.campus.rules)

    def _person(self, who: str) -> PersonId:
        person: PersonId = getattr(self.campus, who)
        return person


@pytest.fixture
def fresh_day(campus: Campus, database_url: str) -> Callable[[], Awaitable[Day]]:
    """An example begins without bookings, on the day of the tests."""

    async def begin() -> Day:
        campus.clock.set(NOW)
        for table in ("outbox", "charge", "booking"):
            await ask(database_url, f"DELETE FROM {table}")  # noqa: S608 - our own tables
        await campus.storage.reload()
        return Day(campus)

    return begin


quickly = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quickly
@given(steps=STEPS)
async def test_no_two_active_bookings_of_a_room_overlap(fresh_day, steps: list[Step]):
    day = await fresh_day()

    await day.live_through(steps)

    stored = await day.campus.storage.read(lambda unit: unit.bookings.active(_EVER))
    for room in (HALL, LAB):
        slots = sorted(each.interval for each in stored if each.room_id == room)
        assert all(earlier.end <= later.start for earlier, later in pairwise(slots))


@quickly
@given(steps=STEPS)
async def test_the_quota_left_matches_the_charges(fresh_day, steps: list[Step]):
    day = await fresh_day()

    await day.live_through(steps)

    for who in PEOPLE:
        assert 0 <= day.spent(who) <= day.campus.rules.weekly_quota
        quota = await day.campus.quota_left(getattr(day.campus, who))
        assert quota == day.campus.rules.weekly_quota - day.spent(who)


@quickly
@given(steps=STEPS, room=_ROOM, slot=_SLOTS)
async def test_cancelling_undoes_booking_within_the_week(fresh_day, steps: list[Step], room, slot):
    day = await fresh_day()
    await day.live_through(steps)
    campus = day.campus
    quota, seen = await campus.quota_left(), state_of(campus.storage.read_model)

    with suppress(RoomieError):
        booked = await campus.book(slot, room)
        await campus.cancel(booked.booking)

    assert await campus.quota_left() == quota
    assert state_of(campus.storage.read_model) == seen


@quickly
@given(steps=STEPS)
async def test_the_read_model_matches_a_fresh_load(fresh_day, steps: list[Step]):
    day = await fresh_day()
    await day.live_through(steps)
    day.campus.clock.set(NOW)

    seen = state_of(day.campus.storage.read_model)

    await day.campus.storage.reload()
    assert seen == state_of(day.campus.storage.read_model)
