"""Short words after an answer at the terminal, in one conversation and in a later process."""

import io
from pathlib import Path

import pytest

from bot.cli import main
from bot.runtime import event_loop


@pytest.fixture
def chat(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Says lines to Roomie in a new process each time; what it answered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROOMIE_DATABASE__URL", sqlite_url)
    monkeypatch.setenv("ROOMIE_NOW", "2026-03-11T10:20:00+00:00")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    main(["sample"], event_loop.run)
    capsys.readouterr()

    def say(*lines: str) -> str:
        main(["chat", "--as", "wil", *lines], event_loop.run)
        return capsys.readouterr().out

    return say


def test_a_room_is_found_changed_booked_and_cancelled_in_short_words(chat) -> None:
    text = chat("room for 150 tomorrow 3pm", "an hour later", "book it", "book it", "cancel that", "yes")

    assert "Thu 12 Mar, 16:00–17:00" in text
    assert "You're booked: Wren Lecture Theatre (H-C12-LT1), Thu 12 Mar, 16:00–17:00" in text
    assert "You have it already" in text
    assert (
        "Cancel Wren Lecture Theatre (H-C12-LT1), Thu 12 Mar, 16:00–17:00? You get 60 minutes back." in text
    )
    assert "Cancelled: Wren Lecture Theatre" in text


def test_a_later_process_remembers(chat) -> None:
    chat("room for 150 tomorrow 3pm")

    assert "You're booked: Wren Lecture Theatre" in chat("book it")
    assert "Cancel Wren Lecture Theatre" in chat("/rooms cancel")
    assert "Cancelled: Wren Lecture Theatre" in chat("yes")
