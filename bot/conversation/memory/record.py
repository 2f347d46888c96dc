"""An answer as it is remembered: its buttons in order, and what it was about."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct, field, to_builtins

from bot.chat.actions import Action
from bot.chat.reply import Bold, Button, ButtonStyle, Choice, Code, Reply, ReplyItem, Subject, Text, Tone
from core.names import one_line

_SHORTCUTS = frozenset(
    {
        Action.FREE_NOW,
        Action.HELP,
        Action.LOG_IN,
        Action.LOG_OUT,
        Action.MY_BOOKINGS,
        Action.MY_QUOTA,
        Action.OPEN_FORM,
        Action.WHO_AM_I,
    }
)
"""Buttons that lead on from any answer, and say nothing about this one."""
_WHICH = re.compile(r"\b(?:which|what|where|when|who|how)\b", re.IGNORECASE)
_MAX_ITEMS, _MAX_BUTTONS, _MAX_LABEL = 20, 12, 75


class RememberedButton(Struct, frozen=True):
    """What a press of the button would send, and the words on it."""

    action: str
    value: str
    label: str
    confirm: str = ""


class RememberedItem(Struct, frozen=True):
    """List item: its heading, and its buttons."""

    label: str
    buttons: tuple[RememberedButton, ...]


class RememberedAnswer(Struct, frozen=True):
    """The part of a reply that later words may refer to.

    `is_question`: `yes` presses the first of `buttons`. `is_choice`: words of a label press its button.
    """

    items: tuple[RememberedItem, ...] = ()
    buttons: tuple[RememberedButton, ...] = ()
    subject: Subject = field(default_factory=Subject)
    is_question: bool = False
    is_choice: bool = False
    shown_at: datetime | None = None
    """Known once it is recalled."""

    def pressable(self, *actions: str) -> tuple[RememberedButton, ...]:
        """All buttons of these actions; those of the list come last."""
        every = (*self.buttons, *(each for item in self.items for each in item.buttons))
        return tuple(each for each in every if each.action in actions)


def is_memorable(reply: Reply) -> bool:
    """Whether later words could refer to anything in a reply."""
    return (
        reply.subject is not None
        or any(item.buttons for item in reply.items)
        or any(True for _ in _own_buttons(reply.actions))
    )


def is_yes_no_question(reply: Reply) -> bool:
    """Whether a reply asks for a confirmation: its first button does what it asks about."""
    first = next(iter(reply.actions), None)
    return (
        not reply.items
        and reply.tone in {Tone.INFO, Tone.UNCLEAR}
        and isinstance(first, Button)
        and first.action not in _SHORTCUTS
        and first.style in {ButtonStyle.PRIMARY, ButtonStyle.DANGER}
        and _asks(reply)
        and _WHICH.search(_plain(reply.text)) is None
    )


def _asks(reply: Reply) -> bool:
    """Whether the text of a reply is a question."""
    return any(isinstance(each, str) and "?" in each for each in reply.text)


def remember_reply(reply: Reply) -> RememberedAnswer:
    """What of a reply is remembered."""
    return RememberedAnswer(
        tuple(_item(each) for each in reply.items[:_MAX_ITEMS]),
        tuple(_buttons(_own_buttons(reply.actions))),
        reply.subject or Subject(),
        is_yes_no_question(reply),
        reply.tone is Tone.UNCLEAR or (reply.tone is Tone.INFO and _asks(reply)),
    )


def _item(item: ReplyItem) -> RememberedItem:
    return RememberedItem(_plain(item.title)[:_MAX_LABEL], tuple(_buttons(item.buttons)))


def _own_buttons(actions: Iterable[Button | Choice]) -> Iterator[Button]:
    for each in actions:
        if isinstance(each, Button) and each.action not in _SHORTCUTS and not each.url and not each.opens:
            yield each


def _buttons(buttons: Iterable[Button]) -> list[RememberedButton]:
    usable = [each for each in buttons if not each.url and not each.opens]
    return [
        RememberedButton(each.action, each.value, each.label[:_MAX_LABEL], each.confirm)
        for each in usable[:_MAX_BUTTONS]
    ]


def _plain(text: Text) -> str:
    """The words of a heading, without times."""
    words = (each.text if isinstance(each, Bold | Code) else each for each in text)
    return one_line("".join(each for each in words if isinstance(each, str))).strip(" ·:,")


def encode_answer(answer: RememberedAnswer) -> str:
    stored = {name: value for name, value in to_builtins(answer).items() if name != "shown_at"}
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":"))


def decode_answer(payload: str) -> RememberedAnswer:
    """The answer from `encode_answer`'s text."""
    read = json.loads(payload)
    return RememberedAnswer(
        tuple(RememberedItem(each["label"], _decode_buttons(each["buttons"])) for each in read["items"]),
        _decode_buttons(read["buttons"]),
        Subject(**read["subject"]),
        read["is_question"],
        read["is_choice"],
    )


def _decode_buttons(read: list[dict[str, str]]) -> tuple[RememberedButton, ...]:
    return tuple(RememberedButton(**each) for each in read)
