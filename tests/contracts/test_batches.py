"""Decisions that share a batch: each has the outcome that it would have had alone."""

import asyncio

from msgspec.structs import replace

from core.errors import Invalid, QuotaSpent, SlotTaken
from core.model import PersonId, RoomId
from core.ports import DecisionKeys, JointDecision
from core.services.book_room import BookingResult
from storage.queued_decision import QueuedDecision, rounds_of
from tests.builders import a_slot
from tests.contracts.campus import HALL, LAB, ROOMS, Campus
from tests.contracts.read_model_state import state_of


async def _all(campus: Campus, *requests) -> list[BookingResult | BaseException]:
    """Books at the same time."""
    return await asyncio.gather(*map(campus.services.book, requests), return_exceptions=True)


async def test_of_many_who_want_one_slot_at_once_the_first_gets_it(campus: Campus):
    wanted = [campus.request(a_slot("13:00", 30), by=by) for by in (campus.wil, campus.rema, campus.stan)]

    first, *others = await _all(campus, *wanted)

    assert isinstance(first, BookingResult)
    assert first.booking.booked_by == campus.wil
    assert all(isinstance(each, SlotTaken) for each in others)


async def test_bookings_at_once_spend_a_quota_once(campus: Campus):
    whole = campus.rules.weekly_quota // 60
    wanted = [campus.request(a_slot("13:00", 60), room) for room in ROOMS[: whole + 3]]

    outcomes = await _all(campus, *wanted)

    booked = [each for each in outcomes if isinstance(each, BookingResult)]
    assert [each.quota_left for each in booked] == [
        campus.rules.weekly_quota - 60 * number for number in range(1, whole + 1)
    ]
    assert [type(each) for each in outcomes[whole:]] == [QuotaSpent] * 3
    assert await campus.quota_left() == campus.rules.weekly_quota - 60 * whole


async def test_a_text_that_cannot_be_stored_fails_no_other_booking(campus: Campus):
    wanted = [campus.request(a_slot("13:00", 15), room, campus.stan) for room in ROOMS[:9]]
    wanted[4] = replace(wanted[4], notes="half of a pair: \ud800")

    outcomes = await _all(campus, *wanted)

    failed = outcomes.pop(4)
    assert isinstance(failed, Invalid)
    assert all(isinstance(each, BookingResult) for each in outcomes)
    assert campus.storage.read_model.in_room(ROOMS[4]) == ()


async def test_each_caller_gets_their_own_booking(campus: Campus):
    people = (campus.wil, campus.rema, campus.stan, campus.mem)
    wanted = [
        campus.request(a_slot("13:00", 15), room, people[number % len(people)])
        for number, room in enumerate(ROOMS)
    ]

    outcomes = await _all(campus, *wanted)

    found = [
        (each.booking.id, each.booking.booked_by) for each in outcomes if isinstance(each, BookingResult)
    ]
    assert found == [(each.booking_id, each.by) for each in wanted]


async def test_one_key_books_once_in_a_batch(campus: Campus):
    wanted = campus.request(a_slot("13:00", 15), request="http:once")

    outcomes = await _all(campus, wanted, wanted, wanted)

    assert [each.booking.id for each in outcomes if not isinstance(each, BaseException)] == [
        wanted.booking_id
    ] * 3


async def test_another_process_sees_a_whole_batch_and_what_was_cancelled_of_it(campus: Campus, open_another):
    other = await open_another()
    wanted = [campus.request(a_slot("13:00", 15), room, campus.stan) for room in ROOMS]
    outcomes = await _all(campus, *wanted)
    await other.catch_up()
    cancelled = [each.booking for each in outcomes[::3] if isinstance(each, BookingResult)]

    await asyncio.gather(*(campus.cancel(each, campus.stan) for each in cancelled))
    await campus.book(a_slot("14:00", 15), HALL)
    await other.catch_up()

    assert state_of(other.read_model) == state_of(campus.storage.read_model)


async def test_another_process_sees_a_new_time_beside_a_timetable_that_it_does_not_read_again(
    campus: Campus, open_another
):
    booked = await campus.book(a_slot("13:00", 30), HALL, campus.stan)
    other = await open_another()
    before = other.read_model.availability.schedule(LAB)

    await campus.services.move(booked.booking, campus.stan, a_slot("15:00", 60))
    await other.catch_up()

    assert state_of(other.read_model) == state_of(campus.storage.read_model)
    assert other.read_model.availability.schedule(LAB) is before


def _queued(room: RoomId, person: int) -> QueuedDecision:
    loop = asyncio.get_running_loop()
    keys = DecisionKeys(0, room=room, person=PersonId(person))
    return QueuedDecision((keys,), lambda _: JointDecision(None), 0, loop.create_future())


async def test_decisions_on_the_same_room_or_person_are_in_rounds_of_their_own_and_in_order():
    first = _queued(HALL, 1)
    same_room = _queued(HALL, 2)
    same_person = _queued(LAB, 2)
    elsewhere = _queued(ROOMS[5], 3)

    rounds = rounds_of([first, same_room, same_person, elsewhere])

    assert rounds == [[first, elsewhere], [same_room], [same_person]]
