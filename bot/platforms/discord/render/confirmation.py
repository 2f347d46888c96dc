"""Buttons that ask before they act: the first press turns them into the question."""

from collections.abc import Sequence

from bot.platforms.discord.render.components import (
    MOST_COMPONENTS,
    MOST_TEXT,
    changed,
    count,
    row,
    text,
    walked,
)
from bot.platforms.discord.render.custom_id import unpacked
from bot.platforms.discord.render.text import clipped, written

LABEL, QUESTION = 80, 300
DANGER = 4
_APART = 98
"""The number that keeps an armed button apart from an equal one beside it."""


def armed(components: Sequence[object], custom_id: str, question: str) -> list[object]:
    """The message with that button asking; the question stands beneath where there is room for it."""
    wish = unpacked(custom_id)
    acts = wish.confirmed.packed(_APART) if wish else None
    label = clipped(f"Sure? {_label_of(components, custom_id)}", LABEL)
    button = {"label": label, "style": DANGER, "custom_id": acts or custom_id}
    asking = changed(components, custom_id, button)
    line = written((question,), QUESTION)
    return [*asking, text(line)] if line.strip() and _has_room(asking, line) else asking


def asked_apart(components: Sequence[object], custom_id: str, question: str) -> list[object]:
    """The question and its button alone, for one person's eyes, beside a message that others see too."""
    asking = armed(components, custom_id, "")
    before = {each.get("custom_id") for each in walked(components)}
    buttons = [each for each in walked(asking) if each.get("custom_id") not in before]
    return [text(written((question or "Are you sure?",), QUESTION) or "…"), row(buttons)]


def _label_of(components: Sequence[object], custom_id: str) -> str:
    found = (each for each in walked(components) if each.get("custom_id") == custom_id)
    return str(next(found, {}).get("label", ""))


def _has_room(components: Sequence[object], line: str) -> bool:
    length = sum(len(str(each.get("content") or "")) for each in walked(components))
    return count(components) < MOST_COMPONENTS and length + len(line) <= MOST_TEXT
