"""Every reply is rendered within Discord's limits."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.reply import (
    Audience,
    Bold,
    Button,
    Code,
    Form,
    FormInput,
    FormInputKind,
    Mention,
    Option,
    Reply,
    ReplyField,
    ReplyItem,
    Table,
    Text,
    TimeRange,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.platforms.discord.render import components as components_of
from bot.platforms.discord.render.custom_id import decode
from bot.platforms.discord.render.forms import fill_in, form_values, modal, submitted_values
from bot.platforms.discord.render.renderer import RenderedMessage, render
from bot.platforms.discord.render.text import to_markdown
from bot.platforms.discord.settings import invite_link
from core.interval import Interval
from core.model import Identity
from tests.standins.discord.message_validation import BUTTON, COMPONENTS_V2, validate_message, walk
from tests.standins.discord.modal_validation import validate_modal
from tests.standins.discord.shown_message import ShownMessage
from tests.strategies import forms, replies, texts

CAMPUS = ZoneInfo("Australia/Sydney")
NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
AN_HOUR = Interval.of_length(NOON, timedelta(hours=1))


def seen(message: RenderedMessage) -> ShownMessage:
    return ShownMessage({"content": "", "embeds": [], "flags": 0, "components": list(message.components)})


def shown(reply: Reply) -> str:
    return seen(render(reply, CAMPUS)).text


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(replies())
def test_discord_accepts_every_reply(reply: Reply) -> None:
    message = render(reply, CAMPUS, mark=7)

    wrong = validate_message({"flags": COMPONENTS_V2, "components": list(message.components)})

    assert wrong.found == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts(), st.integers(0, 200))
def test_a_text_is_cut_after_a_whole_piece_of_it(text: Text, limit: int) -> None:
    whole = to_markdown(text, 100_000)

    cut = to_markdown(text, limit)

    assert cut == whole if len(whole) <= limit else whole.startswith(cut.removesuffix("…"))


@given(replies())
def test_nested_components_are_counted(reply: Reply) -> None:
    components = render(reply, UTC).components

    assert components_of.count(components) == len(list(components_of.walk(components)))


@given(forms())
def test_discord_accepts_every_form(form: Form) -> None:
    payload = modal(form, "form")

    assert validate_modal(payload).found == []


@pytest.mark.parametrize(
    "typed",
    [
        "*not bold*",
        "<@123>",
        "@everyone",
        "# heading",
        "- list",
        "1. list",
        "> quote",
        "[a](https://b)",
        "||no||",
    ],
)
def test_plain_text_is_escaped(typed: str) -> None:
    text = shown(Reply(text=(typed,)))

    assert text != typed
    assert text.replace("\\", "") == typed


def test_a_link_in_plain_text_stays_whole() -> None:
    assert shown(Reply(text=("see https://rooms.example/a_b_c",))) == "see https://rooms.example/a_b_c"


def test_times_are_timestamp_markup() -> None:
    text = shown(Reply(text=(TimeRange(AN_HOUR), " ", Timestamp(NOON, TimestampStyle.RELATIVE))))

    start = int(NOON.timestamp())
    assert text == f"<t:{start}:F>\N{EN DASH}<t:{start + 3600}:t> <t:{start}:R>"


def test_bold_code_and_mentions_become_markdown() -> None:
    people = (Mention("Wil", Identity("discord:2")), " ", Mention("Ann", Identity("slack:T:U")))

    assert (
        shown(Reply(text=(Bold("now"), " ", Code("/rooms free"), " ", *people)))
        == "**now** `/rooms free` <@2> Ann"
    )


def test_times_on_buttons_name_their_zone() -> None:
    zone = ZoneInfo("Australia/Sydney")
    on_action = render(Reply(actions=(Button("book", "Book 15:00", "x"),), footer=("Costs nothing",)), zone)
    on_item = render(Reply(items=(ReplyItem(("A",), buttons=(Button("book", "Until 9:30", "x"),)),)), zone)
    on_none = render(Reply(("15:00",), actions=(Button("book", "Book", "x"),)), zone)

    assert "-# Costs nothing · Times on buttons: Australia/Sydney" in str(on_action.components)
    assert "-# Times on buttons: Australia/Sydney" in str(on_item.components)
    assert "Sydney" not in str(on_none.components)


def test_the_order_is_title_text_fields_items_table_footer() -> None:
    reply = Reply(
        title="Free now",
        text=("Two rooms.",),
        fields=(ReplyField("When", ("now",)),),
        items=(ReplyItem(("Quad G040",), ("20 seats",)),),
        table=Table(("Room", "Seats"), ((("Quad",), ("20",)),)),
        footer=("Ask again",),
    )

    lines = [line for line in shown(reply).splitlines() if not line.startswith("```")]

    assert lines == [
        "### Free now",
        "Two rooms.",
        "**When**  now",
        "**Quad G040**",
        "20 seats",
        "Room  Seats",
        "────  ─────",
        "Quad  20",
        "-# Ask again",
    ]


def rooms(count: int) -> tuple[ReplyItem, ...]:
    return tuple(
        ReplyItem((f"Room {number}",), ("20 seats",), (Button("book", "Book", f"room-{number}"),))
        for number in range(count)
    )


def test_each_room_has_a_button_with_its_value() -> None:
    message = render(Reply(items=rooms(3)), CAMPUS)

    ids = [str(each["custom_id"]) for each in walk(list(message.components)) if each["type"] == BUTTON]
    found = [decode(each) for each in ids]

    assert [(each.action, each.value) for each in found if each] == [
        ("book", f"room-{number}") for number in range(3)
    ]


def test_three_hundred_rooms_fill_sections_and_a_menu_and_the_others_are_counted() -> None:
    message = seen(render(Reply(items=rooms(300)), CAMPUS))

    assert message.buttons == ["Book"] * 12
    assert [option["value"] for option in message.menus[0]["options"]] == [
        f"room-{number}" for number in range(12, 37)
    ]
    assert "and 263 more" in message.text


def test_a_button_that_does_not_fit_into_a_custom_id_is_disabled() -> None:
    message = render(
        Reply(text=("x",), actions=(Button("a:b", "Odd"), Button("book", "Long", "x" * 99))), CAMPUS
    )

    rendered = [each for each in walk(list(message.components)) if each["type"] == BUTTON]
    assert [(each["label"], each["disabled"]) for each in rendered] == [("Odd", True), ("Long", True)]


def test_equal_buttons_get_different_custom_ids_with_the_same_meaning() -> None:
    again = Button("page", "Next", "2")

    message = render(Reply(text=("x",), actions=(again, again)), CAMPUS)

    ids = [str(each["custom_id"]) for each in walk(list(message.components)) if each["type"] == BUTTON]
    assert len(set(ids)) == 2
    assert decode(ids[0]) == decode(ids[1])


def test_a_table_with_times_has_a_line_per_row() -> None:
    table = Table(("Room", "Until"), ((("Quad",), (Timestamp(NOON, TimestampStyle.TIME),)),))

    assert shown(Reply(table=table)).splitlines() == [
        "-# Room · Until",
        f"Quad · <t:{int(NOON.timestamp())}:t>",
    ]


def test_a_long_table_counts_the_rows_left_out() -> None:
    table = Table(("Room",), tuple(((f"Room number {number}",),) for number in range(400)))

    lines = shown(Reply(table=table)).splitlines()

    shown_rows = sum("Room number" in line for line in lines)
    assert lines[-2] == f"… and {400 - shown_rows} more"


def test_a_reply_is_private_unless_meant_for_the_channel() -> None:
    assert render(Reply(text=("x",)), CAMPUS).private
    assert not render(Reply(text=("x",), audience=Audience.CHANNEL), CAMPUS).private


def test_an_empty_reply_is_an_ellipsis() -> None:
    assert shown(Reply()) == "…"


def test_each_tone_has_a_colour() -> None:
    assert {render(Reply(tone=tone), CAMPUS).components[0]["accent_color"] for tone in Tone} >= {
        0x2D7D46,
        0xDA373C,
    }
    assert len({render(Reply(tone=tone), CAMPUS).components[0]["accent_color"] for tone in Tone}) == len(Tone)


def test_submitted_values_come_back_by_name_and_hidden_inputs_keep_theirs() -> None:
    inputs = tuple(
        FormInput(f"i{number}", "Label", required=number != 2, value=f"old {number}") for number in range(6)
    )
    form = Form("book", "Book", inputs)
    typed = [{"type": 18, "component": {"type": 4, "custom_id": "i0", "value": "new"}}]

    values = form_values(fill_in(form, submitted_values(typed)))

    names = [each["component"]["custom_id"] for each in labels_of(modal(form, "x"))]
    assert names == ["i0", "i1", "i3", "i4", "i5"]
    assert values == {"i0": "new", "i1": "old 1", "i2": "old 2", "i3": "old 3", "i4": "old 4", "i5": "old 5"}


def labels_of(payload: dict[str, object]) -> list[dict[str, dict[str, Any]]]:
    return payload["components"]  # type: ignore[return-value]


def test_a_long_choice_includes_its_default() -> None:
    options = tuple(Option(f"Room {number}", f"r{number}") for number in range(60))
    form = Form("book", "Book", (FormInput("room", "Room", FormInputKind.CHOICE, "r50", options),))

    menu = labels_of(modal(form, "x"))[0]["component"]

    defaults = [each["value"] for each in menu["options"] if each.get("default")]
    assert defaults == ["r50"]


def test_settings_and_renderer_do_not_import_discord_py() -> None:
    code = (
        "import sys, bot.platforms.discord.render.renderer, bot.platforms.discord.render.forms;"
        "import bot.platforms.discord.settings;"
        "sys.exit('discord' in sys.modules)"
    )

    process = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own interpreter
    assert process.returncode == 0


def test_the_invite_link_requests_two_permissions() -> None:
    assert invite_link(42).endswith("?client_id=42&scope=bot+applications.commands&permissions=18432")


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("_it_", r"\_it\_"),
        ("~gone~", r"\~gone\~"),
        ("```x```", r"\`\`\`x\`\`\`"),
        (":tada: x", r"\:tada: x"),
        ("a *b*", r"a \*b\*"),
        ("10:20:30", "10:20:30"),
    ],
)
def test_a_name_is_shown_as_written_in_bold_and_outside(name: str, escaped: str) -> None:
    assert shown(Reply(text=(Bold(name), " ", name))) == f"**{escaped}** {escaped}"
