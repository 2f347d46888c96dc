"""Any reply renders to valid Block Kit with its whole text, and pings nobody."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from bot.chat.reply import (
    Bold,
    Button,
    Choice,
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
    TimeRange,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.platforms.slack.render import action_ids
from bot.platforms.slack.render.markup import RenderContext, literal, markup
from bot.platforms.slack.render.renderer import blocks, form_view, home_view, message, result_view
from core.interval import Interval
from core.model import Identity
from tests.standins.slack.blocks import complaints_about, complaints_about_view
from tests.standins.slack.pings import pings_in
from tests.strategies import forms, replies

NOON = datetime(2026, 3, 12, 1, tzinfo=UTC)
CONTEXT = RenderContext(ZoneInfo("Australia/Sydney"), NOON, "Australia/Sydney")
SLOT = Interval(NOON, NOON + timedelta(hours=2))
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)


@EXAMPLES
@given(replies())
def test_any_reply_stays_inside_the_limits_and_pings_nobody(reply: Reply) -> None:
    rendered = message(reply, CONTEXT, more=(Button("share", "Share", "rooms free"),))

    assert complaints_about(rendered["blocks"]) == []
    assert 0 < len(rendered["text"]) <= 4000
    assert pings_in(rendered) == set()


@EXAMPLES
@given(replies())
def test_any_reply_renders_to_a_modal_and_to_app_home(reply: Reply) -> None:
    assert complaints_about_view(result_view(reply, CONTEXT)) == []
    assert complaints_about_view(home_view([reply, reply, reply], CONTEXT)) == []


@EXAMPLES
@given(forms())
def test_any_form_becomes_a_modal(form: Form) -> None:
    view = form_view(form, CONTEXT, {"where": "x" * 4000})

    assert complaints_about_view(view) == []
    assert json.loads(view["private_metadata"])["form"] == form.id


def test_typed_text_is_shown_literally() -> None:
    shown = literal("<!channel> *now* & :boom: <https://evil.example|click>")

    assert "<" not in shown
    assert (
        shown.replace("\u200b", "")
        == "&lt;!channel&gt; *now* &amp; :boom: &lt;https://evil.example|click&gt;"
    )
    assert "*now*" not in shown
    assert ":boom:" not in shown


def test_every_inline_has_mark_up() -> None:
    shown = markup((Bold("G03"), " ", Code("/rooms"), " ", Mention("Ada", Identity("slack:T1:U1"))), CONTEXT)

    assert shown.replace("\u200b", "") == "*G03* `/rooms` Ada"


@pytest.mark.parametrize(
    ("identity", "expected"),
    [("slack:T1:U1", "<@U1>"), ("discord:2", "someone"), ("slack:T1:<!channel>", "someone")],
)
def test_somebody_without_a_name_is_mentioned_if_possible(identity: str, expected: str) -> None:
    assert markup((Mention("", Identity(identity)),), CONTEXT).replace("\u200b", "") == expected


@pytest.mark.parametrize(
    "name", ["a _it_ b", "a ~gone~ b", "a ```x``` b", "a :tada: b", "a *b* c", "_it_", "*"]
)
def test_a_name_in_bold_is_shown_as_written(name: str) -> None:
    shown = markup((Bold(name),), CONTEXT)

    inside = shown.strip("\u200b")
    inside = inside[1:-1] if inside.startswith("*a") else inside
    assert inside.replace("\u200b", "") == name.strip("\u200b")
    for mark in ("_it_", "~gone~", "```", ":tada:", "*b*"):
        assert mark not in inside


def test_times_are_date_tokens_with_campus_time_as_fallback() -> None:
    stamp = int(NOON.timestamp())

    shown = markup((Timestamp(NOON), "; ", TimeRange(SLOT)), CONTEXT)

    assert f"<!date^{stamp}^{{date_short_pretty}}, {{time}}|Thu 12 Mar, 12:00>" in shown
    assert f"<!date^{stamp + 7200}^{{time}}|14:00>" in shown


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(20, "in 20 minutes"), (-60, "1 hour ago"), (0, "now"), (60 * 50, "in 2 days")],
)
def test_relative_times_are_text(minutes: int, text: str) -> None:
    moment = Timestamp(NOON + timedelta(minutes=minutes), TimestampStyle.RELATIVE)

    assert markup((moment,), CONTEXT) == text


def footer_of(reply: Reply, zone: str) -> str:
    rendered = blocks(reply, RenderContext(CONTEXT.campus, NOON, zone))
    return "\n".join(each["text"] for each in rendered[-1]["elements"])


def test_the_campus_zone_is_named() -> None:
    one, two = Reply(text=(TimeRange(SLOT),)), Reply(text=(TimeRange(SLOT), Timestamp(NOON)))

    assert footer_of(one, "Australia/Sydney") == "Australia/Sydney time"
    assert "Europe/Berlin" in footer_of(one, "Europe/Berlin")
    assert "On campus (Australia/Sydney): Thu 12 Mar, 12:00" in footer_of(one, "Europe/Berlin")
    assert footer_of(two, "").startswith("Times are shown in your own zone. The campus is on")


def test_a_free_room_has_its_button_beside_it() -> None:
    item = ReplyItem((Bold("Ainsworth G03"),), ("20 seats",), (Button("book", "Book", "abc"),))

    (section,) = blocks(Reply(items=(item,)), CONTEXT)

    assert section["accessory"]["action_id"] == "press.book.0"
    assert action_ids.decode("press.book.0", section["accessory"]["value"]) == action_ids.PressedElement(
        "book", "abc"
    )


def test_a_booking_with_two_buttons_has_them_beneath_it() -> None:
    pair = (Button("extend", "Extend", "b1"), Button("cancel", "Cancel", "b1", confirm="Really?"))

    section, actions = blocks(Reply(items=(ReplyItem(("G03",), (), pair),)), CONTEXT)

    assert section["type"] == "section"
    assert [each["text"]["text"] for each in actions["elements"]] == ["Extend", "Cancel"]
    assert actions["elements"][1]["confirm"]["text"]["text"] == "Really?"


def test_too_many_items_are_counted() -> None:
    rendered = blocks(Reply(items=tuple(ReplyItem((f"room {n}",)) for n in range(80))), CONTEXT)

    assert len(rendered) == 50
    assert rendered[-1]["elements"][0]["text"].startswith("… and 31 more.")


def test_buttons_that_open_forms_say_so_in_their_id() -> None:
    (actions,) = blocks(Reply(actions=(Button("form", "Book…", opens=True),)), CONTEXT)

    pressed = action_ids.decode(actions["elements"][0]["action_id"], actions["elements"][0]["value"])

    assert pressed == action_ids.PressedElement("form", "", opens=True)


def test_a_menu_returns_the_options_value() -> None:
    choice = Choice("room", "Room", (Option("G03", "K-J17-G03", "20 seats"),))

    (actions,) = blocks(Reply(actions=(choice,)), CONTEXT)
    menu = actions["elements"][0]

    assert action_ids.decode(menu["action_id"], menu["options"][0]["value"]) == action_ids.PressedElement(
        "room", "K-J17-G03"
    )


def test_only_web_links_are_rendered() -> None:
    links = (
        Button("x", "Log in", url="https://rooms.example/"),
        Button("x", "Bad", url="javascript:alert(1)"),
    )

    (actions,) = blocks(Reply(actions=links), CONTEXT)

    assert [each["url"] for each in actions["elements"]] == ["https://rooms.example/"]


def test_a_table_is_a_table_block_in_messages_and_monospace_at_home() -> None:
    reply = Reply(table=Table(("Day", "Room"), ((("Mon",), ("G03",)),)))

    assert blocks(reply, CONTEXT)[0]["type"] == "table"
    text = home_view([reply], CONTEXT)["blocks"][0]["text"]["text"]
    assert text == "```Day  Room\nMon  G03```"


def test_the_order_of_the_parts_is_fixed() -> None:
    reply = Reply(
        text=("text",),
        title="Title",
        tone=Tone.DONE,
        fields=(ReplyField("Room", ("G03",)),),
        items=(ReplyItem(("item",)),),
        table=Table(("A",), ((("1",),),)),
        actions=(Button("go", "Go"),),
        footer=("end",),
    )

    kinds = [each["type"] for each in blocks(reply, CONTEXT)]

    assert kinds == ["header", "section", "section", "section", "table", "actions", "context"]


def test_a_form_keeps_what_was_typed_and_names_the_campus_zone() -> None:
    form = Form(
        "book",
        "Book a room",
        (
            FormInput("date", "Date", FormInputKind.DATE, "2026-03-12", refreshes=True),
            FormInput("room", "Room", FormInputKind.CHOICE, "r2", (Option("One", "r1"), Option("Two", "r2"))),
            FormInput("title", "Title", value="Chess", required=False),
        ),
        state="s",
    )

    view = form_view(form, CONTEXT)

    day, room, title, note = view["blocks"]
    assert day["element"]["initial_date"] == "2026-03-12"
    assert day["dispatch_action"]
    assert room["element"]["initial_option"]["text"]["text"] == "Two"
    assert title["optional"]
    assert title["element"]["initial_value"] == "Chess"
    assert "Australia/Sydney" in note["elements"][0]["text"].replace("\u200b", "")


def test_an_empty_reply_still_has_a_text() -> None:
    rendered = message(Reply(), CONTEXT)

    assert rendered["text"] == "Roomie"
    assert complaints_about(rendered["blocks"]) == []
