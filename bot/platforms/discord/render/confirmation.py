"""Buttons that ask before they act: the first press turns them into the question."""

from collections.abc import Sequence

from bot.platforms.discord.render.components import (
    MAX_COMPONENTS,
    MAX_TEXT,
    count,
    replace_component,
    row,
    text,
    walk,
)
from bot.platforms.discord.render.custom_id import decode
from bot.platforms.discord.render.text import clip, to_markdown

LABEL, QUESTION = 80, 300
DANGER = 4
_APART = 98
"""The number that keeps an armed button apart from an equal one beside it."""


def with_confirmation(components: Sequence[object], custom_id: str, question: str) -> list[object]:
    """The message with that button asking; the question stands beneath where there is room for it."""
    wish = decode(custom_id)
    acts = wish.confirmed.encode(_APART) if wish else None
    label = clip(f"Sure? {_label_of(components, custom_id)}", LABEL)
    button = {"label": label, "style": DANGER, "custom_id": acts or custom_id}
    asking = replace_component(components, custom_id, button)
    line = to_markdown((question,), QUESTION)
    return [*asking, text(line)] if line.strip() and _has_room(asking, line) else asking


def confirmation_message(components: Sequence[object], custom_id: str, question: str) -> list[object]:
    """The question and its button alone, for one person's eyes, beside a message that others see too."""
    asking = with_confirmation(components, custom_id, "")
    before = {each.get("custom_id") for each in walk(components)}
    buttons = [each for each in walk(asking) if each.get("custom_id") not in before]
    return [text(to_markdown((question or "Are you sure?",), QUESTION) or "…"), row(buttons)]


def _label_of(components: Sequence[object], custom_id: str) -> str:
    found = (each for each in walk(components) if each.get("custom_id") == custom_id)
    return str(next(found, {}).get("label", ""))


def _has_room(components: Sequence[object], line: str) -> bool:
    length = sum(len(str(each.get("content") or "")) for each in walk(components))
    return count(components) < MAX_COMPONENTS and length + len(line) <= MAX_TEXT
