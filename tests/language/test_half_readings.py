"""Half a time is never used: what belongs to a time and was not understood is named instead."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import ParseResult, ProblemReason, parse_phrase
from tests.language.scoring import campus

NAMES = campus()
ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)


def _read(text: str) -> ParseResult:
    return parse_phrase(text, now=NOW, zone=ZONE, names=NAMES)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("30 feb at 10am", "30 feb"),
        ("tomorrow 25:00", "25:00"),
        ("wed 3pm next month", "next month"),
        ("tomorrow 3pm 20", "20"),
        ("apr 10am", "apr"),
        ("3pm on the 32nd", "32nd"),
        ("20 march 14:00 15:00", "15:00"),
        ("june next year 3pm", "year"),
    ],
)
def test_what_is_left_of_a_time_is_named_and_nothing_is_acted_on(text: str, left: str):
    reading = _read(text)

    assert reading.when is None
    assert reading.alternatives == ()
    assert reading.problem is not None
    assert reading.problem.reason is ProblemReason.INCOMPLETE
    assert f"“{left}”" in reading.problem.message


OTHER_WORDS = (
    "blue sofa",
    "squad 7",
    "COMP1511",
    "comp 1511 tute prep",
    "£4.50 a ticket",
    "room 2.03",
    "lunch with april",
    "chapter 12",
    "9 beanbags",
    "v2.1 demo",
    "16:9",
    "mars bar tasting",
    "domingo recital",
    "2nd years only",
    "ring 0412 345 678",
    "z5312345",
)


@pytest.mark.parametrize("words", OTHER_WORDS)
@pytest.mark.parametrize(
    "template", ["{}, tomorrow 3pm", "tomorrow 3pm, {}", "tomorrow at 3pm for the {}", "{} tomorrow 3pm"]
)
def test_other_words_and_numbers_beside_a_time_leave_it_as_it_is(words: str, template: str):
    when = _read(template.format(words)).when

    assert when is not None
    assert when.start == datetime(2026, 3, 12, 15, 0, tzinfo=ZONE)


def test_what_else_was_said_is_kept():
    reading = _read("20 seats with a printer in ainsworth, 31 june 3pm")

    assert reading.problem is not None
    assert (reading.capacity, reading.building is not None, len(reading.equipment)) == (20, True, 1)
