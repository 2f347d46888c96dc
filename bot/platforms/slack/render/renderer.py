"""From a reply to Block Kit: pure, total, and always inside Slack's limits.

What is too long is cut, what is too much is counted, what cannot be shown is left out; nothing is raised.
"""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import count
from typing import Any

from bot.chat.reply import Button, Field, Form, Item, Reply, Tone
from bot.platforms.slack.render import tables
from bot.platforms.slack.render.elements import Block, element, elements, input_block, plain_text
from bot.platforms.slack.render.markup import (
    Look,
    campus_note,
    chunks,
    clipped,
    clipped_markup,
    escaped,
    literal,
    plain,
)

Payload = dict[str, Any]
FORM = "form"
RESULT = "result"
_SECTION, _FIELD, _CONTEXT, _TITLE, _FALLBACK = 3000, 2000, 2000, 150, 2500
_TEXT_BLOCKS, _FIELD_BLOCKS = 3, 3
_BUTTONS_A_ROW = 5
_MOST_ROWS_OF_BUTTONS = 3
_SIGNS = {Tone.DONE: "✅ ", Tone.BROKEN: "⚠️ "}


class Surface(StrEnum):
    """Where blocks go, which decides how many there may be and whether a table may be among them."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


_MOST_BLOCKS = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}


def message(reply: Reply, look: Look, more: Sequence[Button] = ()) -> Payload:
    """What a message says; `more` are buttons of the platform's own, such as Share."""
    told = blocks(reply, look, more=more)
    text = clipped(literal(fallback(reply, look)), _FALLBACK)
    return {"text": _whole_entities(text), "blocks": told or [_section(text)]}


def _whole_entities(text: str) -> str:
    """Cutting may have left half of an entity behind, which would be shown as it is."""
    start = text.rfind("&")
    return text if start < 0 or ";" in text[start:] else text[:start] + "…"


def fallback(reply: Reply, look: Look) -> str:
    """The whole reply as plain text, for notifications and screen readers."""
    parts = [reply.title, plain(reply.text, look)]
    parts += [f"{each.name}: {plain(each.value, look)}" for each in reply.fields]
    parts += [" ".join((plain(each.title, look), plain(each.detail, look))) for each in reply.items]
    return "\n".join(each.strip() for each in parts if each.strip()) or "Roomie"


def blocks(
    reply: Reply,
    look: Look,
    surface: Surface = Surface.MESSAGE,
    more: Sequence[Button] = (),
    most: int = 0,
    numbers: "count[int] | None" = None,
) -> list[Block]:
    """The blocks of a reply, at most `most` of them (what the surface takes, when not said)."""
    numbers = numbers or count()
    before = [*_heading(reply), *_text(reply, look), *_fields(reply.fields, look)]
    after = [*_table(reply, look, surface), *_buttons(reply, more, numbers), *_footer(reply, look)]
    most = most or _MOST_BLOCKS[surface]
    items = _items(reply.items, look, most - len(before) - len(after), numbers)
    return [*before, *items, *after][:most]


def _heading(reply: Reply) -> Iterator[Block]:
    if reply.title.strip():
        yield {"type": "header", "text": plain_text(_SIGNS.get(reply.tone, "") + reply.title, _TITLE)}


def _text(reply: Reply, look: Look) -> Iterator[Block]:
    sign = "" if reply.title.strip() else _SIGNS.get(reply.tone, "")
    for index, chunk in enumerate(chunks(reply.text, look, _SECTION - 10, _TEXT_BLOCKS)):
        if chunk.strip():
            yield _section((sign if index == 0 else "") + chunk)


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fields(fields: Sequence[Field], look: Look) -> Iterator[Block]:
    for start in range(0, min(len(fields), 10 * _FIELD_BLOCKS), 10):
        yield {"type": "section", "fields": [_field(each, look) for each in fields[start : start + 10]]}


def _field(field: Field, look: Look) -> Block:
    name = escaped(clipped(" ".join(field.name.replace("*", "").split()), 200))
    value = clipped_markup(field.value, look, _FIELD - len(name) - 10)
    return _mrkdwn(f"*{name or '—'}*\n{value if value.strip() else '—'}")


