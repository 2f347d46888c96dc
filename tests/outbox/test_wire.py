"""Encoding of replies in the outbox."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.reply import Reply
from bot.chat.reply_json import decode_reply, encode_reply
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
