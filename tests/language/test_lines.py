"""Parse results as JSON lines."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import ParserDefaults, parse_lines, parse_phrase, preload, summarize, to_json
from tests.language.scoring import campus

NAMES = campus()
NOW = datetime(2026, 5, 4, 8, 15, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
KEYS = {
    "start",
    "end",
    "kind",
    "capacity",
    "equipment",
    "usage",
    "building",
    "room",
    "location",
    "near",
    "society",
    "title",
    "people",
    "assumed",
    "alternatives",
    "leftover",
    "duration",
    "rrule",
    "occurrences",
    "also",
    "excluded",
    "zone",
    "problem",
    "question",
}


def answers(*lines):
    return [json.loads(line) for line in parse_lines(lines, NAMES, NOW, LONDON)]


def test_a_line_is_answered_under_the_documented_keys():
    request = {
        "text": "tomorrow 3pm for 2h 20 seats",
        "now": "2026-05-04T09:15:00+10:00",
        "tz": "Australia/Sydney",
    }

    (answer,) = answers(json.dumps(request))

    assert answer.keys() == KEYS
    assert answer["start"] == "2026-05-05T15:00:00+10:00"
    assert answer["end"] == "2026-05-05T17:00:00+10:00"
    assert answer["kind"] == "range"
    assert answer["capacity"] == 20


def test_missing_values_are_null():
    (answer,) = answers('{"text": "friday"}')

    present = {
        key for key in KEYS - {"assumed", "alternatives", "also", "leftover"} if answer[key] is not None
    }
    assert present == {"start", "kind"}


def test_an_assumed_duration_is_not_an_end():
    (answer,) = answers('{"text": "at 3"}')

    assert answer["end"] is None
    assert answer["assumed"] == ["pm", "day", "default duration"]


def test_the_other_reading_of_next_friday_is_given_as_well():
    (answer,) = answers('{"text": "next friday 2pm"}')

    assert answer["start"] == "2026-05-15T14:00:00+01:00"
    assert "next week" in answer["assumed"]
    assert [other["start"] for other in answer["alternatives"]] == ["2026-05-08T14:00:00+01:00"]


def test_a_further_series_has_its_rule_and_its_dates():
    (answer,) = answers('{"text": "mondays 9-10 and thursdays 4-5 until 1 june"}')

    (also,) = answer["also"]
    assert answer["rrule"].startswith("FREQ=WEEKLY;BYDAY=MO")
    assert also["rrule"] == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20260601"
    assert also["occurrences"][-1]["start"] == "2026-05-28T16:00:00+01:00"


def test_unparsed_words_are_listed():
    (answer,) = answers('{"text": "tomorrow 3pm blue sofa, please"}')

    assert answer["leftover"] == ["blue sofa"]


@pytest.mark.parametrize(
    "line",
    [
        "tomorrow 3pm",
        "[1]",
        "{}",
        '{"text": 3}',
        '{"text": "now", "tz": "Atlantis/Main"}',
        '{"text": "now", "tz": "../../etc"}',
        '{"text": "now", "tz": 5}',
        '{"text": "now", "now": "noonish"}',
        '{"text": "now", "now": 7}',
        "[" * 100_000,
    ],
)
def test_an_unreadable_line_is_answered_with_an_error(line):
    (answer,) = answers(line)

    assert answer.keys() == {"error"}


def test_an_instant_without_an_offset_is_wall_time_in_the_zone():
    (answer,) = answers('{"text": "now", "now": "2026-07-01T12:00", "tz": "Europe/London"}')

    assert answer["start"] == "2026-07-01T12:00:00+01:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday at 3", "past"),
        ("9 march 2024", "past"),
        ("june 2029", "too far"),
        ("25:00", "unreadable"),
        ("31 june", "unreadable"),
        ("qwertz asdf", "unreadable"),
    ],
)
def test_a_rejected_time_comes_with_a_suggestion(text, reason):
    reading = parse_phrase(text, now=NOW, zone=LONDON, names=NAMES)

    assert reading.when is None
    assert reading.problem.reason == reason
    assert reading.problem.suggestion in reading.problem.message
    assert parse_phrase(reading.problem.suggestion, now=NOW, zone=LONDON, names=NAMES).when is not None


def test_for_2_needs_a_clarification():
    reading = parse_phrase("for 2", now=NOW, zone=LONDON, names=NAMES)

    assert reading.when is None
    assert reading.capacity is None
    assert reading.clarification.choices == ("for 2 people", "for 2 hours")


def test_a_recurrence_is_data():
    reading = parse_phrase("every tuesday 3-4pm until june", now=NOW, zone=LONDON, names=NAMES)

    assert reading.when.recurrence.weekdays == (1,)
    assert reading.when.recurrence.until.isoformat() == "2026-05-31"


def test_spans_have_the_position_of_each_value():
    text = "  Tomorrow 3pm, 20 seats near Ainsworth"
    reading = parse_phrase(text, now=NOW, zone=LONDON, names=NAMES)

    spans = {span.field: text[span.start : span.end] for span in reading.spans}
    assert spans == {"when": "Tomorrow 3pm", "capacity": "20 seats", "near": "near Ainsworth"}


def test_as_json_gives_times_with_the_offset_of_the_zone():
    reading = parse_phrase("1 january 10am", now=NOW, zone=LONDON, names=NAMES)

    assert to_json(reading)["start"] == "2027-01-01T10:00:00+00:00"


def test_a_setting_puts_the_month_first():
    reading = parse_phrase(
        "3/4 2pm", now=NOW, zone=LONDON, names=NAMES, defaults=ParserDefaults(day_first=False)
    )

    assert reading.when.start.isoformat() == "2027-03-04T14:00:00+00:00"
    assert "month first" in reading.assumptions


@pytest.mark.parametrize(
    "text", ["", "\ud800", "\x00", "9" * 5_000, "a" * 100_000, "½" * 2_000, "<@" * 500, '"' * 999]
)
def test_any_text_has_a_result(text):
    reading = parse_phrase(text, now=NOW, zone=LONDON, names=NAMES)

    assert reading.when is None
    assert summarize(reading, NAMES, now=NOW) == ""


@pytest.mark.parametrize("now", [datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)])
@pytest.mark.parametrize(
    "text", ["tomorrow 3pm", "next week", "in 600 months", "yesterday", "every tuesday", "in 900 weeks"]
)
def test_the_ends_of_the_calendar_have_a_result(text, now):
    reading = parse_phrase(text, now=now, zone=LONDON, names=NAMES)

    assert reading.when is not None or reading.problem is not None


def test_dateparser_is_the_fallback_for_dates():
    preload()

    reading = parse_phrase("next year", now=NOW, zone=LONDON, names=NAMES)

    assert reading.when.start.date().isoformat() == "2027-05-04"
