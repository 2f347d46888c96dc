"""UNSW timetable site: week codes become the days that the site means."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scraper.sources.unsw.weeks import TimetableYear, week_number

YEARS = st.integers(2000, 2100).map(TimetableYear)


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        (2022, 2, 53),
        (2023, 1, 52),
        (2024, 1, 53),
        (2025, 2, 53),
        (2026, 2, 53),
        (2027, 2, 53),
        (2028, 2, 53),
        (2029, 1, 53),
        (2030, 2, 53),
    ],
)
def test_the_window_of_a_year_is_the_sites_own(year, first, last):
    assert (TimetableYear(year).first, TimetableYear(year).last) == (first, last)


def test_teaching_weeks_of_2023_begin_where_term_one_began():
    """Digits 6 to 10 and 12 to 15 are weeks 1 to 5 and 7 to 10 of term one, with week 6 off."""
    code = format(69200513073152, "052b")

    mondays = list(TimetableYear(2023).days(code, 0))

    assert mondays[0] == date(2023, 2, 13)
    assert date(2023, 3, 20) not in mondays
    assert mondays[-1] == date(2023, 4, 17)
    assert len(mondays) == 9


@given(YEARS)
def test_a_year_has_52_or_53_weeks_and_all_its_mondays(year):
    mondays = list(year.days("1" * year.weeks, 0))

    assert year.weeks in (52, 53)
    assert all(monday.weekday() == 0 for monday in mondays)
    assert mondays[0].year == year.number
    assert mondays[-1] <= date(year.number, 12, 31) < mondays[-1] + timedelta(days=7)


@given(YEARS, st.data())
def test_each_digit_is_one_week_and_each_weekday_its_day(year, data):
    weeks = data.draw(st.sets(st.integers(0, year.weeks - 1)))
    weekday = data.draw(st.integers(0, 6))
    code = "".join("1" if week in weeks else "0" for week in range(year.weeks))

    days = list(year.days(code, weekday))

    assert len(days) == len(weeks)
    assert all(day.weekday() == weekday for day in days)
    assert {(day - year.first_monday).days // 7 for day in days} == weeks


@given(st.dates(date(2000, 1, 1), date(2100, 12, 30)))
def test_weeks_begin_on_mondays(day):
    tomorrow = day + timedelta(days=1)
    assume(tomorrow.year == day.year)

    begins = week_number(tomorrow) - week_number(day)

    assert begins == (tomorrow.weekday() == 0)
