"""Rules of series: dates as in calendars, wall times kept across clock changes, and clear refusals."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event, vRecur
from msgspec.structs import replace

from core.errors import (
    EndlessSeries,
    EndsBeforeStart,
    InvalidSeries,
    NeverHappens,
    SeriesTooFrequent,
    TooManyDates,
    UnsupportedRule,
)
from core.model import SeriesFrequency, SeriesRule
from core.policy.recurrence import (
    every_date,
    is_shifted,
    last_date,
    occurrence_slot,
    read_rule,
    series_dates,
    write_rule,
)

LONDON, SYDNEY, LORD_HOWE = map(ZoneInfo, ("Europe/London", "Australia/Sydney", "Australia/Lord_Howe"))
TUESDAY = date(2026, 3, 17)

_FIRST = st.dates(date(2018, 1, 1), date(2027, 12, 31))
_WEEKDAYS = st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True).map(
    lambda days: tuple(sorted(days))
)
_ENDS = st.integers(1, 52)
_DAILY = st.builds(SeriesRule, st.just(SeriesFrequency.DAILY), _FIRST, step=st.integers(1, 9), count=_ENDS)
_WEEKLY = st.builds(
    SeriesRule,
    st.just(SeriesFrequency.WEEKLY),
    _FIRST,
    step=st.integers(1, 4),
    weekdays=_WEEKDAYS,
    count=_ENDS,
)
_BY_NTH = st.builds(
    SeriesRule,
    st.just(SeriesFrequency.MONTHLY),
    _FIRST,
    step=st.integers(1, 2),
    weekdays=_WEEKDAYS,
    nth=st.lists(st.sampled_from([-1, 1, 2, 3, 4, 5]), min_size=1, max_size=3, unique=True).map(
        lambda places: tuple(sorted(places))
    ),
    count=st.integers(1, 12),
)
_BY_DAY = st.builds(
    SeriesRule,
    st.just(SeriesFrequency.MONTHLY),
    _FIRST,
    step=st.integers(1, 2),
    month_days=st.lists(st.sampled_from([-1, 1, 15, 29, 30, 31]), min_size=1, max_size=3, unique=True).map(
        lambda days: tuple(sorted(days))
    ),
    count=st.integers(1, 12),
)
RULES = st.one_of(_DAILY, _WEEKLY, _BY_NTH, _BY_DAY)
ZONES = st.sampled_from([LONDON, SYDNEY, LORD_HOWE])


@st.composite
def rules_with_exceptions(draw: st.DrawFn) -> SeriesRule:
    rule = draw(RULES)
    days = every_date(rule)
    left_out = draw(st.sets(st.sampled_from(days), max_size=len(days) - 1)) if days else set()
    until = draw(st.none() | st.sampled_from(days)) if days else None
    return replace(rule, exceptions=frozenset(left_out), until=until, count=None if until else rule.count)


def event_of(rule: SeriesRule, starts_at: int, zone: ZoneInfo) -> Event:
    """The same series as a calendar's event; it begins on its first date, as calendars want."""
    first = every_date(rule)[0]
    wall = timedelta(minutes=starts_at)
    event = Event()
    event.add("uid", "series")
    event.add("dtstart", (datetime.combine(first, datetime.min.time()) + wall).replace(tzinfo=zone))
    event.add("duration", timedelta(hours=1))
    text = write_rule(replace(rule, until=None)) + (
        f";UNTIL={(datetime.combine(rule.until, datetime.max.time(), zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        if rule.until
        else ""
    )
    event.add("rrule", vRecur.from_ical(text))
    for day in sorted(rule.exceptions):
        event.add("exdate", (datetime.combine(day, datetime.min.time()) + wall).replace(tzinfo=zone))
    return event


