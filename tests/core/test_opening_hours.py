"""Opening hours over midnight and round the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidTimes, OutsideHours
from core.interval import Interval
from core.model import OpeningHours
from core.policy.opening_hours import (
    check_opening,
    is_open_over_midnight,
    next_opening,
    open_until,
    read_opening_hours,
)
from core.policy.rules import Rules
from tests.builders import NOW, a_room, a_slot, at

QUARTER, DAY = 15, 24 * 60
ROUND_THE_CLOCK = Rules(weekday_hours=OpeningHours(0, DAY), weekend_hours=OpeningHours(0, DAY))
LATE = Rules(weekday_hours=OpeningHours(18 * 60, 26 * 60), weekend_hours=OpeningHours(12 * 60, 18 * 60))

quarters = st.integers(0, DAY // QUARTER - 1).map(lambda number: number * QUARTER)
opening_hours = st.builds(
    lambda opens, length: OpeningHours(opens, opens + length),
    quarters,
    st.integers(1, DAY // QUARTER).map(lambda number: number * QUARTER),
)


def is_open(minute: int, monday: date, rules: Rules) -> bool:
    """Whether a quarter of an hour, in minutes after a Monday's midnight, lies in a day's opening hours."""
    for day in range(-1, 9):
        hours = rules.hours(None, (monday + timedelta(days=day)).weekday())
        if hours.opens <= minute - day * DAY < hours.closes:
            return True
    return False


@given(opening_hours, opening_hours, st.integers(0, 7 * 96 - 1), st.integers(1, 96))
def test_a_slot_fits_if_and_only_if_each_quarter_of_it_is_open(
    weekdays: OpeningHours, weekends: OpeningHours, first: int, length: int
):
    rules = Rules(zone=ZoneInfo("UTC"), weekday_hours=weekdays, weekend_hours=weekends)
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    slot = Interval.of_length(
        monday + timedelta(minutes=first * QUARTER), timedelta(minutes=length * QUARTER)
    )
    expected = all(is_open(each * QUARTER, monday.date(), rules) for each in range(first, first + length))

    if expected:
        check_opening(slot, a_room(), rules, monday)
    else:
        with pytest.raises(OutsideHours):
            check_opening(slot, a_room(), rules, monday)


@given(opening_hours, opening_hours, st.integers(0, 7 * 96 - 1))
def test_what_opens_next_and_how_long_it_stays_open_can_be_booked(
    weekdays: OpeningHours, weekends: OpeningHours, first: int
):
    rules = Rules(zone=ZoneInfo("UTC"), weekday_hours=weekdays, weekend_hours=weekends)
    instant = datetime(2026, 3, 9, tzinfo=UTC) + timedelta(minutes=first * QUARTER)

    opens = next_opening(instant, None, rules)
    closes = open_until(opens, None, rules)
    check_opening(Interval(opens, min(closes, opens + timedelta(days=1))), a_room(), rules, instant)
    if opens > instant:
        with pytest.raises(OutsideHours):
            check_opening(Interval(opens - timedelta(minutes=15), opens), a_room(), rules, instant)


@pytest.mark.parametrize(
    "slot",
    [a_slot("23:00", 120, days=2), a_slot("23:45", 30), a_slot("00:00", DAY, days=1), a_slot("12:00", DAY)],
)
def test_round_the_clock_any_time_of_up_to_a_day_can_be_booked(slot: Interval):
    check_opening(slot, a_room(), ROUND_THE_CLOCK, NOW)


def test_no_booking_is_longer_than_a_day():
    with pytest.raises(InvalidTimes, match="24 hours at most"):
        check_opening(a_slot("12:00", DAY + 15), a_room(), ROUND_THE_CLOCK, NOW)


@pytest.mark.parametrize(
    ("start", "minutes", "days"), [("18:00", 8 * 60, 0), ("01:00", 60, 1), ("00:30", 60, 3)]
)
def test_a_bar_s_hours_reach_into_the_next_morning(start: str, minutes: int, days: int):
    """The night from Friday to Saturday has Friday's hours."""
    check_opening(a_slot(start, minutes, days), a_room(), LATE, NOW)


@pytest.mark.parametrize(
    ("slot", "message", "hours"),
    [
        (a_slot("17:00", 120), "starting time after opening", (18 * 60, 26 * 60)),
        (a_slot("01:00", 90, days=1), "end time before closing", (18 * 60, 26 * 60)),
        (a_slot("01:30", 90, days=3), "end time before closing", (18 * 60, 26 * 60)),
        (a_slot("02:00", 60, days=3), "starting time after opening", (12 * 60, 18 * 60)),
        (a_slot("01:00", 60, days=5), "starting time after opening", (18 * 60, 26 * 60)),
        (a_slot("23:00", 240), "end time before closing", (18 * 60, 26 * 60)),
    ],
)
def test_outside_late_hours_the_refusal_names_the_hours_in_question(
    slot: Interval, message: str, hours: tuple[int, int]
):
    with pytest.raises(OutsideHours, match=message) as refused:
        check_opening(slot, a_room(), LATE, NOW)

    assert (refused.value.opens, refused.value.closes) == hours


def test_late_hours_are_wall_time_when_the_clocks_change():
    """In London 01:00 to 02:00 does not exist on 29 March 2026."""
    rules = Rules(weekday_hours=LATE.weekday_hours, weekend_hours=LATE.weekday_hours)
    zone = rules.zone

    check_opening(
        Interval(datetime(2026, 3, 28, 23, tzinfo=zone), datetime(2026, 3, 29, 2, tzinfo=zone)),
        a_room(),
        rules,
        NOW,
    )
    with pytest.raises(OutsideHours):
        check_opening(
            Interval(datetime(2026, 3, 28, 23, tzinfo=zone), datetime(2026, 3, 29, 2, 15, tzinfo=zone)),
            a_room(),
            rules,
            NOW,
        )


def test_only_hours_that_go_on_are_open_over_midnight():
    friday = at(days=2).date()

    assert is_open_over_midnight(friday, None, ROUND_THE_CLOCK)
    assert is_open_over_midnight(friday, None, LATE)
    assert not is_open_over_midnight(at(days=3).date(), None, LATE)
    assert not is_open_over_midnight(friday, None, Rules())
    assert not is_open_over_midnight(friday, None, Rules(weekday_hours=OpeningHours(0, DAY)))


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("08:00-21:00", 480, 1260),
        ("18:00-02:00", 1080, 1560),
        ("00:00-24:00", 0, 1440),
        ("22:00 - 00:00", 1320, 1440),
    ],
)
def test_hours_that_end_earlier_than_they_begin_end_on_the_next_day(text: str, opens: int, closes: int):
    assert read_opening_hours(text) == OpeningHours(opens, closes)


@pytest.mark.parametrize(
    "text", ["", "9-5", "08:00", "08:00-08:00", "08:00-25:00", "24:00-02:00", "08:60-09:00"]
)
def test_what_is_no_opening_hours_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011 - the caller words it
        read_opening_hours(text)
