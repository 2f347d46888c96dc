"""How long an offer of the waiting list lasts."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from core.policy.rules import Rules
from core.services.waiting.offers import hold_time
from tests.builders import a_room, at


@pytest.mark.parametrize(("granularity", "minutes"), [(None, 2), (15, 2), (30, 10), (60, 10)])
def test_a_slot_that_has_begun_is_held_as_long_as_the_grid_of_its_room_lets_it_be_booked(
    granularity: int | None, minutes: int
):
    room, start = replace(a_room(), granularity=granularity), at("16:00")

    held = hold_time(start, room, Rules(), start + timedelta(minutes=14))

    assert held == timedelta(minutes=minutes)
