"""Numbers of prose are no times, and the times beside them still are."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import parse_phrase
from tests.language.scoring import campus

NAMES = campus()
ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)
NO_TIMES = (
    *("room 2.03", "the screen in 1.20", "12.50 a head", "7.50 each", "the score was 3-2", "we won 4-1"),
    *(
        "student number 20261130",
        "invoice: 20260401",
        "my 21st",
        "her 18th",
        "wed like 20 seats",
        "python 3.11",
    ),
    *("call 07700 900123", "555-1234", "1-1 with Sam", "1-2-1", "dob 12/03/2001", "born 3 april 1999"),
    *("exercises 4-7", "figure 2.3", "office 4.10", "tickets cost 9.30", "a 2-1 defeat", "2/3 full"),
)
TIMES = ("tomorrow 2.30", "fri 3-4", "friday at noon", "tomorrow at 7pm", "20 march 10-11.30")


def _when(text: str):
    return parse_phrase(text, now=NOW, zone=ZONE, names=NAMES).when


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_number_of_prose_is_no_time(text: str):
    assert _when(text) is None


@pytest.mark.parametrize("text", NO_TIMES)
@pytest.mark.parametrize("time", TIMES)
def test_a_time_beside_a_number_of_prose_is_read(text: str, time: str):
    assert _when(f"{text}, {time}") == _when(time) == _when(f"{time}. {text}")


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("room at 2.05", "14:05"),
        ("in 1.5 hours", "11:50"),
        ("score a room 3-4", "15:00"),
        ("book me in 2.30", "14:30"),
        ("the price list meeting at 4.50", "16:50"),
        ("room 2-4pm", "14:00"),
        ("3-4 to present", "15:00"),
        ("1:1 at 3", "15:00"),
        ("beat the rush 11-12", "11:00"),
    ],
)
def test_a_time_that_looks_like_prose_is_a_time(text: str, hour: str):
    assert f"{_when(text).start:%H:%M}" == hour
