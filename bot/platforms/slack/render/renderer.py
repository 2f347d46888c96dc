"""From a reply to Block Kit: pure, total, and always inside Slack's limits.

What is too long is cut, what is too much is counted, what cannot be shown is left out; nothing is raised.
"""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import count
from typing import Any

from bot.chat.reply import Button, Form, Reply, ReplyField, ReplyItem, Tone
from bot.platforms.slack.render import tables
from bot.platforms.slack.render.elements import Block, element, elements, input_block, plain_text
from bot.platforms.slack.render.markup import (
    RenderContext,
    campus_note,
    chunks,
    clip,
    clip_markup,
    escape,
    literal,
    plain,
)

BlockKitPayload = dict[str, Any]
FORM = "form"
RESULT = "result"
_SECTION, _FIELD, _CONTEXT, _TITLE, _FALLBACK = 3000, 2000, 2000, 150, 2500
_TEXT_BLOCKS, _FIELD_BLOCKS = 3, 3
_BUTTONS_A_ROW = 5
_MAX_BUTTON_ROWS = 3
_TONE_EMOJI = {Tone.DONE: "✅ ", Tone.FAILED: "⚠️ "}


class Surface(StrEnum):
    """Where blocks go, which decides how many there may be and whether a table may be among them."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


_MAX_BLOCKS = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}


def message(reply: Reply, context: RenderContext, more: Sequence[Button] = ()) -> BlockKitPayload:
    """What a message says; `more` are buttons of the platform's own, such as Share."""
    told = blocks(reply, context, more=more)
    text = clip(literal(fallback(reply, context)), _FALLBACK)
    return {"text": _whole_entities(text), "blocks": told or [_section(text)]}


def _whole_entities(text: str) -> str:
    """Cutting may have left half of an entity behind, which would be shown as it is."""
    start = text.rfind("&")
    return text if start < 0 or ";" in text[start:] else text[:start] + "…"


def fallback(reply: Reply, context: RenderContext) -> str:
    """The whole reply as plain text, for notifications and screen readers."""
    parts = [reply.title, plain(reply.text, context)]
    parts += [f"{each.name}: {plain(each.value, context)}" for each in reply.fields]
    parts += [" ".join((plain(each.title, context), plain(each.detail, context))) for each in reply.items]
    return "\n".join(each.strip() for each in parts if each.strip()) or "Roomie"


def blocks(
    reply: Reply,
    context: RenderContext,
    surface: Surface = Surface.MESSAGE,
    more: Sequence[Button] = (),
    most: int = 0,
    numbers: "count[int] | None" = None,
) -> list[Block]:
    """The blocks of a reply, at most `most` of them (what the surface takes, when not said)."""
    numbers = numbers or count()
    before = [*_heading(reply), *_text(reply, context), *_fields(reply.fields, context)]
    after = [*_table(reply, context, surface), *_buttons(reply, more, numbers), *_footer(reply, context)]
    most = most or _MAX_BLOCKS[surface]
    items = _items(reply.items, context, most - len(before) - len(after), numbers)
    return [*before, *items, *after][:most]


def _heading(reply: Reply) -> Iterator[Block]:
    if reply.title.strip():
        yield {"type": "header", "text": plain_text(_TONE_EMOJI.get(reply.tone, "") + reply.title, _TITLE)}


def _text(reply: Reply, context: RenderContext) -> Iterator[Block]:
    sign = "" if reply.title.strip() else _TONE_EMOJI.get(reply.tone, "")
    for index, chunk in enumerate(chunks(reply.text, context, _SECTION - 10, _TEXT_BLOCKS)):
        if chunk.strip():
            yield _section((sign if index == 0 else "") + chunk)


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fields(fields: Sequence[ReplyField], context: RenderContext) -> Iterator[Block]:
    for start in range(0, min(len(fields), 10 * _FIELD_BLOCKS), 10):
        yield {"type": "section", "fields": [_field(each, context) for each in fields[start : start + 10]]}


def _field(field: ReplyField, context: RenderContext) -> Block:
    name = escape(clip(" ".join(field.name.replace("*", "").split()), 200))
    value = clip_markup(field.value, context, _FIELD - len(name) - 10)
    return _mrkdwn(f"*{name or '—'}*\n{value if value.strip() else '—'}")


def _items(
    items: Sequence[ReplyItem], context: RenderContext, room: int, numbers: "count[int]"
) -> list[Block]:
    """Items with all their buttons; when there is no room, with their first one; then fewer of them."""
    if not items:
        return []
    full = [block for each in items for block in _item(each, context, numbers)]
    if len(full) <= room:
        return full
    short = [_short_item(each, context, numbers) for each in items]
    if len(short) <= room:
        return short
    shown = max(room - 1, 0)
    return [*short[:shown], _note(f"… and {len(items) - shown} more. Say more precisely what you need.")][
        :room
    ]


