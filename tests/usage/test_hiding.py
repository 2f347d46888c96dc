"""Figures tell nothing about a few people: not directly, and not by subtraction within a table."""

from hypothesis import given
from hypothesis import strategies as st

from bot.usage.figures import Count
from bot.usage.hiding import MIN_PEOPLE, shown, shown_part, shown_rows, words

COUNTS = st.builds(
    lambda number, people: Count(number, min(number, people)), st.integers(0, 50), st.integers(1, 50)
)


def test_nobody_and_many_are_shown_and_a_few_are_not():
    assert [shown(Count(each, each)) for each in (0, 1, 4, 5)] == [0, None, None, 5]
    assert words(None) == "fewer than 5"
    assert words(1234) == "1,234"


def test_many_bookings_of_a_few_people_are_hidden():
    assert shown(Count(100, 4)) is None


def test_a_part_is_hidden_if_the_rest_would_tell_of_a_few():
    whole = Count(100, 60)

    assert shown_part(Count(50, 40), whole) == 50
    assert shown_part(Count(98, 58), whole) is None
    assert shown_part(whole, whole) == 100
    assert shown_part(Count(3, 3), whole) is None


def test_a_single_hidden_row_takes_the_smallest_other_along():
    rows = {"a": Count(50, 40), "b": Count(9, 9), "c": Count(2, 2), "d": Count()}

    assert shown_rows(rows) == {"a": 50, "b": None, "c": None, "d": 0}


@given(st.dictionaries(st.text(max_size=3), COUNTS, max_size=8))
def test_what_is_shown_is_never_of_a_few_and_one_row_is_never_missing_alone(rows: dict[str, Count]):
    found = shown_rows(rows)

    assert all(
        value is None or rows[key].people >= MIN_PEOPLE or not rows[key].number
        for key, value in found.items()
    )
    others = [each for each in rows.values() if each.number]
    assert list(found.values()).count(None) != 1 or len(others) == 1
