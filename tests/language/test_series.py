"""Series in JSON: their rule, and occurrences at the same wall time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import parse_phrase, summarize, to_json
from tests.language.scoring import campus

NAMES = campus()
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=LONDON)


def parse(text):
    return to_json(parse_phrase(text, now=NOW, zone=LONDON, names=NAMES))


def starts(text):
    return [occurrence["start"] for occurrence in parse(text)["occurrences"]]


def test_occurrences_keep_the_wall_time_when_the_clocks_change():
    assert starts("tuesdays 3-4pm until 7 april") == [
        "2026-03-17T15:00:00+00:00",
        "2026-03-24T15:00:00+00:00",
        "2026-03-31T15:00:00+01:00",
        "2026-04-07T15:00:00+01:00",
    ]


def test_occurrences_have_the_same_length():
    occurrences = parse("saturdays 11pm to 2am x 3")["occurrences"]

    lengths = {
        datetime.fromisoformat(one["end"]).timestamp() - datetime.fromisoformat(one["start"]).timestamp()
        for one in occurrences
    }
    assert lengths == {3 * 3600}


def test_a_month_without_such_a_weekday_is_skipped():
    assert [day[:10] for day in starts("the fifth monday of every month")][:3] == [
        "2026-03-30",
        "2026-06-29",
        "2026-08-31",
    ]


@pytest.mark.parametrize(
    ("text", "rrule", "days"),
    [
        (
            "first and third tuesday of every month 5pm",
            "FREQ=MONTHLY;BYDAY=1TU,3TU",
            ["2026-03-17", "2026-04-07", "2026-04-21"],
        ),
        (
            "the 1st tuesday and the 3rd tuesday of each month at 5pm",
            "FREQ=MONTHLY;BYDAY=1TU,3TU",
            ["2026-03-17", "2026-04-07", "2026-04-21"],
        ),
        (
            "every 2nd and 4th monday 9-10am",
            "FREQ=MONTHLY;BYDAY=2MO,4MO",
            ["2026-03-23", "2026-04-13", "2026-04-27"],
        ),
        (
            "first, second and last fridays of the month 3pm",
            "FREQ=MONTHLY;BYDAY=1FR,2FR,-1FR",
            ["2026-03-13", "2026-03-27", "2026-04-03"],
        ),
        (
            "monthly on the first and last friday 3pm",
            "FREQ=MONTHLY;BYDAY=1FR,-1FR",
            ["2026-03-27", "2026-04-03", "2026-04-24"],
        ),
        (
            "1st and 15th of every month at noon",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            ["2026-03-15", "2026-04-01", "2026-04-15"],
        ),
        (
            "every month on the 5th, 15th and 25th at noon",
            "FREQ=MONTHLY;BYMONTHDAY=5,15,25",
            ["2026-03-15", "2026-03-25", "2026-04-05"],
        ),
    ],
)
def test_several_days_of_a_month_are_one_series(text: str, rrule: str, days: list[str]):
    answer = parse(text)

    assert answer["rrule"] == rrule
    assert [each["start"][:10] for each in answer["occurrences"]][:3] == days
    assert answer["also"] == answer["leftover"] == []
    assert (
        parse(summarize(parse_phrase(text, now=NOW, zone=LONDON, names=NAMES), NAMES, now=NOW))["rrule"]
        == rrule
    )


def test_different_weekdays_of_a_month_are_not_half_read():
    answer = parse("first tuesday and third wednesday of every month at 5pm")

    assert answer["leftover"] == ["first"]


@pytest.mark.parametrize("text", ["first and third tuesday at 5pm", "first tuesday and third tuesday 5pm"])
def test_two_days_of_one_month_are_no_series(text: str):
    assert parse(text)["rrule"] is None


def test_a_month_without_such_a_day_is_skipped():
    assert [day[:10] for day in starts("monthly on the 31st at noon")][:3] == [
        "2026-03-31",
        "2026-05-31",
        "2026-07-31",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [("tuesdays 3pm", 10), ("every day for 90 days at 3pm", 52), ("six tuesdays at 3pm", 6)],
)
def test_at_most_52_occurrences_are_listed_and_10_of_an_endless_series(text, count):
    assert len(starts(text)) == count


def test_a_time_without_a_series_has_no_rule():
    answer = parse("tomorrow 3pm")

    assert answer["rrule"] is None
    assert answer["occurrences"] is None
