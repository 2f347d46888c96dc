"""Marks of browsers in which somebody logged in by password before ("device cookies", as OWASP calls them).

A mark proves nothing about who somebody is. It gives their own account a count of wrong passwords apart from
that of strangers, and is good for nothing else. The cookie is sealed with the server's secret, so it can be
neither forged nor read, nor moved to another account.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.login.encryption import DecryptionFailed, decrypt, encrypt
from core.model.entities import PersonId
from core.policy.login import KNOWN_FOR

_PURPOSE = "device mark"
_MOST = 5
"""Accounts that one browser is marked for; those used last."""
_LONGEST_COOKIE = 2048


@dataclass(frozen=True, slots=True)
class DeviceMark:
    """One account's mark: `expires` in seconds since 1970, `stamp` of the password it had then."""

    person_id: int
    nonce: str
    expires: int
    stamp: str

    def key(self, stamp_now: str) -> str:
        """What wrong passwords with this mark count under.

        Marks from before the password changed share one key, so that nobody who once had the password can
        guess with as many as they collected.
        """
        return f"{self.person_id} {self.nonce if self.stamp == stamp_now else 'before'}"


_Marks = tuple[DeviceMark, ...]


class DeviceMarks:
    """Reads and writes the cookie."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def read(self, cookie: str, now: datetime) -> _Marks:
        """The marks that are ours and not over; none for anything else."""
        if not cookie or len(cookie) > _LONGEST_COOKIE:
            return ()
        try:
            content = decrypt(base64.urlsafe_b64decode(cookie), self._key, _PURPOSE)
            marks = msgspec.json.decode(content, type=_Marks)
        except (DecryptionFailed, ValueError, msgspec.MsgspecError):
            return ()
        return tuple(each for each in marks if each.expires > now.timestamp())

    def renewed(self, marks: _Marks, person_id: PersonId, stamp: str, now: datetime) -> str:
        """The cookie after this person's password was right in this browser."""
        own = next((each for each in marks if each.person_id == person_id and each.stamp == stamp), None)
        expires = int((now + KNOWN_FOR).timestamp())
        fresh = DeviceMark(person_id, own.nonce if own else secrets.token_hex(16), expires, stamp)
        others = [each for each in marks if each.person_id != person_id]
        content = msgspec.json.encode([fresh, *others][:_MOST])
        return base64.urlsafe_b64encode(encrypt(content, self._key, _PURPOSE)).decode()
