"""Refund evasion: shortening and moving return no more minutes than cancelling would."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.errors import RoomieError
from core.interval import Interval
from core.model import Booking, BookingId, PersonId, RoomId
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.ports import Decision, Facts, ManagedStorage
from core.services.book_room import BookRoom, decide_booking
from core.services.cancel_booking import CancelBooking, decide_cancel
from core.services.move_booking import MoveBooking, decide_move
from tests.builders import a_person, a_room, a_slot, at
from tests.contracts.campus import LAB, Campus, campus_in, fill_campus
from tests.fakes.clock import StillClock

NOTICE = Rules(refund_notice=timedelta(hours=2))
WIL = PersonId(1)
LATE = at("10:00", days=1)
"""An hour before the booking of these tests begins: too late to cancel it for its minutes."""
BEGINS = "11:00"


@dataclass
class Ledger:
    """One person's only booking, and its charges as storage would keep them."""

    rules: Rules
    booking: Booking | None = None
    charges: list[tuple[int, int]] = field(default_factory=list)

    def facts(self, now: datetime) -> Facts:
        week = quota_week(now, self.rules)
        charged = sum(minutes for of, minutes in self.charges if of == week)
        room = a_room()
        return Facts(
            room=room, person=a_person(person_id=1), booking=self.booking, spent=charged, charged=charged
        )

    def book(self, slot: Interval, now: datetime) -> None:
        request = BookRoom(BookingId("b1"), a_room().id, slot, WIL)
        self._keep(decide_booking(self.facts(now), request, self.rules, now))

    def move(self, slot: Interval, now: datetime, room: str = "K-J17-G01") -> int:
        assert self.booking is not None
        request = MoveBooking(self.booking.id, WIL, RoomId(room), slot, self.booking.version)
        return self._keep(decide_move(self.facts(now), request, self.rules, now))

    def cancel(self, now: datetime) -> int:
        return self._keep(self._cancelling(now))

    def would_return(self, now: datetime) -> int:
        """What cancelling at once would bring back."""
        return self._cancelling(now).outcome.refund

    def _cancelling(self, now: datetime):
        return decide_cancel(self.facts(now), CancelBooking(BookingId("b1"), WIL), self.rules, now)

    def _keep(self, decision: Decision) -> int:
        record = decision.writes
        assert record is not None
        self.booking = record.insert or record.update
        if record.charge is None:
            return 0
        self.charges.append((record.charge.week, record.charge.minutes))
        return record.charge.minutes

    @property
    def total(self) -> int:
        return sum(minutes for _, minutes in self.charges)


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger(NOTICE)
    made.book(a_slot(BEGINS, 60, days=1), at("10:20"))
    return made


def test_shortening_too_late_returns_nothing(ledger: Ledger):
    assert ledger.move(a_slot(BEGINS, 15, days=1), LATE) == 0
    assert ledger.cancel(LATE) == 0


@pytest.mark.parametrize(
    ("slot", "room"),
    [
        (a_slot("15:00", 60, days=1), "K-J17-G01"),
        (a_slot("11:00", 60, days=3), "K-J17-G01"),
        (a_slot("11:00", 60, days=7), "K-J17-LAB"),
        (a_slot("15:00", 15, days=3), "K-J17-G01"),
        (a_slot("11:00", 60, days=1), "K-J17-LAB"),
    ],
    ids=["another time", "another day", "another week and room", "another day and shorter", "another room"],
)
def test_moving_too_late_and_cancelling_there_returns_nothing(ledger: Ledger, slot: Interval, room: str):
    assert ledger.move(slot, LATE, room) == 0
    assert ledger.cancel(LATE) == 0
    assert ledger.total == 60


def test_two_moves_are_no_way_round_either(ledger: Ledger):
    ledger.move(a_slot("15:00", 60, days=3), LATE)
    ledger.move(a_slot("15:00", 60, days=4), LATE + timedelta(hours=1))

    assert ledger.move(a_slot("15:00", 15, days=4), LATE + timedelta(hours=2)) == 0
    assert ledger.cancel(LATE + timedelta(hours=3)) == 0


def test_extending_too_late_then_moving_and_shortening_returns_no_old_minute(ledger: Ledger):
    assert ledger.move(a_slot(BEGINS, 90, days=1), LATE) == 30
    assert ledger.move(a_slot(BEGINS, 90, days=3), LATE) == 0
    assert ledger.move(a_slot(BEGINS, 15, days=3), LATE) == 0
    assert ledger.total == 90


def test_what_has_begun_is_not_brought_back_by_ending_it_early():
    ledger = Ledger(Rules())
    ledger.book(a_slot(BEGINS, 120, days=1), at("10:20"))

    assert ledger.move(a_slot(BEGINS, 15, days=1), at("11:01", days=1)) == 0


# Fair to those who change in good time, and to those who stay


