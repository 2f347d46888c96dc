"""`roomie usage` and `roomie simulate` on the command line."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.bot.conftest import Roomie


@pytest.fixture
def term(sample_roomie: Roomie) -> Roomie:
    """A campus on which wil has booked two hours, and was refused three more and a day too far ahead."""
    roomie = sample_roomie
    lines = (
        "/book Wren G02 11:00 for 2 hours",
        "/book Wren G02 14:00 for 3 hours",
        "/book Wren G02 in 10 days 15:00",
    )
    roomie("chat", "--as", "wil", *lines)
    return roomie


def test_usage_is_a_table_csv_json_or_a_picture(term: Roomie, tmp_path: Path):
    file = tmp_path / "usage"

    assert "Wren Building (5 rooms)" in term("usage", "this", "week", "wren").out
    assert term("usage", "this week", "--format", "csv", "--out", str(file)).status == 0
    assert {"bookings", "refusals"} <= {
        each["table"] for each in csv.DictReader(io.StringIO(file.read_text()))
    }
    assert term("usage", "this week", "--format", "json", "--out", str(file)).status == 0
    assert json.loads(file.read_text())["usage"][0]["name"] == "booked"
    assert term("usage", "this week", "--format", "svg", "--out", str(file)).status == 0
    assert file.read_text().startswith("<svg")


def test_usage_of_no_building_is_refused(term: Roomie):
    assert "There is no period or building called nowhere." in term("usage", "nowhere").err


def test_other_rules_are_replayed(term: Roomie):
    result = term("simulate", "--quota", "60", "--days-ahead", "14", "this", "week")

    assert result.status == 0
    assert "3 requests to book or move." in result.out
    assert "Refused only by the others: 1\n  no quota left: 1" in result.out
    assert "Refused only by today's: 1\n  too far ahead: 1" in result.out
    assert "100 % of the requests" in result.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--quota", "180"), "Name at least one rule"),
        (("--hours", "9-5"), "Write them like 08:00-22:00."),
        (("--quota", "-5"), "positive numbers"),
        (("--quota", "60", "sometime"), "I can't tell which period"),
        (("--quota", "60", "LAST_TERM"), "No such term is configured"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    roomie: Roomie, arguments: tuple[str, ...], sentence: str
):
    result = roomie("simulate", *arguments)

    assert result.status == 1
    assert sentence in result.err


def test_without_requests_there_is_nothing_to_replay(roomie: Roomie):
    result = roomie("simulate", "--quota", "60", "2020-01-01")

    assert result.status == 1
    assert "nothing to replay" in result.out
