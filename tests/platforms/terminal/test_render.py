"""Any reply can be rendered, for any screen or a pipe, without control characters."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.chat.reply import (
    Bold,
    Button,
    Choice,
    Code,
    Option,
    Reply,
    ReplyField,
    ReplyItem,
    Table,
    TimeRange,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.platforms.terminal.render import TerminalContext, render
from tests.builders import NOW, a_slot
from tests.strategies import replies

LONDON = ZoneInfo("Europe/London")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def a_context(width: int | None = None, *, colour: bool = False) -> TerminalContext:
    return TerminalContext(LONDON, NOW, width, colour)


@settings(max_examples=12, deadline=None)
@given(replies(), st.sampled_from([None, 1, 20, 80, 140]), st.booleans())
def test_any_reply_can_be_rendered(reply: Reply, width: int | None, colour: bool):  # noqa: FBT001
    rendered = render(reply, a_context(width, colour=colour))

    assert not UNSAFE.search(ESCAPES.sub("", rendered.text))
    assert all(f"[{number}]" in rendered.text for number in range(1, min(len(rendered.buttons), 3) + 1))
    assert not any(button.url for button in rendered.buttons)


FREE = Reply(
    (Bold("now · 20+ seats"), ": 2 rooms are free."),
    items=(
        ReplyItem(
            (Bold("Hub Workshop"),),
            ("free until ", Timestamp(NOW, TimestampStyle.TIME), " " + "and more " * 20),
            (Button("book", "Book", "a"),),
        ),
        ReplyItem((Bold("Wren"),), (), (Button("book", "Book", "b"),)),
    ),
    actions=(Button("free", "2 more", "c"), Choice("pick", "Pick", (Option("One", "1"), Option("Two", "2")))),
    footer=("Until later",),
)


def test_no_line_is_wider_than_the_screen():
    for width in (40, 80, 140):
        lines = render(FREE, a_context(width)).text.splitlines()

        assert max(map(cell_len, lines)) <= width
        assert all(line == line.rstrip() for line in lines)


def test_buttons_stand_in_front_and_details_below():
    text = render(FREE, a_context(60)).text

    assert "  [1] Book  Hub Workshop\n            free until 10:20 and more" in text
    assert "\n  [2] Book  Wren\n" in text
    assert "[3] 2 more\nPick: [4] One  [5] Two" in text


def test_on_a_wide_screen_details_stand_beside():
    assert "[1] Book  Hub Workshop  free until 10:20" in render(FREE, a_context(140)).text


def test_several_buttons_stand_below_their_item():
    reply = Reply(
        items=(
            ReplyItem(
                (Bold("Wren"),), ("Thursday",), (Button("here", "I'm here"), Button("cancel", "Cancel"))
            ),
        )
    )

    assert render(reply, a_context(80)).text == "  Wren\n  Thursday\n  [1] I'm here  [2] Cancel\n"


def test_a_link_or_a_long_label_leaves_room_for_the_other_items():
    link = Button("", "Link", url="https://rooms.example/a/long/path")
    items = (
        ReplyItem(("Hub",), (), (link,)),
        ReplyItem(("Quad",), (), (Button("book", "Book " * 9),)),
        ReplyItem(("Wren",), (), (Button("here", "I'm here"), Button("cancel", "Cancel"))),
    )

    text = render(Reply(items=items), a_context(30)).text

    assert link.url in "".join(text.split())
    assert all(part in text for part in ("Hub", "Quad", "Wren", "[1]", "[2]", "[3]"))


def test_addresses_stay_whole_and_each_link_has_a_line_of_its_own():
    url = "https://rooms.example/a/very/long/path/to/a/calendar.ics"
    buttons = (Button("", "Google", url=url), Button("", "Apple", url=url), Button("new", "New address"))

    lines = render(Reply(fields=(ReplyField("Address", (Code(url),)),), actions=buttons), a_context(30)).text

    assert lines.splitlines() == [f"Address: {url}", f"Google: {url}", f"Apple: {url}", "[1] New address"]


def test_numbers_continue_after_the_buttons_on_the_screen():
    rendered = render(FREE, a_context(80), (Button("old", "Old"),))

    assert "[2] Book  Hub Workshop" in rendered.text
    assert [button.label for button in rendered.buttons[:3]] == ["Old", "Book", "Book"]


def test_piped_output_has_a_line_per_item_and_tabs_in_tables():
    table = Table(("Room", "Seats"), (((Code("G01"),), ("24",)),))

    assert render(Reply(("Rooms",), table=table), a_context()).text == "Rooms\nRoom\tSeats\nG01\t24\n"
    assert render(FREE, a_context()).text.splitlines()[1].startswith("  Hub Workshop  free until 10:20")
    assert "\x1b" not in render(FREE, a_context(), ()).text


def test_colours_follow_the_tone_and_can_be_left_out():
    refused = Reply(("No.",), tone=Tone.REFUSED)

    assert render(refused, a_context(80, colour=True)).text == "\x1b[33mNo.\x1b[0m\n"
    assert render(refused, a_context(80)).text == "No.\n"


def test_times_are_written_in_the_readers_zone():
    summer = Timestamp(NOW + timedelta(days=60), TimestampStyle.DATETIME)
    text = (
        summer,
        " ",
        Timestamp(NOW, TimestampStyle.DATE),
        " ",
        TimeRange(a_slot("23:30", 60)),
        " ",
        Timestamp(NOW + timedelta(minutes=20), TimestampStyle.RELATIVE),
    )

    assert render(Reply(text), a_context()).text == (
        "Sun 10 May, 11:20 Wed 11 Mar Wed 11 Mar, 23:30 – Thu 12 Mar, 00:30 in 20 minutes\n"
    )


def test_escape_sequences_never_reach_the_terminal():
    malicious = Reply(("\x1b[2J\x07\u202eevil",), table=Table(("a\tb",), ((("\x1b]0;x\x07",),),)))

    for width in (None, 80):
        assert "\x1b" not in render(malicious, a_context(width)).text
        assert "\u202e" not in render(malicious, a_context(width)).text
