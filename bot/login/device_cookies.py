"""Device cookies (OWASP): mark browsers in which an account was logged in by password before.

A device mark does not authenticate. It only separates the account's failed passwords in this browser from
those of strangers. The cookie is encrypted with the server secret, so that it cannot be read, forged or moved
to another account.
"""

import base64
import secrets
from datetime import datetime

import msgspec
from msgspec import Struct

from bot.login.encryption import DecryptionFailed, decrypt, encrypt
from core.model import PersonId
from core.policy.login import KNOWN_FOR

_PURPOSE = "device mark"
_MAX_MARKS = 5
"""Accounts for each browser, the most recently used ones."""
_MAX_COOKIE_LENGTH = 2048


class DeviceMark(Struct, frozen=True):
    """One account's mark: `expires` in Unix time, `stamp` identifies the password at that time."""

    person_id: int
    nonce: str
    expires: int
    stamp: str

    def key(self, stamp_now: str) -> str:
        """The key under which failed passwords with this mark are counted.

        Marks from before a password change share one key; otherwise somebody who once knew the password could
        guess with every mark they had collected.
        """
        return f"{self.person_id} {self.nonce if self.stamp == stamp_now else 'before'}"


_Marks = tuple[DeviceMark, ...]


class DeviceMarks:
    """Encodes and decodes the cookie."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def read(self, cookie: str, now: datetime) -> _Marks:
        """The valid marks in a cookie; empty for a cookie that is not ours."""
        if not cookie or len(cookie) > _MAX_COOKIE_LENGTH:
            return ()
        try:
            content = decrypt(base64.urlsafe_b64decode(cookie), self._key, _PURPOSE)
            marks = msgspec.json.decode(content, type=_Marks)
        except (DecryptionFailed, ValueError, msgspec.MsgspecError):
            return ()
        return tuple(each for each in marks if each.expires > now.timestamp())

    def renewed(self, marks: _Marks, person_id: PersonId, stamp: str, now: datetime) -> str:
        """The new cookie after a successful password login in this browser."""
        own = next((each for each in marks if each.person_id == person_id and each.stamp == stamp), None)
        expires = int((now + KNOWN_FOR).timestamp())
        fresh = DeviceMark(person_id, own.nonce if own else secrets.token_hex(16), expires, stamp)
        others = [each for each in marks if each.person_id != person_id]
        content = msgspec.json.encode([fresh, *others][:_MAX_MARKS])
        return base64.urlsafe_b64encode(encrypt(content, self._key, _PURPOSE)).decode()