@settings(max_examples=150, deadline=None)
@given(
    rule=rules_with_exceptions(), starts_at=st.integers(0, 95).map(lambda quarter: 15 * quarter), zone=ZONES
)
def test_occurrences_are_those_of_calendars_in_every_zone(rule: SeriesRule, starts_at: int, zone: ZoneInfo):
    calendar = Calendar()
    try:
        dates = series_dates(rule)
    except (NeverHappens, TooManyDates):
        return
    calendar.add_component(event_of(rule, starts_at, zone))

    ours = [occurrence_slot(day, starts_at, 60, zone) for day in dates]

    found = recurring_ical_events.of(calendar).between(rule.starts_on, date(2040, 1, 1))
    starts = sorted(event["DTSTART"].dt.astimezone(UTC) for event in found)
    assert [slot.start for slot in ours] == starts
    assert all(slot.duration == timedelta(hours=1) for slot in ours)


@settings(max_examples=150, deadline=None)
@given(rule=RULES)
def test_dates_are_those_of_dateutil_for_the_rule_as_written(rule: SeriesRule):
    start = f"DTSTART:{rule.starts_on:%Y%m%d}T000000"

    expected = [each.date() for each in rrulestr(f"{start}\nRRULE:{write_rule(rule)}", ignoretz=True)]

    three_years = rule.starts_on + timedelta(days=3 * 366)
    assert list(every_date(rule)) == [day for day in expected if day <= three_years]


@given(rule=rules_with_exceptions())
def test_a_rule_is_read_as_it_was_written(rule: SeriesRule):
    read = read_rule(write_rule(rule), rule.starts_on, LONDON)

    assert every_date(read) == every_date(rule)
    assert write_rule(read) == write_rule(rule)


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        (LONDON, date(2026, 3, 28), date(2026, 3, 30)),
        (SYDNEY, date(2026, 10, 3), date(2026, 10, 5)),
        (LORD_HOWE, date(2026, 10, 3), date(2026, 10, 5)),
    ],
    ids=str,
)
def test_the_wall_time_survives_clock_changes(zone: ZoneInfo, before: date, after: date):
    slots = [occurrence_slot(day, 19 * 60, 90, zone) for day in (before, after)]

    assert [slot.start.astimezone(zone).hour for slot in slots] == [19, 19]
    assert slots[0].start.utctimetuple()[3:5] != slots[1].start.utctimetuple()[3:5]
    assert {slot.minutes for slot in slots} == {90}


@pytest.mark.parametrize(
    ("zone", "day", "minutes", "shown"),
    [
        (LONDON, date(2026, 3, 29), 90, "02:30"),
        (SYDNEY, date(2026, 10, 4), 150, "03:30"),
        (LORD_HOWE, date(2026, 10, 4), 135, "02:45"),
    ],
    ids=str,
)
def test_a_skipped_time_moves_forward_and_is_reported(zone: ZoneInfo, day: date, minutes: int, shown: str):
    slot = occurrence_slot(day, minutes, 60, zone)

    assert f"{slot.start.astimezone(zone):%H:%M}" == shown
    assert is_shifted(day, minutes, zone)
    assert not is_shifted(day + timedelta(days=7), minutes, zone)
    assert slot.minutes == 60


