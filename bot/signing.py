"""Signed links: content that anybody may read and only this server can make."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from msgspec import Struct

from core.localtime import epoch_day

_DAY_BYTES, _MAC_BYTES = 3, 16


class SignedToken(Struct, frozen=True):
    """A decoded token, to be verified before its content is used. `last_day` is in days since 1970."""

    content: bytes
    last_day: int
    _mac: bytes

    def is_signed(self, secrets: Sequence[bytes], purpose: str, bound_to: str = "") -> bool:
        """Whether one of the secrets has signed it for this purpose."""
        expected = (_sign(each, purpose, self.last_day, self.content, bound_to) for each in secrets)
        return any(hmac.compare_digest(each, self._mac) for each in expected)

    def is_expired(self, now: datetime) -> bool:
        return epoch_day(now.date()) > self.last_day


def make_token(secret: bytes, purpose: str, content: bytes, until: datetime, bound_to: str = "") -> str:
    """A token that works until the end of a day (UTC).

    `bound_to` is signed without being part of the token: what it is must be known again to verify it.
    """
    day = epoch_day(until.date())
    return _encode(_sign(secret, purpose, day, content, bound_to) + _day_bytes(day) + content)


def read_token(token: str) -> SignedToken | None:
    """None for what is no token, or one that is spelled in another way."""
    try:
        decoded = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    mac, dated = decoded[:_MAC_BYTES], decoded[_MAC_BYTES:]
    if len(dated) < _DAY_BYTES or _encode(decoded) != token:
        return None
    return SignedToken(dated[_DAY_BYTES:], int.from_bytes(dated[:_DAY_BYTES], "big"), mac)


def _encode(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _day_bytes(day: int) -> bytes:
    return day.to_bytes(_DAY_BYTES, "big")


def _sign(secret: bytes, purpose: str, day: int, content: bytes, bound_to: str) -> bytes:
    bound = f"\n{bound_to}" if bound_to else ""
    signed = purpose.encode() + b"\n" + _day_bytes(day) + content + bound.encode()
    return hmac.new(secret, signed, sha256).digest()[:_MAC_BYTES]
