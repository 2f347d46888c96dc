"""Streams of everything that happened: in the order of time, of a window or all, on both databases."""

from datetime import timedelta

from core.interval import Interval
from core.model import AuditEntry, BookingState
from core.ports import UnitOfWork
from tests.builders import NOW, a_slot
from tests.contracts.campus import LAB, Campus

DAY = timedelta(days=1)


async def test_bookings_come_by_start_and_cancelled_ones_too(campus: Campus):
    late, early = await campus.book(a_slot("15:00")), await campus.book(a_slot("12:00"), LAB)
    await campus.cancel(late.booking)

    found = await campus.storage.read(lambda unit: list(unit.history.bookings()))

    assert [(each.id, each.state) for each in found] == [
        (early.booking.id, BookingState.ACTIVE),
        (late.booking.id, BookingState.CANCELLED),
    ]


async def test_a_window_has_the_bookings_that_overlap_it(campus: Campus):
    early, late = await campus.book(a_slot("12:00", 60)), await campus.book(a_slot("15:00", 60))
    windows = (
        (Interval(early.booking.interval.end, late.booking.interval.start), []),
        (Interval(early.booking.interval.start, late.booking.interval.start), [early.booking]),
        (Interval(NOW, NOW + DAY), [early.booking, late.booking]),
    )

    for window, expected in windows:
        found = await campus.storage.read(lambda unit, window=window: list(unit.history.bookings(window)))
        assert found == expected


async def test_the_ledger_has_charges_and_refunds_with_their_week(campus: Campus):
    made = await campus.book(a_slot("15:00", 60))
    await campus.cancel(made.booking)

    found = await campus.storage.read(lambda unit: list(unit.history.charges()))

    assert [(each.person_id, each.booking_id, each.minutes) for each in found] == [
        (campus.wil, made.booking.id, 60),
        (campus.wil, made.booking.id, -60),
    ]
    assert {each.at for each in found} == {NOW}


async def test_the_audit_trail_is_read_as_it_was_written(campus: Campus):
    entries = [
        AuditEntry(NOW + day * DAY, "administrator", "try", f"room:{day}", {"number": day} if day else {})
        for day in range(3)
    ]

    def write(unit: UnitOfWork) -> None:
        for each in entries:
            unit.audit(each)

    await campus.storage.write(write)

    found = await campus.storage.read(lambda unit: list(unit.history.audit()))
    second = Interval(NOW + DAY, NOW + 2 * DAY)
    assert [each for each in found if each.action == "try"] == entries
    assert await campus.storage.read(lambda unit: list(unit.history.audit(second))) == [entries[1]]


async def test_a_stream_longer_than_one_fetch_loses_nothing(campus: Campus):
    def write(unit: UnitOfWork) -> None:
        for number in range(5_001):
            unit.audit(AuditEntry(NOW, "administrator", "try", f"room:{number}"))

    await campus.storage.write(write)

    found = await campus.storage.read(lambda unit: [each.subject for each in unit.history.audit()])
    assert found[-5_001:] == [f"room:{number}" for number in range(5_001)]
