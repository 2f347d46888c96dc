"""A weekday typed with a date must be that date's; else both days are offered, never one chosen silently."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.language import ParseResult, ProblemReason, TimeKind, parse_phrase, to_json
from tests.language.scoring import campus

NAMES = campus()
ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)
WEEKDAYS = ("monday", "tues", "wed", "thursday", "fri", "sat", "sunday")
FORMS = (
    "{weekday} {day:%-d %B}",
    "{weekday}, {day:%B} {day:%-d}",
    "{weekday} the {day:%-d}. of {day:%b} at 3pm",
)
UPCOMING = [date(2026, 3, 14) + timedelta(days) for days in range(0, 280, 17)]


def _read(text: str, now: datetime = NOW) -> ParseResult:
    return parse_phrase(text, now=now, zone=ZONE, names=NAMES)


@pytest.mark.parametrize("form", FORMS)
def test_a_date_with_its_own_weekday_is_that_date(form: str):
    for day in UPCOMING:
        text = form.format(weekday=WEEKDAYS[day.weekday()], day=day)

        when = _read(text).when

        assert when is not None, text
        assert when.start.date() == day, text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shift", [-3, -2, -1, 1, 2, 3])
def test_a_date_with_another_weekday_is_asked_about_and_each_choice_parses_as_it_reads(form: str, shift: int):
    for day in UPCOMING:
        other = day + timedelta(shift)
        text = form.format(weekday=WEEKDAYS[other.weekday()], day=day)

        reading = _read(text)

        assert reading.when is None, text
        assert reading.problem is not None
        assert reading.problem.reason is ProblemReason.CONTRADICTION, text
        assert [time.start.date() for time in reading.alternatives] == sorted((day, other)), text
        assert reading.clarification is not None
        assert tuple(_read(choice).when for choice in reading.clarification.choices) == reading.alternatives


def test_the_nearest_weekday_is_never_past():
    reading = _read("tuesday 12 march 3pm")

    assert [time.start.date() for time in reading.alternatives] == [date(2026, 3, 12), date(2026, 3, 17)]


@pytest.mark.parametrize("text", ["tuesday 3 march", "fri 6th march 10am", "sat 7/3", "tue the 10th at 9"])
def test_a_date_that_has_the_weekday_and_is_past_says_so(text: str):
    problem = _read(text).problem

    assert problem is not None
    assert problem.reason is ProblemReason.PAST


def test_a_number_after_a_weekday_is_its_date_where_it_fits():
    for ahead in range(1, 31):
        day = NOW.date() + timedelta(ahead)
        text = f"{WEEKDAYS[day.weekday()]} {day.day} at 2pm"

        when = _read(text).when

        assert when is not None, text
        assert (when.kind, when.start.date(), when.start.hour) == (TimeKind.INSTANT, day, 14), text


@pytest.mark.parametrize(
    ("text", "hours"),
    [("friday 14", (14, None)), ("fri 14-16", (14, 16)), ("fri 9 - 11", (9, 11)), ("fri 3 30pm", (15, None))],
)
def test_a_number_that_is_no_date_of_the_weekday_is_an_hour(text: str, hours: tuple[int, int | None]):
    when = _read(text).when

    assert when is not None
    assert when.start.date() == date(2026, 3, 13)
    assert (when.start.hour, when.end.hour if when.end else None) == hours


def test_two_words_for_different_days_are_asked_about():
    assert _read("tomorrow, friday 3pm").clarification is not None
    assert _read("tomorrow, thursday 3pm").clarification is None


def test_a_range_of_days_checks_both_its_weekdays():
    assert _read("mon 16 to wed 18 march").when is not None
    for text in ("mon 17 to wed 19 march", "mon 16 to thu 18 march"):
        problem = _read(text).problem
        assert problem is not None, text
        assert problem.reason is ProblemReason.CONTRADICTION, text


def test_programs_get_the_code_and_both_days():
    answer = to_json(_read("fri 28 nov 2pm"))

    assert answer["start"] is None
    assert answer["problem"]["code"] == "contradiction"
    assert [time["start"][:10] for time in answer["alternatives"]] == ["2026-11-27", "2026-11-28"]
    assert len(answer["question"]["choices"]) == 2
