"""Schedules of recurring jobs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.policy.schedule import DailyAt, Periodic
from tests.builders import NOW

LONDON = ZoneInfo("Europe/London")
MONDAYS_AT_THREE = DailyAt(3 * 60, weekday=0)


def test_an_interval_counts_from_the_last_time():
    assert Periodic(timedelta(hours=6)).after(NOW, LONDON) == NOW + timedelta(hours=6)


def test_a_periodic_job_that_never_ran_is_due_immediately():
    assert Periodic(timedelta(hours=6)).first(NOW, LONDON) == NOW


@pytest.mark.parametrize(
    ("instant", "following"),
    [
        ("2026-03-11T10:20", "2026-03-16T03:00"),
        ("2026-03-16T02:59", "2026-03-16T03:00"),
        ("2026-03-16T03:00", "2026-03-23T03:00"),
        ("2026-03-28T12:00", "2026-03-30T02:00"),  # summer time
        ("2026-10-24T12:00", "2026-10-26T03:00"),  # and back
    ],
)
def test_a_weekday_and_time_are_local_time(instant: str, following: str):
    after = MONDAYS_AT_THREE.after(datetime.fromisoformat(instant).replace(tzinfo=UTC), LONDON)

    assert after == datetime.fromisoformat(following).replace(tzinfo=UTC)


def test_a_daily_time_that_the_clocks_jump_over_comes_an_hour_later():
    before = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)

    assert DailyAt(90).after(before, LONDON) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_daily_time_that_comes_twice_counts_once():
    before = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)

    first = DailyAt(90).after(before, LONDON)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert DailyAt(90).after(first, LONDON) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)