def test_a_move_in_good_time_costs_nothing_and_all_of_it_comes_back(ledger: Ledger):
    assert ledger.move(a_slot("15:00", 60, days=3), at("08:59", days=1)) == 0
    assert ledger.cancel(at("12:59", days=3)) == -60
    assert ledger.total == 0


def test_a_late_move_does_not_cost_twice(ledger: Ledger):
    ledger.move(a_slot("15:00", 60, days=3), LATE)

    assert ledger.total == 60


def test_minutes_that_did_not_come_back_are_not_charged_again(ledger: Ledger):
    ledger.move(a_slot(BEGINS, 15, days=1), LATE)

    assert ledger.move(a_slot(BEGINS, 60, days=1), LATE) == 0
    assert ledger.move(a_slot(BEGINS, 75, days=1), LATE) == 15


def test_minutes_added_after_a_late_move_come_back_in_good_time(ledger: Ledger):
    ledger.move(a_slot("15:00", 60, days=3), LATE)
    assert ledger.move(a_slot("15:00", 120, days=3), LATE) == 60

    assert ledger.cancel(LATE) == -60
    assert ledger.total == 60


# Whatever is tried

CHANGES = st.lists(
    st.tuples(
        st.integers(0, 26 * 60),
        st.sampled_from(["lengthen", "later", "far", "both"]),
        st.integers(1, 8).map(lambda quarters: 15 * quarters),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=12,
)


@given(CHANGES, st.sampled_from([0, 30, 120, 36 * 60]))
def test_no_sequence_of_changes_returns_more_than_cancelling_at_once(changes, notice: int):
    """From every moment on, no more comes back than cancelling then would return and is charged later."""
    ledger = Ledger(Rules(refund_notice=timedelta(minutes=notice)))
    now = at("10:20")
    ledger.book(a_slot(BEGINS, 60, days=1), now)
    moments: list[tuple[int, int]] = []  # (what cancelling would return, how many charges there were)
    for pause, how, minutes, days in changes:
        now += timedelta(minutes=pause)
        before = ledger.booking
        assert before is not None
        try:
            moments.append((ledger.would_return(now), len(ledger.charges)))
            ledger.move(_changed(before.interval, how, minutes, days, now), now)
        except RoomieError:
            continue
    try:
        moments.append((ledger.would_return(now), len(ledger.charges)))
        ledger.cancel(now)
    except RoomieError:
        pass
    for allowed, already in moments:
        after = [minutes for _, minutes in ledger.charges[already:]]
        assert -sum(minutes for minutes in after if minutes < 0) <= allowed + sum(
            minutes for minutes in after if minutes > 0
        )
    assert ledger.total >= 0
    weeks = {week for week, _ in ledger.charges}
    assert all(sum(minutes for of, minutes in ledger.charges if of == week) >= 0 for week in weeks)


def _changed(slot: Interval, how: str, minutes: int, days: int, now: datetime) -> Interval:
    start = slot.start
    if how == "later":
        start += timedelta(minutes=minutes)
    elif how in {"far", "both"}:
        start = now.replace(hour=12, minute=0) + timedelta(days=days)
    length = timedelta(minutes=minutes) if how in {"lengthen", "both"} else slot.duration
    return Interval.of_length(start, length)


# Kept by storage


@pytest.fixture
def rules() -> Rules:
    return NOTICE


@pytest.fixture
async def campus(database_url: str, storage: ManagedStorage, rules: Rules, clock: StillClock) -> Campus:
    await fill_campus(database_url)
    await storage.reload()
    return campus_in(storage, rules, clock)


async def test_storage_remembers_what_stays_spent(campus: Campus):
    made = (await campus.book(a_slot(BEGINS, 60, days=1))).booking
    campus.clock.set(LATE)

    shorter = (await campus.services.extend(made, campus.wil, timedelta(minutes=-30))).booking
    moved = (await campus.services.move(shorter, campus.wil, a_slot("15:00", 30, days=5), LAB)).booking
    await campus.storage.reload()
    known = await campus.services.get(moved.id)
    cancelled = await campus.cancel(known)

    assert known == moved
    assert (moved.non_refundable, cancelled.refund, cancelled.quota_left) == (60, 0, 120)


async def test_checking_in_makes_nothing_come_back(campus: Campus):
    made = (await campus.book(a_slot(BEGINS, 60, days=1))).booking
    campus.clock.set(at("10:50", days=1))

    here = await campus.services.check_in(made.id, campus.wil)
    moved = (await campus.services.move(here, campus.wil, a_slot("15:00", 60, days=5))).booking

    assert (await campus.cancel(moved)).refund == 0


async def test_a_society_booking_has_nothing_to_bring_back(campus: Campus):
    made = (await campus.book(a_slot(BEGINS, 60, days=1), by=campus.pres, society_id="CHESS")).booking
    moved = (await campus.services.move(made, campus.pres, a_slot("15:00", 60, days=5))).booking

    assert (await campus.cancel(moved, campus.pres)).refund == 0
    assert replace(moved, non_refundable=0) == moved
