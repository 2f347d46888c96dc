"""Periods as people name them."""

from datetime import date

import pytest
from msgspec.structs import replace

from bot.usage.periods import Period, read_period
from core.errors import Invalid
from core.model import Term
from core.policy.rules import Rules
from core.policy.terms import Terms

TODAY = date(2026, 3, 11)
TERMS = Terms(
    (
        Term("Autumn", date(2025, 9, 22), date(2025, 12, 12)),
        Term("Spring", date(2026, 1, 12), date(2026, 3, 27)),
        Term("Summer", date(2026, 4, 20), date(2026, 6, 26)),
    )
)
RULES = replace(Rules(), terms=TERMS)


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("", (2026, 3, 2), (2026, 3, 8), ""),
        ("last week", (2026, 3, 2), (2026, 3, 8), ""),
        ("This week Ainsworth", (2026, 3, 9), (2026, 3, 15), "ainsworth"),
        ("term", (2026, 1, 12), (2026, 3, 27), ""),
        ("last term wren", (2025, 9, 22), (2025, 12, 12), "wren"),
        ("february", (2026, 2, 1), (2026, 2, 28), ""),
        ("october", (2025, 10, 1), (2025, 10, 31), ""),
        ("2026-03-01", (2026, 3, 1), (2026, 3, 1), ""),
        ("2026-03-01 2026-03-05", (2026, 3, 1), (2026, 3, 5), ""),
        ("2026-03-01..2026-03-05 Wren", (2026, 3, 1), (2026, 3, 5), "wren"),
        ("2026-03-01 to 2026-03-05", (2026, 3, 1), (2026, 3, 5), ""),
    ],
)
def test_a_period_is_read_with_the_rest_of_the_text(
    text: str, first: tuple[int, int, int], last: tuple[int, int, int], rest: str
):
    period, left = read_period(text, RULES, TODAY)

    assert (period.first, period.last, left) == (date(*first), date(*last), rest)


def test_between_terms_the_last_one_is_that_which_is_over():
    assert read_period("last term", RULES, date(2026, 4, 1))[0].label == "Spring"
    assert read_period("term", RULES, date(2026, 4, 1))[0].label == "Spring"


@pytest.mark.parametrize("text", ["2026-03-05 2026-03-01", "2026-02-30", "2020-01-01 2026-01-01"])
def test_impossible_days_are_refused_with_a_sentence(text: str):
    with pytest.raises(Invalid):
        read_period(text, RULES, TODAY)


def test_without_terms_there_is_a_hint():
    with pytest.raises(Invalid, match="Name the days instead"):
        read_period("last term", Rules(), TODAY)


def test_days_are_campus_days():
    day = Period("", date(2026, 3, 29), date(2026, 3, 29))

    assert day.interval(Rules()).minutes == 23 * 60
