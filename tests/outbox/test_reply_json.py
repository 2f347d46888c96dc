"""Encoding of replies in the outbox."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.reply import Audience, Bold, Code, Mention, Reply, TimeRange, Timestamp, TimestampStyle, Tone
from bot.chat.reply_json import decode_reply, encode_reply
from core.interval import Interval
from core.model import Identity
from tests.strategies import replies


@given(replies())
def test_replies_survive_encoding(reply: Reply):
    assert decode_reply(json.loads(json.dumps(encode_reply(reply)))) == reply


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "text", "title", "at"]), inner),
    max_leaves=8,
)


@given(_json)
def test_invalid_payloads_become_a_reply(value: object):
    assert isinstance(decode_reply(value), Reply)


STORED = {
    "type": "reply",
    "text": [
        "Booked ",
        {"type": "bold", "text": "Room K-J17-G01"},
        {"type": "stretch", "interval": {
            "type": "interval", "start": "2026-03-12T15:00:00+00:00", "end": "2026-03-12T16:00:00+00:00"}},
        {"type": "moment", "at": "2026-03-12T15:00:00+00:00", "style": "time"},
        {"type": "mention", "name": "Wil", "identity": "slack:T1:U2"},
        {"type": "code", "text": "/rooms mine"},
    ],
    "title": "",
    "tone": "confused",
    "fields": [{"type": "field", "name": "Groups", "value": ["student"]}],
    "items": [{"type": "item", "title": ["a"], "detail": [], "buttons": []}],
    "table": {"type": "table", "columns": ["Room"], "rows": [[["G01"]]]},
    "actions": [
        {"type": "button", "action": "cancel", "label": "Cancel", "value": "b1", "style": "danger",
         "confirm": "Give this booking up?", "opens": False, "url": ""},
        {"type": "choice", "action": "pick", "label": "Which?", "options": [
            {"type": "option", "label": "Quad", "value": "r1", "detail": ""}]},
    ],
    "footer": ["Booking 21cf0a17"],
    "audience": "asker",
    "replaces": True,
    "form": {"type": "form", "id": "book_form", "title": "Book", "inputs": [
        {"type": "input", "name": "when", "label": "When", "kind": "when", "value": "", "options": [],
         "placeholder": "", "hint": "", "required": True, "refreshes": False},
    ], "submit": "Book", "state": ""},
    "form_errors": {"when": "too late"},
    "code": "slot_taken",
}  # fmt: skip
"""As an earlier version stored it in the outbox."""


def test_a_reply_stored_by_an_earlier_version_is_decoded_in_full() -> None:
    reply = decode_reply(STORED)

    slot = Interval(datetime(2026, 3, 12, 15, tzinfo=UTC), datetime(2026, 3, 12, 16, tzinfo=UTC))
    assert reply.text == (
        "Booked ",
        Bold("Room K-J17-G01"),
        TimeRange(slot),
        Timestamp(slot.start, TimestampStyle.TIME),
        Mention("Wil", Identity("slack:T1:U2")),
        Code("/rooms mine"),
    )
    assert (reply.tone, reply.audience, reply.code) == (Tone.UNCLEAR, Audience.REQUESTER, "slot_taken")
    assert [type(each).__name__ for each in reply.actions] == ["Button", "Choice"]
    encoded = encode_reply(reply)
    for each in encoded["form"]["inputs"]:
        assert each.pop("source") == ""  # added since
    assert encoded.pop("picture") is None  # so was this
    assert encoded == STORED
