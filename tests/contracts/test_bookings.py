"""Booking, moving, cancelling and checking in."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.errors import (
    NotAuthenticated,
    NotPermitted,
    NotYourBooking,
    QuotaSpent,
    SlotTaken,
    StaleVersion,
    UnknownBooking,
    UnknownRoom,
    UnknownSociety,
)
from core.model import BookingState, PersonId, RoomId, TokenTerm
from core.policy.access import token_day
from core.services.book_room import BookRoom
from tests.builders import NOW, a_slot, an_entry, at
from tests.contracts.campus import CHESS, HALL, LAB, Campus, a_new_id


async def test_a_booking_is_stored_as_it_was_made(campus: Campus):
    made = await campus.book(a_slot("11:00", 60), title="Reading group", notes="Bring chalk")

    stored = await campus.storage.read(lambda unit: unit.bookings.get(made.booking.id))

    assert stored == made.booking
    assert stored is not None
    assert (stored.interval, stored.booked_by, stored.created_at) == (a_slot("11:00", 60), campus.wil, NOW)
    assert (stored.title, stored.notes, stored.version) == ("Reading group", "Bring chalk", 1)


async def test_a_booking_is_charged_to_its_maker(campus: Campus):
    made = await campus.book(a_slot(minutes=60))

    assert (made.cost, made.quota_left) == (60, 120)
    assert await campus.quota_left() == 120
    assert await campus.quota_left(campus.rema) == 180


async def test_a_taken_slot_is_refused_and_its_holder_named(campus: Campus):
    held = await campus.book(a_slot("11:00", 60))

    with pytest.raises(SlotTaken) as refusal:
        await campus.book(a_slot("11:30", 60), by=campus.rema)

    assert [each.booking_id for each in refusal.value.holders] == [held.booking.id]
    assert await campus.quota_left(campus.rema) == 180


async def test_back_to_back_bookings_do_not_conflict(campus: Campus):
    await campus.book(a_slot("11:00", 60))
    await campus.book(a_slot("13:00", 60))

    between = await campus.book(a_slot("12:00", 60), by=campus.rema)

    assert between.booking.interval == a_slot("12:00", 60)


async def test_a_class_takes_the_room_even_beneath_another_that_ends_earlier(campus: Campus):
    long, short = a_slot("09:00", 240), a_slot("10:30", 30)
    await campus.storage.write(
        lambda unit: unit.timetable.add(
            "timetable", [an_entry(HALL, long, name="MATH"), an_entry(HALL, short, name="ART")], 0
        )
    )

    with pytest.raises(SlotTaken) as refusal:
        await campus.book(a_slot("12:00", 60))

    assert [each.name for each in refusal.value.holders] == ["MATH"]


async def test_an_unknown_room_is_refused(campus: Campus):
    with pytest.raises(UnknownRoom):
        await campus.book(room=RoomId("K-J17-NOWHERE"))


async def test_a_booking_beyond_the_quota_is_refused(campus: Campus):
    await campus.book(a_slot("11:00", 150))

    with pytest.raises(QuotaSpent) as refusal:
        await campus.book(a_slot("15:00", 45))

    assert (refusal.value.cost, refusal.value.left) == (45, 30)


async def test_staff_spend_no_quota(campus: Campus):
    made = await campus.book(a_slot("11:00", 300), by=campus.stan)

    assert made.cost == 0


async def test_members_book_for_their_society_and_others_do_not(campus: Campus):
    made = await campus.book(by=campus.mem, society_id=CHESS, title="Blitz night")

    assert (made.booking.society_id, made.cost) == (CHESS, 0)
    with pytest.raises(NotPermitted):
        await campus.book(a_slot("14:00"), by=campus.wil, society_id=CHESS)


async def test_a_member_of_another_society_is_refused(campus: Campus):
    with pytest.raises(UnknownSociety):
        await campus.book(by=campus.mem, society_id="GO")


async def test_a_societys_valid_token_books_for_it_and_an_old_one_does_not(campus: Campus):
    term = TokenTerm(2, token_day(NOW, campus.rules))
    await campus.storage.write(lambda unit: unit.societies.set_term(CHESS, term))

    made = await campus.services.book(_by_token(campus, term))

    assert (made.booking.booked_by, made.booking.society_id) == (None, CHESS)
    with pytest.raises(NotPermitted):
        await campus.services.book(_by_token(campus, TokenTerm(1, term.issued_on)))


def _by_token(campus: Campus, term: TokenTerm) -> BookRoom:
    return replace(campus.request(), by=None, society_id=CHESS, term=term)


async def test_a_president_owns_what_a_token_booked(campus: Campus):
    term = TokenTerm(1, token_day(NOW, campus.rules))
    await campus.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    made = await campus.services.book(_by_token(campus, term))

    with pytest.raises(NotYourBooking):
        await campus.cancel(made.booking, by=campus.mem)
    cancelled = await campus.cancel(made.booking, by=campus.pres)

    assert cancelled.booking.state is BookingState.CANCELLED


async def test_cancelling_frees_the_room_and_refunds_the_minutes(campus: Campus):
    made = await campus.book(a_slot(minutes=60))

    cancelled = await campus.cancel(made.booking)

    assert (cancelled.refund, cancelled.quota_left) == (60, 180)
    assert (await campus.book(a_slot(minutes=60), by=campus.rema)).cost == 60


async def test_nothing_is_refunded_twice(campus: Campus):
    made = await campus.book()
    await campus.cancel(made.booking)

    with pytest.raises(UnknownBooking):
        await campus.cancel(made.booking)

    assert await campus.quota_left() == 180


async def test_other_peoples_bookings_cannot_be_cancelled(campus: Campus):
    made = await campus.book()

    with pytest.raises(NotYourBooking):
        await campus.cancel(made.booking, by=campus.rema)

    stored = await campus.storage.read(lambda unit: unit.bookings.get(made.booking.id))
    assert stored == made.booking


async def test_a_moved_booking_is_charged_by_the_difference(campus: Campus):
    made = await campus.book(a_slot("11:00", 60))

    moved = await campus.services.move(made.booking, campus.wil, a_slot("15:00", 90), LAB)

    assert (moved.cost, moved.quota_left) == (30, 90)
    assert (moved.booking.room_id, moved.booking.interval) == (LAB, a_slot("15:00", 90))
    assert (await campus.book(a_slot("11:00", 60), by=campus.rema)).booking.room_id == HALL
    with pytest.raises(SlotTaken):
        await campus.book(a_slot("15:00", 60), LAB, by=campus.rema)


async def test_a_booking_may_be_extended_over_its_own_slot(campus: Campus):
    made = await campus.book(a_slot("11:00", 60))

    moved = await campus.services.extend(made.booking, campus.wil, timedelta(minutes=30))

    assert moved.booking.interval == a_slot("11:00", 90)


async def test_a_booking_does_not_move_into_another(campus: Campus):
    made = await campus.book(a_slot("11:00", 60))
    await campus.book(a_slot("12:00", 60), by=campus.rema)

    with pytest.raises(SlotTaken):
        await campus.services.extend(made.booking, campus.wil, timedelta(minutes=15))

    assert await campus.storage.read(lambda unit: unit.bookings.get(made.booking.id)) == made.booking


async def test_a_booking_seen_before_its_last_change_is_not_moved(campus: Campus):
    made = await campus.book(a_slot("11:00", 60))
    await campus.services.extend(made.booking, campus.wil, timedelta(minutes=15))

    with pytest.raises(StaleVersion):
        await campus.services.extend(made.booking, campus.wil, timedelta(minutes=30))


async def test_checking_in_is_recorded_once(campus: Campus):
    made = await campus.book(a_slot("11:00", 60))
    campus.clock.set(at("10:50"))

    first = await campus.services.check_in(made.booking.id, campus.wil)
    campus.clock.set(at("11:10"))
    again = await campus.services.check_in(made.booking.id, campus.wil)

    assert first.checked_in_at == again.checked_in_at == at("10:50")
    assert again.version == 2


async def test_a_new_quota_week_begins_with_a_full_allowance(campus: Campus):
    await campus.book(a_slot(minutes=180))

    campus.clock.move(timedelta(days=7))

    quota = await campus.services.quota(campus.wil)
    assert (quota.left, quota.last_week) == (180, 180)


async def test_an_unknown_person_is_refused(campus: Campus):
    with pytest.raises(NotAuthenticated):
        await campus.book(by=PersonId(9_999))


async def test_an_unknown_booking_is_refused(campus: Campus):
    with pytest.raises(UnknownBooking):
        await campus.services.cancel(a_new_id(), campus.wil)
