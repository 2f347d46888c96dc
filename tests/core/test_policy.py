"""Booking rules at their boundaries, also across clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InThePast, InvalidTimes, NotPermitted, OutsideHours, QuotaSpent, TooFarAhead
from core.interval import Interval
from core.model import OpeningHours, Role, TokenTerm, UserGroup
from core.policy.access import check_president, token_has_expired
from core.policy.horizon import check_personal_horizon, check_society_horizon
from core.policy.opening_hours import check_opening
from core.policy.quota import check_quota, next_reset, quota_left, quota_week
from core.policy.rules import Rules
from tests.builders import NOW, a_person, a_room, a_slot, at

RULES = Rules()
ZONES = ("Europe/London", "Australia/Sydney", "Australia/Lord_Howe")


def wall(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold)


def days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


# Opening hours and the grid


@pytest.mark.parametrize("slot", [a_slot("10:30", 630), a_slot("20:45", 15), a_slot("08:00", 60, days=1)])
def test_what_fits_between_opening_and_closing_passes(slot: Interval):
    check_opening(slot, a_room(), RULES, NOW)


@pytest.mark.parametrize(
    ("slot", "message"),
    [
        (a_slot("20:45", 30), "Choose an end time before closing time."),
        (a_slot("20:00", 60 * 14), "Choose an end time before closing time."),
        (a_slot("21:00", 15), "Choose a starting time after opening time."),
        (a_slot("07:45", 30, days=1), "Choose a starting time after opening time."),
        (a_slot("08:30", 30, days=3), "Choose a starting time after opening time."),
        (a_slot("17:45", 30, days=3), "Choose an end time before closing time."),
    ],
)
def test_slots_outside_opening_hours_are_refused_with_the_documented_message(slot: Interval, message: str):
    with pytest.raises(OutsideHours, match=message):
        check_opening(slot, a_room(), RULES, NOW)


def test_a_room_may_have_hours_and_a_grid_of_its_own():
    room = a_room(weekday_hours=OpeningHours(0, 24 * 60), granularity=60)

    check_opening(a_slot("21:00", 180), room, RULES, NOW)
    with pytest.raises(InvalidTimes):
        check_opening(a_slot("21:30", 60), room, RULES, NOW)


@pytest.mark.parametrize(
    "slot", [a_slot("11:01", 60), a_slot("11:00", 59), Interval(at("11:00").replace(second=1), at("12:00"))]
)
def test_off_the_grid_is_refused(slot: Interval):
    with pytest.raises(InvalidTimes):
        check_opening(slot, a_room(), RULES, NOW)


def test_a_slot_is_past_only_when_its_first_cell_has_ended():
    check_opening(a_slot("10:15"), a_room(), RULES, at("10:29"))

    with pytest.raises(InThePast):
        check_opening(a_slot("10:15"), a_room(), RULES, at("10:30"))


@pytest.mark.parametrize("zone", ZONES)
def test_opening_hours_are_local_time_all_year(zone: str):
    rules = Rules(zone=ZoneInfo(zone))
    for month in range(1, 13):
        opens = wall(zone, 2026, month, 2 + (month % 3), 9)
        check_opening(Interval.of_length(opens, timedelta(hours=1)), a_room(), rules, opens)


@pytest.mark.parametrize(
    ("zone", "sunday"),
    [
        ("Europe/London", (2026, 3, 29)),
        ("Australia/Sydney", (2026, 10, 4)),
        ("Australia/Lord_Howe", (2026, 4, 5)),
    ],
)
def test_a_day_on_which_clocks_change_opens_and_closes_as_ever(zone: str, sunday: tuple[int, int, int]):
    rules = Rules(zone=ZoneInfo(zone))
    whole_day = Interval(wall(zone, *sunday, 9), wall(zone, *sunday, 18))

    check_opening(whole_day, a_room(), rules, wall(zone, *sunday, 1))


# Horizon


@pytest.mark.parametrize(("group", "reach"), [(UserGroup.STUDENT, 7), (UserGroup.STAFF, 90)])
def test_any_time_of_the_last_day_may_be_booked_and_none_after(group: UserGroup, reach: int):
    person = a_person("wil", group)

    last = NOW.date() + timedelta(days=reach)
    ends = wall("Europe/London", last.year, last.month, last.day, 23, 59)

    check_personal_horizon(ends, person, RULES, at("00:00"))
    with pytest.raises(TooFarAhead, match=f"more than {reach} days"):
        check_personal_horizon(ends + timedelta(minutes=1), person, RULES, at("23:59"))


def test_societies_reach_three_weeks():
    check_society_horizon(at("12:00", 21), RULES, NOW)
    with pytest.raises(TooFarAhead, match="more than 3 weeks"):
        check_society_horizon(at("12:00", 22), RULES, NOW)


# Quota weeks


@pytest.mark.parametrize("zone", ZONES)
def test_a_quota_week_begins_on_monday_at_three_by_the_wall_clock(zone: str):
    rules = Rules(zone=ZoneInfo(zone))
    for monday in (date(2026, 3, 30), date(2026, 10, 5), date(2026, 4, 6), date(2026, 10, 26)):
        reset = wall(zone, monday.year, monday.month, monday.day, 3)

        assert quota_week(reset, rules) == days(monday)
        assert quota_week(reset - timedelta(seconds=1), rules) == days(monday) - 7


@pytest.mark.parametrize(
    ("zone", "monday", "hours"),
    [
        ("Europe/London", date(2026, 3, 23), 167),
        ("Europe/London", date(2026, 10, 19), 169),
        ("Australia/Sydney", date(2026, 9, 28), 167),
        ("Australia/Sydney", date(2026, 3, 30), 169),
        ("Australia/Lord_Howe", date(2026, 9, 28), 167.5),
        ("Australia/Lord_Howe", date(2026, 3, 30), 168.5),
    ],
)
def test_a_week_in_which_clocks_change_is_as_long_as_it_is(zone: str, monday: date, hours: float):
    rules = Rules(zone=ZoneInfo(zone))
    begins = wall(zone, monday.year, monday.month, monday.day, 3)

    assert next_reset(begins, rules) - begins.astimezone(UTC) == timedelta(hours=hours)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.integers(0, 23),
)
def test_every_instant_lies_in_one_quota_week(instant: datetime, zone: str, hour: int):
    rules = Rules(zone=ZoneInfo(zone), quota_reset_hour=hour)
    week, reset = quota_week(instant, rules), next_reset(instant, rules)

    assert instant < reset <= instant + timedelta(days=7, hours=1)
    assert quota_week(reset, rules) == week + 7
    assert quota_week(reset - timedelta(seconds=1), rules) == week


def test_the_last_minute_of_quota_may_be_spent_and_not_one_more():
    check_quota(60, 120, a_person(), RULES, NOW)

    with pytest.raises(QuotaSpent) as refusal:
        check_quota(75, 120, a_person(), RULES, NOW)
    assert (refusal.value.cost, refusal.value.left) == (75, 60)
    assert NOW + refusal.value.resets_in == datetime(2026, 3, 16, 3, tzinfo=UTC)


def test_refunds_are_always_possible_and_the_quota_left_is_never_negative():
    check_quota(-30, 500, a_person(), RULES, NOW)

    assert quota_left(500, RULES) == 0


# Presidents and tokens


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ({UserGroup.STUDENT}, Role.PRESIDENT),
        ({UserGroup.PRESIDENT}, Role.MEMBER),
        ({UserGroup.PRESIDENT}, None),
    ],
)
def test_a_president_needs_both_the_group_and_the_role(groups: set[UserGroup], role: Role | None):
    with pytest.raises(NotPermitted):
        check_president(a_person("pres", *groups), role)


@pytest.mark.parametrize("zone", ZONES)
def test_a_token_is_valid_for_a_hundred_campus_days(zone: str):
    rules = Rules(zone=ZoneInfo(zone))
    issued = date(2026, 2, 1)
    term, over = TokenTerm(1, days(issued)), issued + timedelta(days=100)
    midnight = wall(zone, over.year, over.month, over.day)

    assert not token_has_expired(term, rules, midnight - timedelta(seconds=1))
    assert token_has_expired(term, rules, midnight)
