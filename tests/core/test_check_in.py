"""Rules of checking in: when a booking is released, from where on, and what comes back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.policy.check_in import free_from, is_awaited, release_due
from core.policy.refund import released_minutes
from core.policy.rules import Rules
from tests.builders import NOW, a_booking, a_room, a_slot, at

RULES, ROOM = Rules(), a_room(check_in=True)


@given(after=st.integers(1, 90), step=st.sampled_from([5, 15, 30, 60]), late=st.integers(0, 3_000))
def test_what_is_free_begins_on_the_grid_after_the_start_and_not_after_the_release(after, step, late):
    room, rules = replace(ROOM, granularity=step), replace(RULES, release_after=timedelta(minutes=after))
    booking = a_booking(slot=a_slot("12:00", 240))

    released_at = release_due(booking, room, rules) + timedelta(seconds=late)
    free = free_from(room, rules, released_at)

    assert booking.interval.start < free <= released_at
    assert (free - booking.interval.start) % timedelta(minutes=step) == timedelta()
    assert released_at - free < timedelta(minutes=step)


@pytest.mark.parametrize(
    ("moment", "expected"), [("11:09", False), ("11:10", True), ("11:59", True), ("12:00", False)]
)
def test_people_are_awaited_from_the_warning_to_the_end(moment: str, expected: bool):  # noqa: FBT001 - a table
    assert is_awaited(a_booking(slot=a_slot("11:00")), ROOM, RULES, at(moment)) is expected


def test_a_booking_of_one_step_has_nothing_to_release():
    assert not is_awaited(a_booking(slot=a_slot("11:00", 15)), ROOM, RULES, at("11:12"))


@pytest.mark.parametrize(
    ("charges", "kept", "expected"),
    [
        ([(100, 60)], 0, {100: 45}),
        ([(100, 60)], 60, {}),
        ([(100, 60)], 30, {100: 30}),
        ([(93, 60)], 0, {}),
        ([(93, 30), (100, 30)], 0, {100: 30}),
        ([(100, 0)], 0, {}),
    ],
)
def test_no_more_comes_back_than_cancelling_would_give(charges, kept, expected):
    booking = a_booking(created_at=NOW, non_refundable=kept)

    assert released_minutes(booking, charges, 45, 100) == expected
