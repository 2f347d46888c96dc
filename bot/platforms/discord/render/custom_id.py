"""What a button remembers of its action, in the hundred characters that Discord gives it.

`b:book:v1` is a button, `m:book:` a menu whose picked option is the value. After the letter, `o` says that a
form will open, `c` that a press must be confirmed, and `~2` keeps two equal ones apart.
"""

import re
from dataclasses import dataclass, replace

MAX_LENGTH = 100
_PATTERN = r"(?P<kind>[bm])(?P<flags>o?c?)(?:~\d{1,2})?:(?P<action>[^:\n]{1,20}):(?P<value>[^\n]*)"
BUTTONS = re.compile(_PATTERN.replace("[bm]", "b"))
MENUS = re.compile(_PATTERN.replace("[bm]", "m"))
_ANY = re.compile(_PATTERN)


@dataclass(frozen=True, slots=True)
class CustomId:
    """An action, the value it is about, and how it wants to be treated."""

    action: str
    value: str = ""
    is_menu: bool = False
    opens: bool = False
    needs_confirmation: bool = False

    def encode(self, nth: int = 0) -> str | None:
        """The id of the nth component with this content; nothing when it cannot be said in a custom id."""
        flags = ("o" if self.opens else "") + ("c" if self.needs_confirmation else "")
        apart = f"~{nth}" if nth else ""
        text = f"{'m' if self.is_menu else 'b'}{flags}{apart}:{self.action}:{self.value}"
        return text if len(text) <= MAX_LENGTH and decode(text) == self else None

    @property
    def confirmed(self) -> "CustomId":
        return replace(self, needs_confirmation=False)


def decode(text: str) -> CustomId | None:
    """What a custom id says, or nothing when we did not make it."""
    match = _ANY.fullmatch(text)
    if match is None:
        return None
    flags = match["flags"]
    return CustomId(match["action"], match["value"], match["kind"] == "m", "o" in flags, "c" in flags)
