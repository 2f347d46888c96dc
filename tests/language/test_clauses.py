"""Corrections, what a text rules out, and several requests in one text."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.language import ProblemReason, parse_phrase, summarize, to_json
from bot.language.output.series import occurrences
from tests.language.scoring import campus

NAMES = campus()
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=LONDON)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def reading(text, now=NOW):
    return parse_phrase(text, now=now, zone=LONDON, names=NAMES)


def coming(number):
    """The next such weekday, after today."""
    return NOW.date() + timedelta(days=(number - NOW.weekday()) % 7 or 7)


def at(day, hour):
    return datetime.combine(day, time(hour), tzinfo=LONDON)


@pytest.mark.parametrize(
    "correction",
    [", no wait, {}", " no {}", ", sorry i meant {}", "... actually {}", ", oops {}", " *{}", ", {} instead"],
)
@pytest.mark.parametrize("number", range(7))
def test_a_corrected_day_keeps_the_hour(correction, number):
    other = WEEKDAYS[(number + 2) % 7]

    when = reading(f"{other} 3pm" + correction.format(WEEKDAYS[number])).when

    assert when.start in {at(coming(number), 15), at(NOW.date(), 15)}
    assert when.start.weekday() == number


@pytest.mark.parametrize(
    "correction",
    [", no wait {}", ", sorry, {}", " - make it {}", ", i mean {}", ". Edit: {}", ", hang on, {}", " *{}"],
)
@pytest.mark.parametrize("hour", [1, 2, 4, 5, 6])
def test_a_corrected_hour_keeps_the_day(correction, hour):
    when = reading("saturday 3pm" + correction.format(f"{hour}pm")).when

    assert when.start == at(coming(5), hour + 12)
    assert when.end is None


def test_what_is_taken_back_leaves_nothing():
    answer = reading("for 20 people in ainsworth friday 3pm, scratch that, saturday noon")

    assert answer.when.start == at(coming(5), 12)
    assert (answer.capacity, answer.building) == (None, None)


def test_a_corrected_start_keeps_the_length():
    when = reading("tomorrow 2-4pm, actually make it 3").when

    assert (when.start.hour, when.end.hour) == (15, 17)


def test_a_correction_does_not_drop_what_it_does_not_name():
    answer = reading("quad friday 3pm for 2 hours for 10 people, no wait 4pm")

    assert (answer.when.start, answer.when.end) == (at(coming(4), 16), at(coming(4), 18))
    assert (answer.capacity, answer.building) == (10, "K-E15")


@pytest.mark.parametrize("number", range(7))
@pytest.mark.parametrize(
    "text",
    [
        "any day but {}",
        "any day except {}s",
        "no {}s",
        "not {}",
        "never on {}",
        "can't do {}",
        "{} is no good",
    ],
)
def test_a_weekday_that_is_ruled_out_leaves_the_others_of_seven_days(text, number):
    answer = reading(text.format(WEEKDAYS[number]))

    assert answer.excluded.weekdays == (number,)
    assert answer.when.start == at(NOW.date(), 0)
    assert answer.when.end == at(NOW.date() + timedelta(days=7), 0)


def test_hours_move_to_the_first_day_that_is_not_ruled_out():
    assert reading("3pm, not wednesday").when.start == at(NOW.date() + timedelta(days=1), 15)


def test_a_weekday_that_is_ruled_out_as_tomorrow_is_the_one_after():
    answer = reading("not tomorrow, thursday 10am")

    assert answer.when.start == at(date(2026, 3, 19), 10)
    assert answer.excluded.dates == (date(2026, 3, 12),)


@pytest.mark.parametrize("text", ["every tuesday except 24 march", "every tuesday but not the 24th"])
def test_an_exception_is_no_occurrence(text):
    answer = reading(text)

    assert answer.when.recurrence.excluded == (date(2026, 3, 24),)
    days = [each.start.date() for each in occurrences(answer.when)][:3]
    assert days == [date(2026, 3, 17), date(2026, 3, 31), date(2026, 4, 7)]


def test_the_first_occurrence_may_be_left_out():
    assert reading("every tuesday at 2 except 17 march").when.start == at(date(2026, 3, 24), 14)


@pytest.mark.parametrize(
    "text",
    [
        "not friday at 3",
        "it doesn't have to be friday",
        "every weekday except bank holidays",
        "friday but not friday",
        "tomorrow morning but not the morning",
        "we shouldn't overlap friday",
    ],
)
def test_a_negation_that_cannot_be_placed_is_asked_about(text):
    answer = reading(text)

    assert answer.when is None
    assert answer.problem.reason is ProblemReason.EXCLUSION


@pytest.mark.parametrize(
    "text",
    [
        "no worries, friday at 3",
        "not sure yet but friday at 3",
        "can't find a room for friday at 3",
        "no more than 10 people friday at 3",
        "is there no room friday at 3?",
        "why isn't there a room on friday at 3",
        "i actually want friday at 3",
        "sorry to ask again, friday at 3",
    ],
)
def test_words_of_negation_and_regret_alone_change_nothing(text):
    answer = reading(text)

    assert answer.when.start == at(coming(4), 15)
    assert not answer.excluded


def test_what_is_ruled_out_is_not_required():
    answer = reading("tomorrow at 3, no projector or whiteboard needed, not a lab")

    assert not answer.equipment
    assert answer.usage is None


@pytest.mark.parametrize("separator", [" and ", ", ", " and then ", " plus "])
def test_two_requests_are_two_times(separator):
    answer = reading(f"friday 2-3pm{separator}saturday 4-5pm")

    assert (answer.when.start, answer.when.end) == (at(coming(4), 14), at(coming(4), 15))
    (other,) = answer.also
    assert (other.start, other.end) == (at(coming(5), 16), at(coming(5), 17))


def test_days_of_a_list_share_the_hour():
    answer = reading("mon, wed, fri at 9")

    assert [each.start for each in (answer.when, *answer.also)] == [
        at(date(2026, 3, day), 9) for day in (16, 18, 13)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow 9-11 or 1-3", ("2026-03-12T13:00:00+00:00", "2026-03-12T15:00:00+00:00")),
        ("tuesday at 3 or friday at 4", ("2026-03-13T16:00:00+00:00", None)),
        ("tuesday or friday afternoon", ("2026-03-13T13:00:00+00:00", "2026-03-13T17:00:00+00:00")),
        ("tomorrow morning or afternoon", ("2026-03-12T13:00:00+00:00", "2026-03-12T17:00:00+00:00")),
        ("tomorrow at 3 or 4", ("2026-03-12T16:00:00+00:00", None)),
    ],
)
def test_the_other_of_two_choices_is_an_alternative(text, expected):
    other = to_json(reading(text))["alternatives"][0]

    assert (other["start"], other["end"]) == expected
    assert not reading(text).also


def test_a_request_that_is_past_is_not_lost():
    assert reading("tomorrow 3pm and yesterday 4pm").problem.reason is ProblemReason.PAST


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("any day but friday", "Wed 11 Mar – Tue 17 Mar · not Fri"),
        ("tomorrow but not 12-1", "Thu 12 Mar · not 12:00–13:00"),
        ("not the quad, tomorrow at noon", "Thu 12 Mar, 12:00 · not Quadrangle"),
        ("fri 2-3 and sat 4-5", "Fri 13 Mar, 14:00–15:00 and Sat 14 Mar, 16:00–17:00"),
    ],
)
def test_the_summary_says_what_is_ruled_out_and_wanted_as_well(text, summary):
    assert summarize(reading(text), NAMES, now=NOW) == summary


@pytest.mark.parametrize(
    "words",
    [
        "no wait 3 ",
        "not friday ",
        "friday doesn't work ",
        "scratch that ",
        "mon 3-4 and ",
        "except ",
        "* ",
        "or 3-4 ",
    ],
)
def test_many_clauses_take_linear_time(words):
    assert reading(words * 200) is not None
