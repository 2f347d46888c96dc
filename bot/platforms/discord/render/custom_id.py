"""Encodes a button's action and value in a custom id of at most 100 characters.

`b:book:v1` is a button, `m:book:` a menu, whose picked option is the value. After the letter, `o` means
that a form opens, `c` that confirmation is needed, and `~2` distinguishes equal ones in a message.
"""

import re

from msgspec import Struct
from msgspec.structs import replace

MAX_LENGTH = 100
_MAX_NTH = 99
_ACTION = re.compile(r"[^:\n]{1,20}")
_PATTERN = rf"(?P<kind>[bm])(?P<flags>o?c?)(?:~\d{{1,2}})?:(?P<action>{_ACTION.pattern}):(?P<value>[^\n]*)"
BUTTONS = re.compile(_PATTERN.replace("[bm]", "b"))
MENUS = re.compile(_PATTERN.replace("[bm]", "m"))
_ANY = re.compile(_PATTERN)


class CustomId(Struct, frozen=True):
    """Action, value and flags of a button or menu."""

    action: str
    value: str = ""
    is_menu: bool = False
    opens: bool = False
    needs_confirmation: bool = False

    def encode(self, nth: int = 0) -> str | None:
        """The custom id of the nth component with this content; None when it does not fit."""
        flags = ("o" if self.opens else "") + ("c" if self.needs_confirmation else "")
        number = f"~{nth}" if nth else ""
        text = f"{'m' if self.is_menu else 'b'}{flags}{number}:{self.action}:{self.value}"
        is_readable = nth <= _MAX_NTH and "\n" not in self.value and _ACTION.fullmatch(self.action)
        return text if is_readable and len(text) <= MAX_LENGTH else None

    @property
    def confirmed(self) -> "CustomId":
        return replace(self, needs_confirmation=False)


def decode(text: str) -> CustomId | None:
    """Parse a custom id; None for one that `encode` did not make."""
    match = _ANY.fullmatch(text)
    if match is None:
        return None
    flags = match["flags"]
    return CustomId(match["action"], match["value"], match["kind"] == "m", "o" in flags, "c" in flags)
