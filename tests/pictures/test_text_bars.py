"""Bars of text: what they show in a code block and on a screen, and on narrow ones."""

from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from bot.chat.picture import Bar, BarKind, Picture, TimeAxis, Timeline
from bot.chat.reply import Reply
from bot.pictures.text_bars import CHARACTERS, bar_lines, plain_bars
from bot.platforms.terminal.render import TerminalContext, render
from tests.builders import NOW
from tests.pictures.timelines import ALL_KINDS, a_row, a_timeline

_UTC = ZoneInfo("UTC")


def on_screen(timeline: Timeline, width: int | None, *, colour: bool = False) -> str:
    reply = Reply(("Wren G01",), picture=Picture(timeline, ""))
    return render(reply, TerminalContext(_UTC, NOW, width, colour)).text


def test_a_character_stands_for_half_an_hour_on_a_phone():
    row = a_row(Bar(9 * 60, 11 * 60, BarKind.CLASS), Bar(12 * 60, 12 * 60 + 15, BarKind.OWN), now=620)

    hours, bars, legend = plain_bars(a_timeline(row), 38).splitlines()

    assert hours == "       08  ▼   12  14  16  18  20"
    assert bars == "Thu 12 ··████··#·················"
    assert legend == "█ Timetable  # Yours  · Free"


def test_every_kind_has_a_character_and_a_word():
    text = plain_bars(a_timeline(), 60)
    assert len(set(CHARACTERS.values())) == len(BarKind)
    assert all(each in text for each in CHARACTERS.values())


def test_dates_stand_above_their_places():
    row = a_row(Bar(0, 60, BarKind.FREE), Bar(60, 120, BarKind.TAKEN), label="G01")
    timeline = Timeline("", "", 0, 120, TimeAxis.ACROSS, (row,), ("12 Mar", "19 Mar"))
    _, bars, *_ = plain_bars(timeline, 38).splitlines()
    assert bars == "G01 ++++!!!!"


@pytest.mark.parametrize("width", [20, 30, 40, 80, 200])
def test_lines_fit_the_screen(width: int):
    lines = on_screen(
        a_timeline(a_row(*ALL_KINDS, label="A very long name of a room 中文")), width
    ).splitlines()
    assert all(cell_len(each) <= width for each in lines)


def test_a_narrow_screen_shows_the_words_alone():
    assert bar_lines(a_timeline(), 18) == ()
    assert on_screen(a_timeline(), 18).strip() == "Wren G01"


def test_bars_have_the_colours_of_the_picture():
    text = on_screen(a_timeline(a_row(Bar(540, 660, BarKind.BOOKED))), 80, colour=True)
    assert "48;2;230;159;0" in text or "48;5;" in text or "43" in text


def test_without_colour_there_are_characters_only():
    text = on_screen(a_timeline(a_row(Bar(540, 660, BarKind.BOOKED))), 80)
    assert "\x1b" not in text
    assert "▒▒▒▒" in text


def test_a_pipe_gets_no_bars():
    assert on_screen(a_timeline(), None) == "Wren G01\n"
