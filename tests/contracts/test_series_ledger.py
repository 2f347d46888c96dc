"""Any sequence of changes to series: no overlaps, nothing cancelled comes back, and a ledger that adds up."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import RoomieError
from core.interval import Interval
from core.model import Booking, SeriesId
from core.services.series import BookedSeries, ChangedSeries, SeriesChange, SeriesScope
from tests.builders import NOW
from tests.contracts.campus import HALL, LAB, Campus
from tests.contracts.raw import ask
from tests.contracts.read_model_state import state_of
from tests.contracts.series_campus import TUESDAY, SeriesCampus, tuesdays

_EVER = Interval(NOW - timedelta(days=30), NOW + timedelta(days=400))
_WEEK = st.integers(0, 11)
_ROOM = st.sampled_from([HALL, LAB])
_SCOPE = st.sampled_from(list(SeriesScope))
_HOUR = st.integers(10, 18)
_MINUTES = st.sampled_from([30, 60, 90])

Step = tuple[Any, ...]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), _ROOM, _HOUR, _MINUTES, st.integers(2, 8), _WEEK),
        st.tuples(
            st.just("change"),
            _WEEK,
            _SCOPE,
            _WEEK,
            st.none() | _HOUR,
            st.none() | _MINUTES,
            st.none() | _ROOM,
        ),
        st.tuples(st.just("change"), _WEEK, _SCOPE, _WEEK, _HOUR, st.none(), st.none()),
        st.tuples(st.just("end"), _WEEK, _WEEK),
        st.tuples(st.just("cancel"), _WEEK, _SCOPE, _WEEK),
        st.tuples(st.just("cancel_by_hand"), _WEEK),
        st.tuples(st.just("move_by_hand"), _WEEK, _ROOM, _HOUR),
        st.tuples(st.just("wait"), st.sampled_from([1, 7, 15])),
    ),
    min_size=4,
    max_size=12,
)


@dataclass
class Term:
    """Runs steps on series by wil, including refused ones; notes the dates that were cancelled."""

    series: SeriesCampus
    ids: list[SeriesId] = field(default_factory=list)
    gone: set[tuple[SeriesId, date]] = field(default_factory=set)

    async def live_through(self, steps: list[Step]) -> None:
        for verb, *arguments in [("book", HALL, 12, 60, 8, 0), *steps]:
            with suppress(RoomieError):
                await getattr(self, verb)(*arguments)
            await self.check()

    async def check(self) -> None:
        """What must hold after each step."""
        booked = {
            (each.occurrence.series_id, each.occurrence.day)
            for each in await self.active()
            if each.occurrence
        }
        assert not booked & self.gone, "a tombstone was revived"

    async def active(self) -> list[Booking]:
        return await self.series.campus.storage.read(lambda unit: unit.bookings.active(_EVER))

    async def book(self, room: Any, hour: int, minutes: int, weeks: int, first: int) -> None:
        request = self.series.request(
            tuesdays(weeks, TUESDAY + timedelta(weeks=first)),
            room,
            by=self.series.campus.wil,
            starts_at=hour * 60,
            length=minutes,
        )
        shown = await self.series.service.preview(request)
        booked = await self.series.service.book(request, shown.free)
        assert isinstance(booked, BookedSeries), "the preview is what is booked"
        assert len(booked.bookings) == len(shown.free)
        self.ids.append(booked.series.id)

    async def change(
        self, which: int, scope: SeriesScope, week: int, hour: int | None, minutes: int | None, room: Any
    ) -> None:
        starts_at = None if hour is None else hour * 60
        await self._change(which, scope, week, starts_at=starts_at, length=minutes, room_id=room)

    async def end(self, which: int, week: int) -> None:
        await self._change(which, SeriesScope.ALL, week, until=TUESDAY + timedelta(weeks=week))

    async def _change(self, which: int, scope: SeriesScope, week: int, **changes: Any) -> None:
        change = SeriesChange(self._id(which), self.series.campus.wil, scope, self._day(week), **changes)
        shown = await self.series.service.preview_change(change)
        changed = await self.series.service.change(change, shown.free)
        assert isinstance(changed, ChangedSeries), "the preview is what is changed"
        if changed.split is not None:
            self.ids.append(changed.split.id)
            self.gone |= {(changed.split.id, day) for of, day in self.gone if of == change.series_id}

    async def cancel(self, which: int, scope: SeriesScope, week: int) -> None:
        cancelled = await self.series.service.cancel(
            self._id(which), self.series.campus.wil, scope, self._day(week)
        )
        self._note(cancelled.cancelled)

    async def cancel_by_hand(self, which: int) -> None:
        if found := await self.active():
            booking = found[which % len(found)]
            await self.series.campus.services.cancel(booking.id, self.series.campus.wil)
            self._note((booking,))

    async def move_by_hand(self, which: int, room: Any, hour: int) -> None:
        if found := await self.active():
            booking = found[which % len(found)]
            start = booking.interval.start.replace(hour=hour)
            slot = Interval.of_length(start, booking.interval.duration)
            await self.series.campus.services.move(booking, self.series.campus.wil, slot, room)

    async def wait(self, days: int) -> None:
        self.series.campus.clock.move(timedelta(days=days))

    def _id(self, which: int) -> SeriesId:
        return self.ids[which % len(self.ids)]

    @staticmethod
    def _day(week: int) -> date:
        return TUESDAY + timedelta(weeks=week)

    def _note(self, cancelled: tuple[Booking, ...]) -> None:
        self.gone |= {
            (each.occurrence.series_id, each.occurrence.day) for each in cancelled if each.occurrence
        }


@pytest.fixture
def fresh_term(campus: Campus, database_url: str) -> Callable[[], Awaitable[Term]]:
    """An example begins without bookings, on the day of the tests."""

    async def begin() -> Term:
        campus.clock.set(NOW)
        for table in ("outbox", "charge", "booking", "series"):
            await ask(database_url, f"DELETE FROM {table}")  # noqa: S608 - our own tables
        await campus.storage.reload()
        return Term(SeriesCampus.of(campus))

    return begin


quickly = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quickly
@given(steps=STEPS)
async def test_edit_after_edit_nothing_overlaps_and_tombstones_stay(fresh_term, steps: list[Step]):
    term = await fresh_term()

    await term.live_through(steps)

    for room in (HALL, LAB):
        slots = sorted(each.interval for each in await term.active() if each.room_id == room)
        assert all(earlier.end <= later.start for earlier, later in pairwise(slots))
    term.series.campus.clock.set(NOW)
    seen = state_of(term.series.campus.storage.read_model)
    await term.series.campus.storage.reload()
    assert state_of(term.series.campus.storage.read_model) == seen


@quickly
@given(steps=STEPS)
async def test_the_ledger_is_what_the_dates_to_come_cost(fresh_term, steps: list[Step]):
    """Every week holds the minutes of its dates, no more than the quota; those over keep what they cost."""
    term = await fresh_term()
    wil, storage = term.series.campus.wil, term.series.campus.storage

    await term.live_through([step for step in steps if step[0] != "wait"])

    weeks = await storage.read(lambda unit: unit.bookings.spent_since(wil, 0))
    held = sum(each.interval.minutes for each in await term.active())
    assert sum(weeks.values()) == held
    assert all(0 <= minutes <= term.series.rules.weekly_quota for minutes in weeks.values())


@quickly
@given(steps=STEPS)
async def test_cancelling_all_gives_back_what_was_charged(fresh_term, steps: list[Step]):
    term = await fresh_term()
    wil, storage = term.series.campus.wil, term.series.campus.storage
    await term.live_through([step for step in steps if step[0] != "wait"])

    for series_id in term.ids:
        days = frozenset(await term.series.days(series_id))
        await term.series.service.cancel(series_id, wil, SeriesScope.ALL, named=days)

    weeks = await storage.read(lambda unit: unit.bookings.spent_since(wil, 0))
    assert set(weeks.values()) <= {0}
    assert await term.active() == []
