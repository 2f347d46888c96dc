"""The database itself refuses double bookings, even without the core's rules."""

from collections.abc import Callable

import pytest

from core.errors import SlotTaken, Unavailable
from core.interval import Interval
from core.model import RoomId
from core.ports import Decision, DecisionKeys, Facts, WriteSet
from tests.builders import a_booking, a_slot
from tests.contracts.campus import HALL, LAB, Campus, a_new_id


def _unchecked(campus: Campus, writes: WriteSet) -> tuple[DecisionKeys, Callable[[Facts], Decision[None]]]:
    """A decision that ignores the facts."""
    return DecisionKeys(week=0, person=campus.wil), lambda _: Decision(None, writes)


async def _insert(campus: Campus, slot: Interval, room: RoomId = HALL) -> None:
    booking = a_booking(a_new_id(), room, slot, by=campus.rema)
    await campus.storage.decide(*_unchecked(campus, WriteSet(insert=booking)))


@pytest.mark.parametrize(
    "slot",
    [a_slot("11:00"), a_slot("10:30"), a_slot("11:45"), a_slot("11:15", 30), a_slot("10:00", 180)],
    ids=["the same", "over its start", "over its end", "within", "around"],
)
async def test_an_overlapping_booking_is_refused_even_without_the_rules(campus: Campus, slot: Interval):
    await campus.book(a_slot("11:00", 60))

    with pytest.raises(SlotTaken):
        await _insert(campus, slot)


async def test_neighbours_other_rooms_and_cancelled_slots_are_fine(campus: Campus):
    cancelled = await campus.book(a_slot("15:00", 60))
    await campus.cancel(cancelled.booking)
    await campus.book(a_slot("11:00", 60))

    await _insert(campus, a_slot("10:00", 60))
    await _insert(campus, a_slot("12:00", 60))
    await _insert(campus, a_slot("11:00", 60), LAB)
    await _insert(campus, a_slot("15:00", 60))


async def test_a_booking_moved_onto_another_is_refused(campus: Campus):
    await campus.book(a_slot("11:00", 60))
    other = (await campus.book(a_slot("13:00", 60), by=campus.rema)).booking
    moved = a_booking(other.id, HALL, a_slot("11:30"), by=campus.rema, version=2)

    with pytest.raises(SlotTaken):
        await campus.storage.decide(*_unchecked(campus, WriteSet(update=moved, before=other)))

    assert await campus.storage.read(lambda unit: unit.bookings.get(other.id)) == other


async def test_a_cancelled_booking_does_not_come_back_to_life_over_another(campus: Campus):
    first = await campus.book(a_slot("11:00", 60))
    cancelled = await campus.cancel(first.booking)
    await campus.book(a_slot("11:00", 60), by=campus.rema)
    revived = a_booking(first.booking.id, HALL, a_slot("11:00", 60), by=campus.wil, version=3)

    with pytest.raises(SlotTaken):
        await campus.storage.decide(*_unchecked(campus, WriteSet(update=revived, before=cancelled.booking)))


async def test_a_booking_of_a_room_that_does_not_exist_is_refused(campus: Campus):
    with pytest.raises(Unavailable):
        await _insert(campus, a_slot(), RoomId("K-J17-NOWHERE"))


async def test_a_booking_longer_than_two_days_is_refused(campus: Campus):
    with pytest.raises(Unavailable):
        await _insert(campus, a_slot(minutes=3 * 24 * 60))
