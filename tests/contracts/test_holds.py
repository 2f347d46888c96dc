"""Holds: slots that only one person can book, until they expire."""

from datetime import timedelta

import pytest

from core.errors import QuotaSpent, SlotTaken, UnknownBooking
from core.interval import Interval
from core.model import Booking, BookingState, PersonId
from tests.builders import a_slot, at
from tests.contracts.campus import HALL, LAB, Campus, a_new_id

SLOT = a_slot("16:00")


async def a_hold(campus: Campus, by: PersonId, slot: Interval = SLOT, minutes: int = 10) -> Booking:
    """A hold of the hall, as an offer makes it."""
    now = campus.clock.now()
    hold = Booking(
        a_new_id(),
        HALL,
        slot,
        by,
        now,
        state=BookingState.HELD,
        held_until=now + timedelta(minutes=minutes),
    )
    await campus.storage.write(lambda unit: unit.bookings.hold(hold))
    return hold


def is_free(campus: Campus, storage=None) -> bool:
    start, end = int(SLOT.start.timestamp()), int(SLOT.end.timestamp())
    return (storage or campus.storage).read_model.availability.schedule(HALL).is_free(start, end)


async def test_nobody_else_books_a_slot_that_is_held(campus: Campus):
    await a_hold(campus, campus.rema)

    with pytest.raises(SlotTaken) as refused:
        await campus.book(SLOT)

    assert [each.is_hold for each in refused.value.holders] == [True]


async def test_nobody_moves_into_a_slot_that_is_held(campus: Campus):
    await a_hold(campus, campus.rema)
    before = (await campus.book(a_slot("15:00"))).booking

    with pytest.raises(SlotTaken):
        await campus.services.extend(before, campus.wil, timedelta(hours=1))
    with pytest.raises(SlotTaken):
        await campus.services.move(before, campus.wil, SLOT)


async def test_the_person_it_is_held_for_books_it_and_the_hold_is_over(campus: Campus):
    hold = await a_hold(campus, campus.rema)

    booked = (await campus.book(SLOT, by=campus.rema)).booking

    stored = await campus.storage.read(lambda unit: unit.bookings.get(hold.id))
    assert stored is not None
    assert stored.state is BookingState.CANCELLED
    assert campus.storage.read_model.in_room(HALL) == (booked,)
    assert await campus.quota_left(campus.rema) == 180 - SLOT.minutes


async def test_a_hold_costs_nothing_and_is_no_booking(campus: Campus):
    hold = await a_hold(campus, campus.rema)

    assert await campus.quota_left(campus.rema) == 180
    assert campus.services.upcoming(campus.rema) == ()
    for refused in (
        campus.cancel(hold, campus.rema),
        campus.services.get(hold.id),
        campus.services.check_in(hold.id, campus.rema),
        campus.services.move(hold, campus.rema, a_slot("12:00"), LAB),
    ):
        with pytest.raises(UnknownBooking):
            await refused


async def test_a_refused_booking_leaves_the_hold_of_its_person(campus: Campus):
    await campus.book(a_slot("12:00", minutes=165), LAB, campus.rema)
    hold = await a_hold(campus, campus.rema)

    with pytest.raises(QuotaSpent):
        await campus.book(SLOT, by=campus.rema)

    stored = await campus.storage.read(lambda unit: unit.bookings.get(hold.id))
    assert stored == hold


async def test_a_hold_expires_everywhere_at_that_instant(campus: Campus, open_another):
    other = await open_another()
    await a_hold(campus, campus.rema)
    await other.catch_up()
    assert (is_free(campus), is_free(campus, other)) == (False, False)

    campus.clock.move(timedelta(minutes=9, seconds=59))
    assert (is_free(campus), is_free(campus, other)) == (False, False)
    campus.clock.move(timedelta(seconds=1))

    assert (is_free(campus), is_free(campus, other)) == (True, True)
    assert (await campus.book(SLOT)).booking.interval == SLOT


async def test_a_process_that_starts_later_knows_live_holds_only(campus: Campus, open_another):
    await a_hold(campus, campus.rema)
    assert not is_free(campus, await open_another())

    campus.clock.move(timedelta(minutes=10))

    assert is_free(campus, await open_another())


async def test_the_database_itself_refuses_to_hold_what_is_booked_or_held(campus: Campus):
    await campus.book(SLOT)
    await a_hold(campus, campus.rema, a_slot("12:00"))

    for slot in (SLOT, a_slot("15:30"), a_slot("12:15")):
        with pytest.raises(SlotTaken):
            await a_hold(campus, campus.stan, slot)


async def test_ending_a_hold_frees_the_slot_in_all_processes(campus: Campus, open_another):
    other = await open_another()
    hold = await a_hold(campus, campus.rema)

    assert await campus.storage.write(lambda unit: unit.bookings.end_hold(hold.id))
    assert not await campus.storage.write(lambda unit: unit.bookings.end_hold(hold.id))
    await other.catch_up()

    assert (is_free(campus), is_free(campus, other)) == (True, True)


async def test_bookings_around_a_hold_are_allowed(campus: Campus):
    await a_hold(campus, campus.rema, Interval(at("16:00"), at("17:00")))

    await campus.book(Interval(at("15:00"), at("16:00")))
    await campus.book(Interval(at("17:00"), at("18:00")))

    assert len(campus.storage.read_model.in_room(HALL)) == 2
