"""`roomie chat`: replies and exit statuses."""

import json
import shutil
from pathlib import Path

import pytest

from tests.bot.conftest import Roomie


@pytest.fixture(autouse=True)
def sample_world(sqlite_url: str, sample_file: Path) -> None:
    shutil.copy(sample_file, sqlite_url.removeprefix("sqlite:///"))


def test_arguments_are_commands_and_numbers_press_buttons(roomie: Roomie):
    result = roomie("chat", "--as", "rema", "/rooms free now 20 seats", "1", "/rooms quota")

    assert result.status == 0
    assert "You're booked: Hub Workshop (RO-POO), Wed 11 Mar, 10:15–11:15." in result.out
    assert "You have 120 minutes of 180 left this week." in result.out
    assert "\x1b" not in result.out


def test_without_arguments_each_line_of_input_is_answered(roomie: Roomie):
    result = roomie("chat", "--as", "rema", typed="/rooms quota\n\n   \nwhoami\n")

    assert "You have 180 minutes" in result.out
    assert "You're rema boo (rema)." in result.out


def test_json_prints_one_reply_per_line(roomie: Roomie):
    result = roomie("chat", "--as", "rema", "--json", "/rooms free now 20 seats", "/nonsense")

    free, unknown = map(json.loads, result.out.splitlines())
    assert free["tone"] == "info"
    assert free["items"][0]["buttons"][0]["action"] == "book"
    assert unknown["tone"] == "confused"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["/rooms free now"], 0),
        (["/book Wren G02 tomorrow 3pm"], 0),
        (["/book Wren G01 now"], 1),
        (["/book Wren G02 sat 8pm"], 1),
        (["/book Wren G02 fri 24 april 3pm"], 1),
        (["/society token"], 1),
        (["/flibber"], 2),
        (["/book Nowhere"], 2),
        (["/rooms status Nowhere"], 2),
        (["/rooms free now", "/book Wren G01 now", "/flibber"], 2),
    ],
)
def test_the_exit_status_follows_the_replies(roomie: Roomie, lines: list[str], status: int):
    assert roomie("chat", "--as", "rema", *lines).status == status


def test_an_unknown_user_may_search_and_learns_how_to_log_in(roomie: Roomie):
    result = roomie("chat", "--as", "nobody", "/rooms free now 20 seats", "1", "/whoami")

    assert result.status == 1
    assert "10 rooms are free" in result.out
    assert "Please log in first" in result.out
    assert "To log in, use /login" in result.out
    assert "terminal:" not in result.out


def test_bookings_are_visible_to_the_next_process(roomie: Roomie):
    roomie("chat", "--as", "wil", "/book Wren G02 tomorrow 3pm")

    assert (
        "is taken Thu 12 Mar, 15:00–16:00: somebody else has booked it."
        in roomie("chat", "--as", "rema", "/book Wren G02 tomorrow 3pm").out
    )


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("for 2", "asks: “for 2”: do you mean for 2 people or for 2 hours?"),
        (
            "monday 17 march 3-4pm",
            "asks: “monday 17 march”: do you mean Mon 16 Mar, 15:00–16:00 or Tue 17 Mar, 15:00–16:00?",
        ),
    ],
)
def test_parse_prints_the_question_that_would_be_asked(roomie: Roomie, text: str, question: str):
    assert roomie("parse", "--now", "2026-03-11T10:20", text).out.startswith(f"{question}\n")
