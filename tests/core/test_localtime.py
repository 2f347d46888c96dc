"""Local time on the two nights on which clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.localtime import add_elapsed, epoch_day, local_instant

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Clocks go from 01:00 to 02:00, and from 02:00 to 01:00."""


@pytest.mark.parametrize(
    ("day", "minutes", "utc"),
    [
        (date(2026, 1, 5), 9 * 60 + 30, datetime(2026, 1, 5, 9, 30)),
        (date(2026, 7, 5), 9 * 60 + 30, datetime(2026, 7, 5, 8, 30)),
        (SPRING, 0, datetime(2026, 3, 29, 0, 0)),
        (SPRING, 90, datetime(2026, 3, 29, 1, 30)),
        (SPRING, 24 * 60, datetime(2026, 3, 29, 23, 0)),
        (AUTUMN, 90, datetime(2026, 10, 25, 0, 30)),
        (AUTUMN, 9 * 60, datetime(2026, 10, 25, 9, 0)),
        (AUTUMN, 24 * 60, datetime(2026, 10, 26, 0, 0)),
    ],
)
def test_minutes_of_a_day_are_those_of_the_clocks_on_the_wall(day: date, minutes: int, utc: datetime):
    assert local_instant(day, minutes, LONDON) == utc.replace(tzinfo=UTC)


def test_a_skipped_time_is_an_hour_later_and_a_repeated_one_the_first():
    assert local_instant(SPRING, 90, LONDON).astimezone(LONDON).hour == 2
    assert local_instant(AUTUMN, 90, LONDON).astimezone(LONDON).fold == 0


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_the_days_of_clock_changes_have_23_and_25_hours(day: date, hours: int):
    length = local_instant(day, 24 * 60, LONDON) - local_instant(day, 0, LONDON)

    assert length == timedelta(hours=hours)


def test_elapsed_time_counts_across_a_clock_change():
    before = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON)

    after = add_elapsed(before, timedelta(hours=1))

    assert (after.hour, after.minute, after.tzinfo) == (2, 30, LONDON)
    assert (before + timedelta(hours=1)).hour == 1


def test_epoch_days_count_from_1970():
    assert (epoch_day(date(1970, 1, 1)), epoch_day(date(2026, 3, 29))) == (0, 20541)
