"""Text for terminals: times in the reader's zone, no control characters."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.chat.reply import Button, Choice, Inline, Reply, Text
from bot.platforms.text import plain_inline


class TerminalContext(Struct, frozen=True):
    """Zone of the times, and width of the screen in columns.

    Without a width the output is a pipe or a file: one line per item, tables with tabs, no wrapping.
    """

    zone: ZoneInfo
    now: datetime
    width: int | None = None
    colour: bool = False


class RenderedReply(Struct, frozen=True):
    """A reply as text, and its buttons in the order of their numbers."""

    text: str
    buttons: tuple[Button, ...]


def numbered_buttons(reply: Reply) -> tuple[Button, ...]:
    """The buttons in the order of their numbers; links have none."""
    of_items = [button for item in reply.items for button in item.buttons]
    return tuple(button for button in (*of_items, *flatten(reply.actions)) if not button.url)


def flatten(actions: Iterable[Button | Choice]) -> Iterator[Button]:
    """Buttons, and a menu's options as buttons."""
    for action in actions:
        if isinstance(action, Button):
            yield action
        else:
            yield from (Button(action.action, option.label, option.value) for option in action.options)


def safe_text(text: Text, context: TerminalContext) -> str:
    return "".join(safe_inline(each, context) for each in text)


def safe_inline(inline: Inline, context: TerminalContext) -> str:
    return strip_unsafe(plain_inline(inline, context.zone, context.now))


def strip_unsafe(text: str) -> str:
    """Replace control characters and bidirectional marks, which could rewrite the screen."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)