@pytest.mark.parametrize(
    ("rule", "error", "code"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", EndlessSeries, "endless_series"),
        ("FREQ=HOURLY;COUNT=3", SeriesTooFrequent, "series_too_frequent"),
        ("FREQ=SECONDLY", SeriesTooFrequent, "series_too_frequent"),
        ("FREQ=DAILY;COUNT=53", TooManyDates, "too_many_dates"),
        ("FREQ=DAILY;UNTIL=20270317", TooManyDates, "too_many_dates"),
        ("FREQ=WEEKLY;UNTIL=20260316", EndsBeforeStart, "ends_before_start"),
        ("FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20260401", NeverHappens, "never_happens"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20260318", NeverHappens, "never_happens"),
        ("FREQ=WEEKLY;COUNT=0", NeverHappens, "never_happens"),
        ("FREQ=WEEKLY;BYHOUR=3;COUNT=2", UnsupportedRule, "unsupported_rule"),
        ("FREQ=MONTHLY;BYDAY=1MO,2TU;COUNT=2", UnsupportedRule, "unsupported_rule"),
        ("FREQ=MONTHLY;BYDAY=MO,2TU;COUNT=2", UnsupportedRule, "unsupported_rule"),
        ("FREQ=MONTHLY;BYDAY=MO,2MO;COUNT=2", UnsupportedRule, "unsupported_rule"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=2", UnsupportedRule, "unsupported_rule"),
        ("FREQ=YEARLY;COUNT=2", InvalidSeries, "bad_series"),
        ("every tuesday", InvalidSeries, "bad_series"),
        ("FREQ=WEEKLY;COUNT=-1", NeverHappens, "never_happens"),
        ("FREQ=WEEKLY;COUNT=99999999999", InvalidSeries, "bad_series"),
        ("FREQ=WEEKLY;INTERVAL=0;COUNT=2", InvalidSeries, "bad_series"),
        ("FREQ=WEEKLY;UNTIL=2026-12-18", InvalidSeries, "bad_series"),
        ("FREQ=WEEKLY;UNTIL=20261399", InvalidSeries, "bad_series"),
        ("FREQ=DAILY;BYMONTHDAY=3;COUNT=2", InvalidSeries, "bad_series"),
        ("FREQ=MONTHLY;BYMONTHDAY=0;COUNT=2", InvalidSeries, "bad_series"),
        ("FREQ=DAILY;FREQ=DAILY;COUNT=2", InvalidSeries, "bad_series"),
        ("", InvalidSeries, "bad_series"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_with_a_sentence(rule: str, error: type, code: str):
    with pytest.raises(error, match=r"[A-Z].*\.") as refusal:
        series_dates(read_rule(rule, TUESDAY, LONDON))

    assert refusal.value.code == code


def test_52_dates_are_allowed_and_exceptions_do_not_count():
    assert len(series_dates(read_rule("FREQ=DAILY;COUNT=52", TUESDAY, LONDON))) == 52
    rule = read_rule("FREQ=DAILY;COUNT=53", TUESDAY, LONDON)

    assert len(series_dates(replace(rule, exceptions=frozenset({TUESDAY})))) == 52


def test_a_rule_of_the_last_possible_year_ends():
    rule = read_rule("FREQ=MONTHLY;COUNT=52", date(9998, 12, 31), LONDON)

    assert last_date(rule) <= date.max


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("RRULE:FREQ=WEEKLY;COUNT=2", ["2026-03-17", "2026-03-24"]),
        ("freq=monthly;byday=-1tu;count=2", ["2026-03-31", "2026-04-28"]),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3;COUNT=2", ["2026-03-17", "2026-04-21"]),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1,3;COUNT=2", ["2026-03-17", "2026-04-07"]),
        ("FREQ=MONTHLY;BYDAY=3TU,1TU;COUNT=3", ["2026-03-17", "2026-04-07", "2026-04-21"]),
        ("FREQ=MONTHLY;BYDAY=1TU,1TH,-1TU,-1TH;COUNT=3", ["2026-03-26", "2026-03-31", "2026-04-02"]),
        ("FREQ=MONTHLY;COUNT=2", ["2026-03-17", "2026-04-17"]),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260324T190000Z", ["2026-03-17", "2026-03-24"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;COUNT=3;WKST=MO", ["2026-03-17", "2026-03-30", "2026-03-31"]),
        ("FREQ=DAILY;UNTIL=20260318", ["2026-03-17", "2026-03-18"]),
    ],
)
def test_rules_are_read_as_calendars_write_them(text: str, dates: list[str]):
    assert [str(day) for day in series_dates(read_rule(text, TUESDAY, LONDON))] == dates