def _item(item: ReplyItem, context: RenderContext, numbers: "count[int]") -> Iterator[Block]:
    if len(item.buttons) <= 1:
        yield _short_item(item, context, numbers)
        return
    yield _section(_item_text(item, context))
    pressable = elements(item.buttons[:25], numbers)
    if pressable:
        yield {"type": "actions", "elements": pressable}


def _short_item(item: ReplyItem, context: RenderContext, numbers: "count[int]") -> Block:
    told = _section(_item_text(item, context))
    first = element(item.buttons[0], numbers) if item.buttons else None
    return told | ({"accessory": first} if first else {})


def _item_text(item: ReplyItem, context: RenderContext) -> str:
    title = clip_markup(item.title, context, 600)
    detail = clip_markup(item.detail, context, _SECTION - 700)
    return "\n".join(each for each in (title, detail) if each.strip()) or "—"


def _table(reply: Reply, context: RenderContext, surface: Surface) -> Iterator[Block]:
    if reply.table is None:
        return
    draw = tables.native if surface is Surface.MESSAGE else tables.monospace_table
    block, left_out = draw(reply.table, context)
    if block is not None:
        yield block
    if left_out:
        yield _note(f"… and {left_out} more rows.")


def _note(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _buttons(reply: Reply, more: Sequence[Button], numbers: "count[int]") -> Iterator[Block]:
    """Rows of five, which is what a phone shows without folding them away."""
    pressable = elements((*reply.actions, *more), numbers)[: _BUTTONS_A_ROW * _MAX_BUTTON_ROWS]
    for start in range(0, len(pressable), _BUTTONS_A_ROW):
        yield {"type": "actions", "elements": pressable[start : start + _BUTTONS_A_ROW]}


def _footer(reply: Reply, context: RenderContext) -> Iterator[Block]:
    said = clip_markup(reply.footer, context, _CONTEXT)
    notes = [each for each in (said, literal(campus_note(reply, context))) if each.strip()]
    if notes:
        yield {"type": "context", "elements": [_mrkdwn(each) for each in notes]}


def form_view(form: Form, context: RenderContext, origin: BlockKitPayload | None = None) -> BlockKitPayload:
    """The modal of a form. `origin` is what the adapter wants back with it, where it was opened from."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain_text(form.title, 24, "Roomie"),
        "submit": plain_text(form.submit, 24, "Send"),
        "close": plain_text("Close", 24),
        "blocks": _form_blocks(form, context) or [_section("—")],
        "private_metadata": private(form, origin or {}),
    }


def _form_blocks(form: Form, context: RenderContext) -> list[Block]:
    seen: set[str] = set()
    told = []
    for each in form.inputs[:90]:
        block = input_block(each)
        if block is not None and block["block_id"] not in seen:
            seen.add(block["block_id"])
            told.append(block)
    if any(each["type"] == "input" and "picker" in each["element"]["type"] for each in told):
        told.append(_note(literal(f"Dates and times are campus time ({context.campus.key}).")))
    return told


def private(form: Form, origin: BlockKitPayload) -> str:
    """What a modal carries for us; the origin gives way first, then the state."""
    for carried in ({"form": form.id, "state": form.state, **origin}, {"form": form.id, "state": form.state}):
        text = json.dumps(carried)
        if len(text) <= 3000:
            return text
    return "{}"


def result_view(reply: Reply, context: RenderContext) -> BlockKitPayload:
    """A reply inside a modal, where there is no message to put it in."""
    told = blocks(reply, context, Surface.MODAL)
    return {
        "type": "modal",
        "callback_id": RESULT,
        "title": plain_text("Roomie", 24),
        "close": plain_text("Close", 24),
        "blocks": told or [_section("—")],
    }


def home_view(replies: Sequence[Reply], context: RenderContext) -> BlockKitPayload:
    """App Home: several replies one beneath the other."""
    numbers = count()
    share = max(_MAX_BLOCKS[Surface.HOME] // max(len(replies), 1) - 1, 1)
    told: list[Block] = []
    for reply in replies:
        inside = blocks(reply, context, Surface.HOME, most=share, numbers=numbers)
        told += [{"type": "divider"}, *inside] if told and inside else inside
    return {"type": "home", "blocks": (told or [_section("—")])[: _MAX_BLOCKS[Surface.HOME]]}
