"""Wall time is kept on both nights on which Sydney's clocks change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.localtime import is_skipped, local_instant
from scraper.common.walltime import to_epoch_range

SYDNEY = ZoneInfo("Australia/Sydney")
FORWARD, BACK = date(2026, 10, 4), date(2026, 4, 5)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS, st.integers(6 * 60, 23 * 60 + 59))
def test_a_class_is_at_its_time_of_day_all_year(day, minute):
    local = local_instant(day, minute, SYDNEY).astimezone(SYDNEY)

    assert (local.date(), local.hour * 60 + local.minute) == (day, minute)


@given(DAYS, st.integers(6 * 60, 22 * 60), st.integers(1, 2 * 60))
def test_a_class_by_day_lasts_as_long_as_it_says(day, starts, lasts):
    start, end = to_epoch_range(day, starts, starts + lasts, SYDNEY)

    assert end - start == lasts * 60


@given(st.sampled_from([FORWARD, BACK]), st.integers(0, 1439), st.integers(0, 1440))
def test_a_stretch_over_a_clock_change_is_whole_or_not_there(day, starts, ends):
    stretch = to_epoch_range(day, starts, ends, SYDNEY)

    if stretch:
        start, end = stretch
        assert 0 < end - start <= (ends - starts + 60) * 60
    elif starts < ends:
        assert day == FORWARD


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25)])
def test_a_day_is_23_hours_long_in_spring_and_25_in_autumn(day, hours):
    start, end = to_epoch_range(day, 0, 1440, SYDNEY)

    assert end - start == hours * 3600


def test_what_lies_inside_the_skipped_hour_does_not_take_place():
    assert to_epoch_range(FORWARD, 150, 180, SYDNEY) == ()


def test_only_times_of_the_skipped_hour_are_skipped():
    assert is_skipped(datetime(2026, 10, 4, 2, 30, tzinfo=SYDNEY))
    assert not is_skipped(datetime(2026, 10, 4, 3, 0, tzinfo=SYDNEY))
    assert not is_skipped(datetime(2026, 4, 5, 2, 30, tzinfo=SYDNEY))
    assert not is_skipped(datetime(2026, 10, 4, 2, 30, tzinfo=UTC))
