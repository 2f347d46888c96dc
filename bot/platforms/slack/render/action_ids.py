"""Encodes actions in Slack's `action_id`, `block_id` and `value`.

`press.book.3` with the value `v1:…`: a kind, the action, and a number that makes the id unique in its view.
Buttons of old messages depend on this format.
"""

from msgspec import Struct

PRESS, OPEN, PICK, LINK, INPUT, SEARCH = "press", "open", "pick", "link", "in", "search"
SHARE = "share"
MAX_ID, MAX_VALUE, MAX_OPTION_VALUE = 255, 2000, 150
_VERSION = "v1:"


class PressedElement(Struct, frozen=True):
    """An action and its value; `opens`: the reply will be a form."""

    action: str
    value: str
    opens: bool = False


def action_id(kind: str, action: str, number: int) -> str:
    return f"{kind}.{action}.{number}"


def wrap(value: str) -> str:
    return _VERSION + value


def decode(action_id: str, value: str) -> PressedElement | None:
    """The action of a pressed button or a menu; None for links and unknown ids."""
    kind, _, rest = action_id.partition(".")
    action, _, number = rest.rpartition(".")
    if (
        kind not in {PRESS, OPEN, PICK}
        or not action
        or not number.isdigit()
        or not value.startswith(_VERSION)
    ):
        return None
    return PressedElement(action, value.removeprefix(_VERSION), opens=kind == OPEN)


def input_id(name: str) -> str:
    return f"{INPUT}.{name}"


def input_name(block_id: str) -> str:
    return block_id.removeprefix(f"{INPUT}.")


def search_id(source: str) -> str:
    """The id of an input that searches a source, at most 255 characters."""
    return f"{SEARCH}.{source}"[:MAX_ID]


def searched_source(action_id: str) -> str:
    return action_id.removeprefix(f"{SEARCH}.")
