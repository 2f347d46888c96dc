"""Weeks of terms as UCL and UNSW count them, in phrases."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import ParserDefaults, ProblemReason, parse_phrase, summarize
from core.model import CalendarDays, Term
from core.policy.terms import Terms, break_of_week
from tests.language.scoring import campus

NAMES = campus()
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=LONDON)
WINTER, AUTUMN = date(2026, 1, 12), date(2026, 9, 28)
UCL = Terms(
    (
        Term("Term 2 2026", WINTER, date(2026, 3, 27), 10, (break_of_week(WINTER, 6),)),
        Term(
            "Term 3",
            date(2026, 4, 27),
            date(2026, 7, 10),
            10,
            (CalendarDays(date(2026, 5, 25), date(2026, 5, 29)),),
        ),
        Term("Autumn", AUTUMN, date(2026, 12, 18), 11, (break_of_week(AUTUMN, 6),), counts_breaks=True),
    )
)


def summary(text: str, terms: Terms = UCL) -> str:
    reading = parse_phrase(text, now=NOW, zone=LONDON, names=NAMES, defaults=ParserDefaults(terms=terms))
    return summarize(reading, NAMES, now=NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("week 10", "Mon 23 Mar – Sun 29 Mar"),
        ("in week 10", "Mon 23 Mar – Sun 29 Mar"),
        ("week 3", "Mon 11 May – Sun 17 May"),
        ("week 8", "Wed 11 Mar – Sun 15 Mar"),
        ("week 9 tuesday 3pm", "Tue 17 Mar, 15:00"),
        ("wk 9 tues 2-4", "Tue 17 Mar, 14:00–16:00"),
        ("wk9 tues 2-4", "Tue 17 Mar, 14:00–16:00"),
        ("tuesday of week nine at 3pm", "Tue 17 Mar, 15:00"),
        ("3pm on tuesday in week 10", "Tue 24 Mar, 15:00"),
        ("mon and wed week 10 9-11am", "Mon 23 Mar, 09:00–11:00 and Wed 25 Mar, 09:00–11:00"),
        ("week 2 of term 3 thursday 9-11", "Thu 7 May, 09:00–11:00"),
        ("term 3 week 2 thu 9am", "Thu 7 May, 09:00"),
        ("first week of next term monday 10am", "Mon 27 Apr, 10:00"),
        ("last week of term tuesday 2pm", "Tue 24 Mar, 14:00"),
        ("reading week", "Mon 25 May – Sun 31 May"),
        ("reading week of autumn", "Mon 2 Nov – Sun 8 Nov"),
        ("autumn week 6", "Mon 2 Nov – Sun 8 Nov"),
        ("autumn week 0 friday 1pm", "Fri 25 Sep, 13:00"),
        ("in reading week tuesday 3pm", "Tue 26 May, 15:00"),
        ("tuesdays 3pm until the end of term", "every Tue, 15:00, from Tue 17 Mar, until Fri 27 Mar"),
        (
            "every tuesday 3pm until the end of next term",
            "every Tue, 15:00, from Tue 17 Mar, until Fri 10 Jul",
        ),
        ("every friday 4pm this term", "every Fri, 16:00, from Fri 13 Mar, until Fri 27 Mar"),
        ("fridays 4pm for the rest of the term", "every Fri, 16:00, from Fri 13 Mar, until Fri 27 Mar"),
        ("fridays 4pm in autumn", "every Fri, 16:00, from Fri 2 Oct, until Fri 18 Dec"),
        (
            "every other friday 4pm in the autumn term",
            "every 2 weeks on Fri, 16:00, from Fri 2 Oct, until Fri 18 Dec",
        ),
        ("fridays 4pm throughout term 3", "every Fri, 16:00, from Fri 1 May, until Fri 10 Jul"),
        ("fridays 4pm during autumn until 1 december", "every Fri, 16:00, from Fri 2 Oct, until Tue 1 Dec"),
        ("every tuesday 7-9pm weeks 1-10", "every Tue, 19:00–21:00, from Tue 17 Mar, until Sun 29 Mar"),
        ("tuesday 7-9pm weeks 1-10", "every Tue, 19:00–21:00, from Tue 17 Mar, until Sun 29 Mar"),
        ("weeks 1-10 tuesdays 7-9pm", "every Tue, 19:00–21:00, from Tue 17 Mar, until Sun 29 Mar"),
        (
            "every tuesday 3pm from week 9 until week 10",
            "every Tue, 15:00, from Tue 17 Mar, until Sun 29 Mar",
        ),
        (
            "every tuesday 7-9pm weeks 1, 3 and 4 of term 3",
            "every Tue, 19:00–21:00, from Tue 28 Apr, until Sun 24 May · not Tue 5 May",
        ),
        (
            "every tuesday 7-9pm weeks 3-5 of term 3",
            "every Tue, 19:00–21:00, from Tue 12 May, until Sun 7 Jun · not Tue 26 May",
        ),
        (
            "every tuesday 7-9pm weeks 5-7 of autumn",
            "every Tue, 19:00–21:00, from Tue 27 Oct, until Sun 15 Nov",
        ),
        (
            "every tuesday 7-9pm weeks 5-7 of autumn except reading week",
            "every Tue, 19:00–21:00, from Tue 27 Oct, until Sun 15 Nov · not Tue 3 Nov",
        ),
        (
            "tuesdays 3pm next term but not in week 3",
            "every Tue, 15:00, from Tue 28 Apr, until Fri 10 Jul · not Tue 12 May",
        ),
    ],
)
def test_weeks_of_terms_are_dates(text: str, expected: str):
    assert summary(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("next week 3pm", "this week 3-5pm", "in 3 weeks 3pm", "week of 16 march", "every week 3pm"),
        *(
            "2 weeks from tuesday 3pm",
            "for 2 weeks",
            "end of term party tomorrow 3pm",
            "midterm tomorrow 3pm",
        ),
        *("w/c 16 march", "a week on friday 3pm", "weekly 3pm", "weekend", "every other week 3pm"),
    ],
)
def test_what_names_no_week_of_a_term_stays_as_it_is(text: str):
    assert summary(text) == summary(text, Terms())


@pytest.mark.parametrize("terms", [UCL, Terms()])
def test_a_week_that_no_term_has_is_a_problem(terms: Terms):
    defaults = ParserDefaults(terms=terms)
    reading = parse_phrase("weeks 1-40 tuesdays 3pm", now=NOW, zone=LONDON, names=NAMES, defaults=defaults)

    assert reading.when is None
    assert reading.problem is not None
    assert reading.problem.reason is (ProblemReason.NOT_IN_TERM if terms else ProblemReason.NO_TERMS)
    assert "weeks 1-40" in reading.problem.message


@pytest.mark.parametrize(
    "text", ["wk 50 tues", "tuesday week 3", "until the end of term", "reading week 3pm"]
)
def test_without_terms_nothing_is_acted_on(text: str):
    reading = parse_phrase(text, now=NOW, zone=LONDON, names=NAMES)

    assert reading.when is None
    assert reading.problem is not None
    assert reading.problem.reason is ProblemReason.NO_TERMS


def test_a_title_in_quotes_is_no_week():
    defaults = ParserDefaults(terms=UCL)
    text = 'tomorrow 3pm "week 3 tutorial"'
    reading = parse_phrase(text, now=NOW, zone=LONDON, names=NAMES, defaults=defaults)

    assert (reading.title, reading.problem) == ("week 3 tutorial", None)
