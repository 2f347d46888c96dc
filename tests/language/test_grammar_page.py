"""The examples of the documentation parse as it says."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.language import parse_phrase, summarize
from tests.language.scoring import campus

NAMES = campus()
PAGE = Path(__file__).parents[2] / "docs" / "language.md"
ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)
EXAMPLES = re.findall(r"^\| `(.+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_the_page_has_examples():
    assert len(EXAMPLES) > 60


@pytest.mark.parametrize(("typed", "expected"), EXAMPLES)
def test_an_example_parses_as_the_page_says(typed, expected):
    reading = parse_phrase(typed, now=NOW, zone=ZONE, names=NAMES)

    answer = summarize(reading, NAMES, now=NOW)
    if reading.problem is not None:
        answer = reading.problem.message
    if reading.clarification is not None:
        answer = f"asks: {reading.clarification.message}"
    assert answer == expected
    assert not reading.unparsed or reading.problem or reading.clarification
