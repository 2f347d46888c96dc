"""Buttons that need confirmation: the first press turns them into the question, the second acts."""

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
from bot.platforms.discord.render.text import to_markdown
from bot.platforms.text import clip_line

MAX_LABEL, MAX_QUESTION = 80, 300
DANGER = 4
_CONFIRMED_NUMBER = 98
"""Number in the custom id of a confirmed button: Discord refuses equal ids in one message."""


def with_confirmation(components: Sequence[object], custom_id: str, question: str) -> list[object]:
    """Turn the button into its question, which also appears as text where there is room."""
    decoded = decode(custom_id)
    confirmed = decoded.confirmed.encode(_CONFIRMED_NUMBER) if decoded else None
    label = clip_line(f"Sure? {_label_of(components, custom_id)}", MAX_LABEL)
    button = {"label": label, "style": DANGER, "custom_id": confirmed or custom_id}
    changed = replace_component(components, custom_id, button)
    line = to_markdown((question,), MAX_QUESTION)
    return [*changed, text(line)] if line.strip() and _has_room(changed, line) else changed


def confirmation_message(components: Sequence[object], custom_id: str, question: str) -> list[object]:
    """The question and its button alone, for an ephemeral message beside a public one."""
    changed = with_confirmation(components, custom_id, "")
    before = {each.get("custom_id") for each in walk(components)}
    buttons = [each for each in walk(changed) if each.get("custom_id") not in before]
    return [text(to_markdown((question or "Are you sure?",), MAX_QUESTION) or "…"), row(buttons)]


def _label_of(components: Sequence[object], custom_id: str) -> str:
    found = (each for each in walk(components) if each.get("custom_id") == custom_id)
    return str(next(found, {}).get("label", ""))


def _has_room(components: Sequence[object], line: str) -> bool:
    length = sum(len(str(each.get("content") or "")) for each in walk(components))
    return count(components) < MAX_COMPONENTS and length + len(line) <= MAX_TEXT
