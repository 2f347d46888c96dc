"""Encrypts replies queued in the outbox, because some contain a login link or a society's token."""

import json
from collections.abc import Sequence

from bot.chat.reply import Reply
from bot.chat.reply_json import decode_reply, encode_reply
from bot.login.encryption import DecryptionFailed, seal_text, unseal_text


def seal_reply(reply: Reply, key: str, secrets: Sequence[bytes]) -> str:
    """Encrypts a reply as the payload of the message with this key."""
    return seal_text(json.dumps(encode_reply(reply), ensure_ascii=False), secrets, _purpose(key))


def unseal_reply(payload: str, key: str, secrets: Sequence[bytes]) -> Reply:
    """Decrypts a payload; returns a reply that says so if it cannot be read."""
    try:
        return decode_reply(json.loads(unseal_text(payload, secrets, _purpose(key)).text))
    except (DecryptionFailed, ValueError):
        return decode_reply(None)


def _purpose(key: str) -> str:
    return f"message {key}"
