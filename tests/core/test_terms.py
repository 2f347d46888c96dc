"""Weeks of terms, as UCL and UNSW count them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import CalendarDays, Term
from core.policy.terms import Terms, break_of_week, find_term_problems, term_weeks

START = date(2026, 1, 12)
READING = break_of_week(START, 6)
UCL = Term("Term 2", START, date(2026, 3, 27), 10, (READING,))
UNSW = Term(
    "T1", date(2026, 2, 16), date(2026, 5, 14), 10, (break_of_week(date(2026, 2, 16), 6),), counts_breaks=True
)
SUMMER = Term("Term 3", date(2026, 4, 27), date(2026, 6, 12))
TODAY = date(2026, 3, 11)


def described(term: Term, *days: date) -> list[str]:
    terms = Terms((term,))
    return [terms.describe_week(day) for day in days]


def test_a_reading_week_that_is_not_counted_has_no_number():
    days = [START + timedelta(weeks=number) for number in range(-2, 12)]

    assert described(UCL, *days) == [
        "",
        "week 0",
        *(f"week {number}" for number in range(1, 6)),
        "reading week",
        *(f"week {number}" for number in range(6, 11)),
        "",
    ]


def test_a_flexibility_week_that_is_counted_is_week_six_and_exams_are_in_no_week():
    days = [UNSW.start + timedelta(weeks=number) for number in range(-1, 11)]

    assert described(UNSW, *days) == [*(f"week {number}" for number in range(11)), ""]
    found = Terms((UNSW,)).break_week(TODAY)
    assert found is not None
    assert (found.number, found.monday) == (6, date(2026, 3, 23))


def test_a_term_that_begins_on_a_wednesday_has_its_first_week_from_monday_on():
    term = Term("Autumn", date(2026, 9, 23), date(2026, 12, 11))

    assert described(term, date(2026, 9, 21), date(2026, 9, 27), date(2026, 9, 28)) == [
        "week 1",
        "week 1",
        "week 2",
    ]


def test_only_a_break_of_a_whole_week_has_no_number():
    term = Term(
        "Easter",
        date(2026, 3, 23),
        date(2026, 4, 24),
        breaks=(CalendarDays(date(2026, 4, 3), date(2026, 4, 10)),),
    )

    assert described(term, *(date(2026, 3, 30) + timedelta(weeks=each) for each in range(3))) == [
        "week 2",
        "reading week",
        "week 3",
    ]


def test_a_week_that_is_over_is_the_next_term_s():
    terms = Terms((SUMMER, UCL))

    weeks = {number: [week.monday for week in terms.weeks([number], TODAY)] for number in (2, 8, 9, 10, 11)}
    assert weeks == {
        2: [date(2026, 5, 4)],
        8: [date(2026, 3, 9)],
        9: [date(2026, 3, 16)],
        10: [date(2026, 3, 23)],
        11: [],
    }


def test_several_weeks_are_those_of_one_term():
    terms = Terms((UCL, SUMMER))

    assert [week.monday for week in terms.weeks([6, 5], TODAY)] == [date(2026, 5, 25), date(2026, 6, 1)]
    assert len(terms.weeks(range(1, 11), TODAY)) == 10
    assert terms.weeks([1, 99], TODAY) == []


def test_between_terms_the_next_one_counts():
    terms = Terms((UCL, SUMMER))

    assert terms.end_of_term(TODAY) == UCL.end
    assert terms.end_of_term(date(2026, 3, 28)) == SUMMER.end
    assert terms.end_of_term(date(2026, 6, 13)) is None
    assert terms.end_of_term_with(TODAY) == UCL.end
    assert terms.end_of_term_with(date(2026, 3, 28)) is None
    orientation = UCL.start - timedelta(days=UCL.start.weekday() + 7)
    assert terms.end_of_term_with(orientation) == UCL.end
    assert terms.end_of_term_with(orientation - timedelta(days=1)) is None
    last = terms.last_week(TODAY)
    assert last is not None
    assert last.number == 10


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 300),
    st.booleans(),
    st.sets(st.integers(1, 20), max_size=3),
)
def test_each_day_of_a_term_is_in_one_week_and_numbers_rise_by_one(
    start: date,
    length: int,
    counts: bool,  # noqa: FBT001 - generated
    breaks: set[int],
):
    end = start + timedelta(days=length)
    term = Term("T", start, end, None, tuple(break_of_week(start, each) for each in breaks), counts)

    weeks = list(term_weeks(term))
    numbers = [week.number for week in weeks if week.number is not None]

    assert numbers == list(range(len(numbers)))
    assert [week.monday.weekday() for week in weeks] == [0] * len(weeks)
    for day in (start, end, start + timedelta(days=length // 2)):
        assert sum(week.days.first <= day <= week.days.last for week in weeks) == 1


@pytest.mark.parametrize(
    ("terms", "problems"),
    [
        ((UCL, SUMMER, UNSW), 2),
        ((UCL, SUMMER), 0),
        ((UCL, UCL), 2),
        ((Term("T", TODAY, TODAY),), 0),
    ],
)
def test_terms_that_overlap_are_a_problem(terms: tuple[Term, ...], problems: int):
    assert len(find_term_problems(terms)) == problems
