"""Door codes: who checks in with the code that is shown at the door is there, or was a few minutes ago."""

import hmac
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import sha256

from msgspec import Struct

from core.model import Room, RoomId
from core.policy.rules import Rules

WINDOW = timedelta(minutes=5)
"""How long the same code is shown. It stays valid during the next window, for people who are slow."""
MAX_SKEW = timedelta(seconds=30)
"""How far the clocks of two of our processes may be apart."""
ALPHABET = "GHJKMNPQRSTVWXZ"
"""No vowels and no Y, so that no code is a word, nothing that looks like a digit, and no hexadecimal digit,
so that none is the id of a booking."""
LENGTH = 8
"""Characters. Of 15 ** 8 = 2.6 billion codes at most three are valid at once."""


def needs_door_code(room: Room, rules: Rules) -> bool:
    """Whether checking in to a room takes the code that is shown at the door."""
    names = (room.id, room.building_id)
    return any(fnmatchcase(name, each) for each in rules.door_code_rooms for name in names)


def normalize_code(typed: str) -> str:
    """A code as people type it (`kxpm-wrtq`, `KXPM WRTQ`), or as a link has it, in its one spelling."""
    return "".join(each for each in typed.upper() if each not in " -")


def format_code(code: str) -> str:
    """`KXPM WRTQ`, to be read from a display."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"


class DoorCodes(Struct, frozen=True):
    """Makes codes with the first of `secrets`, and verifies those of all; without any, no code is valid."""

    secrets: Sequence[bytes] = ()

    def current(self, room_id: RoomId, now: datetime) -> str:
        return door_code(self.secrets[0], room_id, _window(now))

    def is_valid(self, room_id: RoomId, typed: str, now: datetime) -> bool:
        """Whether this is a code of that room now, in constant time for any text."""
        code = normalize_code(typed).encode("utf-8", "replace")
        matches = [hmac.compare_digest(each.encode(), code) for each in self._valid(room_id, now)]
        return any(matches)

    def _valid(self, room_id: RoomId, now: datetime) -> Iterator[str]:
        windows = sorted({_window(now - WINDOW), _window(now), _window(now + MAX_SKEW)})
        for secret in self.secrets:
            for window in windows:
                yield door_code(secret, room_id, window)


def next_code_at(now: datetime) -> datetime:
    """When the next code will be shown."""
    return datetime.fromtimestamp((_window(now) + 1) * WINDOW.total_seconds(), now.tzinfo)


def door_code(secret: bytes, room_id: RoomId, window: int) -> str:
    """The code of a room in one window (HMAC-SHA256, its first 64 bits to the base of the alphabet)."""
    mac = hmac.new(secret, f"door code\n{window}\n{room_id}".encode(), sha256).digest()
    number, code = int.from_bytes(mac[:8], "big"), ""
    for _ in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        code += ALPHABET[index]
    return code


def _window(at: datetime) -> int:
    return int(at.timestamp() // WINDOW.total_seconds())