def _items(items: Sequence[Item], look: Look, room: int, numbers: "count[int]") -> list[Block]:
    """Items with all their buttons; when there is no room, with their first one; then fewer of them."""
    if not items:
        return []
    full = [block for each in items for block in _item(each, look, numbers)]
    if len(full) <= room:
        return full
    short = [_short_item(each, look, numbers) for each in items]
    if len(short) <= room:
        return short
    shown = max(room - 1, 0)
    return [*short[:shown], _note(f"… and {len(items) - shown} more. Say more precisely what you need.")][
        :room
    ]


def _item(item: Item, look: Look, numbers: "count[int]") -> Iterator[Block]:
    if len(item.buttons) <= 1:
        yield _short_item(item, look, numbers)
        return
    yield _section(_item_text(item, look))
    pressable = elements(item.buttons[:25], numbers)
    if pressable:
        yield {"type": "actions", "elements": pressable}


def _short_item(item: Item, look: Look, numbers: "count[int]") -> Block:
    told = _section(_item_text(item, look))
    first = element(item.buttons[0], numbers) if item.buttons else None
    return told | ({"accessory": first} if first else {})


def _item_text(item: Item, look: Look) -> str:
    title = clipped_markup(item.title, look, 600)
    detail = clipped_markup(item.detail, look, _SECTION - 700)
    return "\n".join(each for each in (title, detail) if each.strip()) or "—"


def _table(reply: Reply, look: Look, surface: Surface) -> Iterator[Block]:
    if reply.table is None:
        return
    draw = tables.native if surface is Surface.MESSAGE else tables.drawn
    block, left_out = draw(reply.table, look)
    if block is not None:
        yield block
    if left_out:
        yield _note(f"… and {left_out} more rows.")


def _note(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _buttons(reply: Reply, more: Sequence[Button], numbers: "count[int]") -> Iterator[Block]:
    """Rows of five, which is what a phone shows without folding them away."""
    pressable = elements((*reply.actions, *more), numbers)[: _BUTTONS_A_ROW * _MOST_ROWS_OF_BUTTONS]
    for start in range(0, len(pressable), _BUTTONS_A_ROW):
        yield {"type": "actions", "elements": pressable[start : start + _BUTTONS_A_ROW]}


def _footer(reply: Reply, look: Look) -> Iterator[Block]:
    said = clipped_markup(reply.footer, look, _CONTEXT)
    notes = [each for each in (said, literal(campus_note(reply, look))) if each.strip()]
    if notes:
        yield {"type": "context", "elements": [_mrkdwn(each) for each in notes]}


def form_view(form: Form, look: Look, origin: Payload | None = None) -> Payload:
    """The modal of a form. `origin` is what the adapter wants back with it, where it was opened from."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain_text(form.title, 24, "Roomie"),
        "submit": plain_text(form.submit, 24, "Send"),
        "close": plain_text("Close", 24),
        "blocks": _form_blocks(form, look) or [_section("—")],
        "private_metadata": private(form, origin or {}),
    }


def _form_blocks(form: Form, look: Look) -> list[Block]:
    seen: set[str] = set()
    told = []
    for each in form.inputs[:90]:
        block = input_block(each)
        if block is not None and block["block_id"] not in seen:
            seen.add(block["block_id"])
            told.append(block)
    if any(each["type"] == "input" and "picker" in each["element"]["type"] for each in told):
        told.append(_note(literal(f"Dates and times are campus time ({look.campus.key}).")))
    return told


def private(form: Form, origin: Payload) -> str:
    """What a modal carries for us; the origin gives way first, then the state."""
    for carried in ({"form": form.id, "state": form.state, **origin}, {"form": form.id, "state": form.state}):
        text = json.dumps(carried)
        if len(text) <= 3000:
            return text
    return "{}"


def result_view(reply: Reply, look: Look) -> Payload:
    """A reply inside a modal, where there is no message to put it in."""
    told = blocks(reply, look, Surface.MODAL)
    return {
        "type": "modal",
        "callback_id": RESULT,
        "title": plain_text("Roomie", 24),
        "close": plain_text("Close", 24),
        "blocks": told or [_section("—")],
    }


def home_view(replies: Sequence[Reply], look: Look) -> Payload:
    """App Home: several replies one beneath the other."""
    numbers = count()
    share = max(_MOST_BLOCKS[Surface.HOME] // max(len(replies), 1) - 1, 1)
    told: list[Block] = []
    for reply in replies:
        inside = blocks(reply, look, Surface.HOME, most=share, numbers=numbers)
        told += [{"type": "divider"}, *inside] if told and inside else inside
    return {"type": "home", "blocks": (told or [_section("—")])[: _MOST_BLOCKS[Surface.HOME]]}
