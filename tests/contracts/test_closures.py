"""Closures in both databases: refused bookings, races, the read model, and who is notified."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue import RoomQuery
from core.errors import (
    BookingsInClosure,
    Invalid,
    InvalidTimes,
    RoomClosed,
    UnknownBuilding,
    UnknownClosure,
    UnknownRoom,
)
from core.interval import Interval
from core.model import BuildingId, Closure, ClosureId, RoomId, closed_times
from core.schedule_reading import ALL_TIME, busy_in_room
from core.services.closures import ClosureService, NewClosure
from tests.builders import NOW, a_slot, at
from tests.contracts.campus import CHESS, HALL, LAB, Campus

EXAM = a_slot("09:00", 8 * 60, days=1)
J17 = BuildingId("K-J17")


@pytest.fixture
def closures(campus: Campus) -> ClosureService:
    return ClosureService(campus.storage, campus.rules, campus.clock)


@pytest.mark.parametrize(
    ("place", "closes_lab"),
    [({"room_id": HALL}, False), ({"building_id": J17}, True), ({}, True)],
)
async def test_a_closed_place_refuses_bookings_with_reason_and_opening_time(
    campus: Campus, closures: ClosureService, place: dict, *, closes_lab: bool
):
    await closures.add([NewClosure(EXAM, "exam", **place)], "test")

    with pytest.raises(
        RoomClosed, match=r"closed then \(exam\). It opens again on Thu 12 Mar 2026 at 17:00."
    ) as refused:
        await campus.book(a_slot("16:30", 60, days=1))
    assert (refused.value.code, refused.value.closed) == ("closed", EXAM)
    assert (await campus.book(a_slot("17:00", 60, days=1))).booking.room_id == HALL
    if closes_lab:
        with pytest.raises(RoomClosed):
            await campus.book(a_slot("10:00", 60, days=1), LAB, by=campus.rema)
    else:
        await campus.book(a_slot("10:00", 60, days=1), LAB, by=campus.rema)


async def test_moving_and_extending_into_a_closure_is_refused_and_shortening_inside_is_not(
    campus: Campus, closures: ClosureService
):
    booked = (await campus.book(a_slot("08:00", 60, days=1))).booking
    inside = (await campus.book(a_slot("10:00", 60, days=1), LAB)).booking
    await closures.add([NewClosure(EXAM, "exam")], "test", is_confirmed=True)

    with pytest.raises(RoomClosed):
        await campus.services.extend(booked, campus.wil, timedelta(minutes=15))
    with pytest.raises(RoomClosed):
        await campus.services.move(booked, campus.wil, a_slot("10:00", 60, days=1))
    shorter = (await campus.services.extend(inside, campus.wil, timedelta(minutes=-30))).booking
    with pytest.raises(RoomClosed):
        await campus.services.extend(shorter, campus.wil, timedelta(minutes=30))
    await campus.services.move(shorter, campus.wil, a_slot("17:00", 30, days=1))


async def test_the_opening_time_is_after_all_closures_that_follow_and_within_opening_hours(
    campus: Campus, closures: ClosureService
):
    await closures.add(
        [
            NewClosure(EXAM, "exam", room_id=HALL),
            NewClosure(a_slot("17:00", 4 * 60, days=1), "cleaning", building_id=J17),
            NewClosure(a_slot("08:00", 60, days=2), "fire drill"),
        ],
        "test",
    )

    with pytest.raises(RoomClosed, match="Fri 13 Mar 2026 at 09:00"):
        await campus.book(a_slot("10:00", 60, days=1))


async def test_a_closure_is_busy_in_the_read_model_of_every_process(campus, closures, open_another):
    other = await open_another()
    (closure,) = (await closures.add([NewClosure(EXAM, "exam", building_id=J17)], "test")).added
    await other.catch_up()

    for storage in (campus.storage, other):
        availability = storage.read_model.availability
        (busy,) = availability.schedule(LAB).conflicts(
            *map(int, (EXAM.start.timestamp(), EXAM.end.timestamp()))
        )
        assert (busy.name, busy.booking_type, busy.source) == ("exam", "BLOCK", f"closure:{closure.id}")
        assert availability.matching(busy.start, busy.end, RoomQuery()) == []
    await closures.remove(closure.id, "test")
    await other.catch_up()
    for storage in (campus.storage, other):
        assert len(storage.read_model.availability.matching(busy.start, busy.end, RoomQuery())) == 22
    with pytest.raises(UnknownClosure):
        await closures.remove(closure.id, "test")


async def test_a_reload_and_all_of_a_room_show_closures_too(campus: Campus, closures: ClosureService):
    christmas = Interval(datetime(2025, 12, 25, tzinfo=UTC), datetime(2025, 12, 26, tzinfo=UTC))
    await closures.add([NewClosure(christmas, "Christmas", is_yearly=True), NewClosure(EXAM, "exam")], "test")
    before = campus.storage.read_model.availability.schedule(HALL).busy
    await campus.storage.reload()

    assert campus.storage.read_model.availability.schedule(HALL).busy == before
    everything = await campus.storage.read(lambda unit: busy_in_room(unit, HALL, ALL_TIME))
    assert len(everything) == 21


async def test_bookings_inside_need_a_confirmation_stay_and_their_holders_are_notified_once(
    campus: Campus, closures: ClosureService, count_rows
):
    mine = (await campus.book(a_slot("10:00", 60, days=1))).booking
    chess = (
        await campus.book(a_slot("12:00", 60, days=1), LAB, by=campus.mem, society_id=CHESS, title="Blitz")
    ).booking
    await campus.book(a_slot("17:00", 60, days=1))
    new = NewClosure(EXAM, "exam", building_id=J17)

    with pytest.raises(BookingsInClosure) as refused:
        await closures.add([new], "test")
    assert set(refused.value.bookings) == {mine, chess}
    assert await closures.all() == []
    before = await count_rows("outbox")
    result = await closures.add([new], "test", is_confirmed=True)
    again = await closures.add([new], "test", is_confirmed=True)

    assert (len(result.added), len(again.added), again.known) == (1, 0, 1)
    assert await count_rows("outbox") == before + 2
    assert (await campus.services.get(mine.id)).interval == mine.interval
    unanswered = await closures.unanswered()
    assert {(each.booking.id, each.holders[0].id) for each in unanswered} == {
        (mine.id, campus.wil),
        (chess.id, campus.mem),
    }
    await campus.cancel(mine)
    await campus.services.move(chess, campus.mem, a_slot("18:00", 60, days=1))
    assert await closures.unanswered() == []


async def test_what_is_over_or_elsewhere_needs_no_confirmation(campus: Campus, closures: ClosureService):
    await campus.book(a_slot("10:15", 60), LAB)
    await campus.book(a_slot("17:00", 60, days=1))
    campus.clock.move(timedelta(hours=2))

    await closures.add([NewClosure(a_slot("10:00", 240), "flood", room_id=LAB)], "test")
    await closures.add([NewClosure(EXAM, "exam")], "test")


async def test_a_yearly_closure_refuses_in_later_years(campus: Campus, closures: ClosureService):
    last_year = Interval(at("09:00", 1).replace(year=2025), at("17:00", 1).replace(year=2025))
    await closures.add([NewClosure(last_year, "founder's day", is_yearly=True)], "test")

    with pytest.raises(RoomClosed, match=r"founder's day.*Thu 12 Mar 2026 at 17:00"):
        await campus.book(a_slot("10:00", 60, days=1))


async def test_a_booking_and_a_closure_at_once_never_miss_each_other(
    campus: Campus, closures: ClosureService
):
    """Either the booking is refused, or the closure knows of it."""
    for day in range(1, 6):
        slot = a_slot("10:00", 30, days=day)
        booking, closing = await asyncio.gather(
            campus.book(slot, by=campus.stan),
            closures.add([NewClosure(slot, "flood", room_id=HALL)], "test"),
            return_exceptions=True,
        )

        assert isinstance(booking, RoomClosed) != isinstance(closing, BookingsInClosure), (booking, closing)


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewClosure(EXAM, room_id=RoomId("NO-SUCH")), UnknownRoom),
        (NewClosure(EXAM, building_id=BuildingId("NO-SUCH")), UnknownBuilding),
        (NewClosure(a_slot("09:00", 60), "over"), InvalidTimes),
        (NewClosure(a_slot("09:00", 60 * 24 * 400), is_yearly=True), InvalidTimes),
        (NewClosure(EXAM, "x" * 151), Invalid),
        (NewClosure(EXAM, "a\u202eb"), Invalid),
    ],
)
async def test_a_closure_that_cannot_be_is_refused_and_nothing_is_written(campus, closures, new, error):
    with pytest.raises(error):
        await closures.add([NewClosure(EXAM, "fine"), new], "test")

    assert await closures.all() == []


@given(st.integers(0, 366), st.integers(1, 366 * 24), st.sampled_from(["Europe/London", "Australia/Sydney"]))
def test_a_yearly_closure_keeps_its_wall_time(day: int, hours: int, zone: str):
    start = datetime(2024, 1, 1, 9, tzinfo=ZoneInfo(zone)) + timedelta(days=day)
    interval = Interval(start, start.astimezone(UTC) + timedelta(hours=hours))
    closure = Closure(ClosureId(1), interval, "", NOW, "test", zone, is_yearly=True)
    window = Interval(datetime(2030, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC))

    found = [datetime.fromtimestamp(busy.start, ZoneInfo(zone)) for busy in closed_times(closure, window)]

    assert {(each.month, each.day, each.hour) for each in found} <= {(start.month, start.day, start.hour)}
    is_leap_day = (start.month, start.day) == (2, 29)
    assert is_leap_day or len(found) >= 3
