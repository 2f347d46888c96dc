"""Slack's payloads are parsed in every shape."""

from typing import Any

import pytest

from bot.chat.reply import Audience, Reply
from bot.chat.request import SplitMessage
from bot.platforms.slack.handlers.event import (
    SlackEvent,
    from_interaction,
    people_in,
    pressed_in,
    split_labels,
    text_of,
    values_of,
)
from bot.platforms.slack.handlers.modals import errors_at_inputs, metadata_of
from bot.platforms.slack.handlers.responder import response_options
from bot.platforms.slack.render.action_ids import PressedElement
from bot.platforms.slack.settings import Mode, SlackSettings


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("add <@U2|bob> to CHESS", "add slack:T1:U2 to CHESS"),
        ("add <@U2>", "add slack:T1:U2"),
        ("add <@W9|eve>", "add eve"),
        ("in <#C1|general>", "in general"),
        ("see <https://rooms.example/x|rooms.example/x>", "see rooms.example/x"),
        ("mail <mailto:a@b.example|a@b.example>", "mail a@b.example"),
        ("5 &lt; 6 &amp; 7", "5 < 6 & 7"),
        ("free\u00a0now\n  20   seats", "free now 20 seats"),
        ("<!channel>", "channel"),
        ("an unfinished <", "an unfinished <"),
    ],
)
def test_typed_text_is_unescaped(typed: str, text: str) -> None:
    assert text_of(typed, {"U2": "slack:T1:U2"}) == text


def test_mentioned_people_are_found() -> None:
    assert people_in("<@U2|bob> and <@U3> but not <#C1> nor @bob") == ["U2", "U3"]


def action(**element: Any) -> dict[str, Any]:
    return {"actions": [element]}


@pytest.mark.parametrize(
    ("body", "pressed"),
    [
        (action(action_id="press.book.3", value="v1:a~b"), PressedElement("book", "a~b")),
        (action(action_id="open.form.0", value="v1:"), PressedElement("form", "", opens=True)),
        (action(action_id="pick.room.1", selected_option={"value": "v1:G01"}), PressedElement("room", "G01")),
        (action(action_id="link.web.1", value="v1:"), None),
        (action(action_id="press.book.3", value="stale"), None),
        (action(action_id="value", value="typed"), None),
        (action(action_id="foreign", value="v1:x"), None),
        (action(), None),
    ],
)
def test_only_buttons_of_our_own_are_decoded(body: dict[str, Any], pressed: PressedElement | None) -> None:
    assert pressed_in(body) == pressed


def test_form_values_are_read_by_input_name() -> None:
    values = {
        "in.date": {"value": {"type": "datepicker", "selected_date": "2026-03-11"}},
        "in.time": {"value": {"type": "timepicker", "selected_time": "15:00"}},
        "in.room": {"value": {"type": "static_select", "selected_option": {"value": "v1:G01"}}},
        "in.title": {"value": {"type": "plain_text_input", "value": None}},
    }

    read = values_of({"state": {"values": values}})

    assert read == {"date": "2026-03-11", "time": "15:00", "room": "G01", "title": ""}


def test_invalid_modal_metadata_is_ignored() -> None:
    assert metadata_of({"private_metadata": '{"form": "book"}'}) == {"form": "book"}
    assert metadata_of({"private_metadata": "[1]"}) == {}
    assert metadata_of({"private_metadata": "{broken"}) == {}
    assert metadata_of({}) == {}


def test_an_error_without_an_input_is_shown_at_the_first() -> None:
    view = {"blocks": [{"type": "input", "block_id": "in.date"}, {"type": "input", "block_id": "in.room"}]}
    reply = Reply(form_errors={"room": "Taken.", "quota": "Spent.", "date": "Past."})

    assert errors_at_inputs(view, reply) == {"in.room": "Taken.", "in.date": "Spent. Past."}


def test_an_org_wide_interaction_names_its_team_at_the_user() -> None:
    body = {"team": None, "user": {"id": "U1", "team_id": "T9"}, "trigger_id": "t"}

    assert from_interaction(body).team == "T9"


REPLACING = Reply(replaces=True)


@pytest.mark.parametrize(
    ("where", "reply", "replaced"),
    [
        (SlackEvent("T1", "U1", "k", "C1"), REPLACING, True),
        (SlackEvent("T1", "U1", "k", "C1", is_shared=True), REPLACING, False),
        (SlackEvent("T1", "U1", "k", "D1", is_shared=True), REPLACING, True),
        (
            SlackEvent("T1", "U1", "k", "C1", is_shared=True),
            Reply(replaces=True, audience=Audience.CHANNEL),
            True,
        ),
        (SlackEvent("T1", "U1", "k", "C1"), Reply(), False),
    ],
)
def test_a_message_that_others_see_is_not_replaced_by_a_private_reply(
    where: SlackEvent, reply: Reply, *, replaced: bool
) -> None:
    assert response_options(where, reply)["replace_original"] is replaced


def test_settings_name_what_is_missing() -> None:
    assert not list(SlackSettings(bot_token="b", app_token="a").problems())
    assert "SLACK_APP_TOKEN" in "".join(SlackSettings(bot_token="b").problems())
    assert "SLACK_SIGNING_SECRET" in "".join(SlackSettings(bot_token="b", mode=Mode.HTTP).problems())
    assert "not both" in "".join(SlackSettings(bot_token="b", app_token="a", client_id="c").problems())
    assert not SlackSettings().is_configured


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("please <https://x.org|/rooms cancel> now", "please   now", "/rooms cancel"),
        ("<#C1|whoami>", " ", "whoami"),
        ("<!subteam^S1|@help>", " ", "@help"),
        ("see <https://x.org|x.org> 3pm", "see <https://x.org|x.org> 3pm", ""),
        ("add <mailto:rema@x.org|rema@x.org>", "add <mailto:rema@x.org|rema@x.org>", ""),
        ("<@U2|bob> at <!date^1^{time}|3pm>", "<@U2|bob> at <!date^1^{time}|3pm>", ""),
    ],
)
def test_labels_that_others_may_have_written_are_not_typed(text: str, own: str, quoted: str) -> None:
    assert split_labels(text) == SplitMessage(own, quoted)
