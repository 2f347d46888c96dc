"""Intervals: half-open, in UTC, and of elapsed length."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.interval import Interval
from tests.builders import a_slot, at

LONDON = ZoneInfo("Europe/London")


def test_neighbours_touch_without_overlapping():
    assert not a_slot("11:00", 60).overlaps(a_slot("12:00", 60))
    assert a_slot("11:00", 61).overlaps(a_slot("12:00", 60))


def test_an_interval_contains_its_start_and_not_its_end():
    slot = a_slot("11:00", 60)

    assert slot.contains(at("11:00"))
    assert not slot.contains(at("12:00"))


@pytest.mark.parametrize("minutes", [0, -60])
def test_it_cannot_end_before_it_begins(minutes: int):
    with pytest.raises(ValueError, match="must end after it starts"):
        Interval(at("11:00"), at("11:00") + timedelta(minutes=minutes))


def test_any_zone_is_converted_to_utc():
    slot = Interval(datetime(2026, 7, 1, 15, tzinfo=LONDON), datetime(2026, 7, 1, 17, tzinfo=LONDON))

    assert slot.start == datetime(2026, 7, 1, 14, tzinfo=UTC)
    assert slot.start.tzinfo is UTC


def test_its_length_is_elapsed_time_whatever_the_clocks_do():
    across = Interval(
        datetime(2026, 3, 29, 0, 30, tzinfo=LONDON), datetime(2026, 3, 29, 2, 30, tzinfo=LONDON)
    )

    assert across.minutes == 60


def test_minutes_are_rounded_up():
    assert Interval.of_length(at(), timedelta(seconds=61)).minutes == 2
