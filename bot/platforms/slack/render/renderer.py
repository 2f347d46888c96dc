"""Renders replies as Block Kit within Slack's limits; a pure function that never raises.

Long texts are cut, surplus rows and items are counted, and what Slack would reject is left out.
"""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import count
from typing import Any

from bot.chat.reply import Button, Form, Reply, ReplyField, ReplyItem, Tone
from bot.platforms.slack.render import tables
from bot.platforms.slack.render.action_ids import input_id
from bot.platforms.slack.render.elements import VALUE, Block, element, elements, input_block, plain_text
from bot.platforms.slack.render.markup import (
    RenderContext,
    campus_note,
    chunks,
    clip_markup,
    escape,
    literal,
    plain,
)
from bot.platforms.slack.render.pictures import picture_blocks
from bot.platforms.text import ELLIPSIS, clip, clip_line

BlockKitPayload = dict[str, Any]
FORM = "form"
RESULT = "result"
SHARE_FORM = "share_form"
CHANNEL = "channel"
"""Name of the input for the channel to share in."""
_SECTION, _FIELD, _CONTEXT, _TITLE, _FALLBACK = 3000, 2000, 2000, 150, 2500
_TEXT_BLOCKS, _FIELD_BLOCKS = 3, 3
_BUTTONS_PER_ROW = 5
_MAX_BUTTON_ROWS = 3
_TONE_EMOJI = {Tone.DONE: "✅ ", Tone.FAILED: "⚠️ "}


class Surface(StrEnum):
    """Where blocks are shown; decides how many there can be and whether a table block is allowed."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


_MAX_BLOCKS = {Surface.MESSAGE: 50, Surface.MODAL: 100, Surface.HOME: 100}


def message(reply: Reply, context: RenderContext, more: Sequence[Button] = ()) -> BlockKitPayload:
    """The payload of a message; `more` are buttons that only Slack has, such as Share."""
    rendered = blocks(reply, context, more=more)
    text = clip(literal(fallback(reply, context)), _FALLBACK)
    return {"text": _whole_entities(text), "blocks": rendered or [_section(text)]}


def _whole_entities(text: str) -> str:
    """Drop half an entity at the end of a cut text, which Slack would show literally."""
    start = text.rfind("&")
    return text if start < 0 or ";" in text[start:] else text[:start] + ELLIPSIS


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
    max_blocks: int = 0,
    numbers: "count[int] | None" = None,
    *,
    names_zone: bool = True,
) -> list[Block]:
    """The blocks of a reply, at most `max_blocks`; 0 stands for the limit of the surface."""
    numbers = numbers or count()
    before = [*_heading(reply), *_text(reply, context), *_fields(reply.fields, context)]
    footer = _footer(reply, context, names_zone=names_zone)
    picture = picture_blocks(reply.picture, context)
    after = [*picture, *_table(reply, context, surface), *_buttons(reply, more, numbers), *footer]
    limit = max_blocks or _MAX_BLOCKS[surface]
    items = _items(reply.items, context, limit - len(before) - len(after), numbers)
    return [*before, *items, *after][:limit]


def _heading(reply: Reply) -> Iterator[Block]:
    if reply.title.strip():
        yield {"type": "header", "text": plain_text(_TONE_EMOJI.get(reply.tone, "") + reply.title, _TITLE)}


def _text(reply: Reply, context: RenderContext) -> Iterator[Block]:
    emoji = "" if reply.title.strip() else _TONE_EMOJI.get(reply.tone, "")
    for index, chunk in enumerate(chunks(reply.text, context, _SECTION - 10, _TEXT_BLOCKS)):
        if chunk.strip():
            yield _section((emoji if index == 0 else "") + chunk)


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fields(fields: Sequence[ReplyField], context: RenderContext) -> Iterator[Block]:
    for start in range(0, min(len(fields), 10 * _FIELD_BLOCKS), 10):
        yield {"type": "section", "fields": [_field(each, context) for each in fields[start : start + 10]]}


def _field(field: ReplyField, context: RenderContext) -> Block:
    name = escape(clip_line(field.name.replace("*", ""), 200))
    value = clip_markup(field.value, context, _FIELD - len(name) - 10)
    return _mrkdwn(f"*{name or '—'}*\n{value if value.strip() else '—'}")


def _items(
    items: Sequence[ReplyItem], context: RenderContext, room: int, numbers: "count[int]"
) -> list[Block]:
    """Items with all their buttons; with the first one only, or fewer items, where there is no room."""
    if not items:
        return []
    full = [block for each in items for block in _item(each, context, numbers)]
    if len(full) <= room:
        return full
    short = [_short_item(each, context, numbers) for each in items]
    if len(short) <= room:
        return short
    shown = max(room - 1, 0)
    return [*short[:shown], _note(f"… and {len(items) - shown} more.")][:room]


def _item(item: ReplyItem, context: RenderContext, numbers: "count[int]") -> Iterator[Block]:
    if len(item.buttons) <= 1:
        yield _short_item(item, context, numbers)
        return
    yield _section(_item_text(item, context))
    buttons = elements(item.buttons[:25], numbers)
    if buttons:
        yield {"type": "actions", "elements": buttons}


def _short_item(item: ReplyItem, context: RenderContext, numbers: "count[int]") -> Block:
    section = _section(_item_text(item, context))
    button = element(item.buttons[0], numbers) if item.buttons else None
    return section | ({"accessory": button} if button else {})


def _item_text(item: ReplyItem, context: RenderContext) -> str:
    title = clip_markup(item.title, context, 600)
    detail = clip_markup(item.detail, context, _SECTION - 700)
    return "\n".join(each for each in (title, detail) if each.strip()) or "—"


def _table(reply: Reply, context: RenderContext, surface: Surface) -> Iterator[Block]:
    if reply.table is None:
        return
    render_table = tables.native_table if surface is Surface.MESSAGE else tables.monospace_table
    block, left_out = render_table(reply.table, context)
    if block is not None:
        yield block
    if left_out:
        yield _note(f"… and {left_out} more rows.")


def _note(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _buttons(reply: Reply, more: Sequence[Button], numbers: "count[int]") -> Iterator[Block]:
    """Rows of five: a phone folds away any more."""
    buttons = elements((*reply.actions, *more), numbers)[: _BUTTONS_PER_ROW * _MAX_BUTTON_ROWS]
    for start in range(0, len(buttons), _BUTTONS_PER_ROW):
        yield {"type": "actions", "elements": buttons[start : start + _BUTTONS_PER_ROW]}


def _footer(reply: Reply, context: RenderContext, *, names_zone: bool) -> Iterator[Block]:
    footer = clip_markup(reply.footer, context, _CONTEXT)
    zone = literal(campus_note([reply], context)) if names_zone else ""
    notes = [each for each in (footer, zone) if each.strip()]
    if notes:
        yield {"type": "context", "elements": [_mrkdwn(each) for each in notes]}


def form_view(form: Form, context: RenderContext, origin: BlockKitPayload | None = None) -> BlockKitPayload:
    """The modal of a form. `origin`: where it was opened, returned with its submission."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain_text(form.title, 24, "Roomie"),
        "submit": plain_text(form.submit, 24, "Send"),
        "close": plain_text("Close", 24),
        "blocks": _form_blocks(form, context) or [_section("—")],
        "private_metadata": private_metadata(form, origin or {}),
    }


def _form_blocks(form: Form, context: RenderContext) -> list[Block]:
    rendered: dict[str, Block] = {}
    for each in form.inputs[:90]:
        block = input_block(each)
        if block is not None:
            rendered.setdefault(block["block_id"], block)
    blocks = list(rendered.values())
    if any(each["type"] == "input" and "picker" in each["element"]["type"] for each in blocks):
        blocks.append(_note(literal(f"Dates and times are campus time ({context.campus.key}).")))
    return blocks


def private_metadata(form: Form, origin: BlockKitPayload) -> str:
    """Our state in a modal, at most 3,000 characters: the origin is dropped first, then everything."""
    for metadata in (
        {"form": form.id, "state": form.state, **origin},
        {"form": form.id, "state": form.state},
    ):
        text = json.dumps(metadata)
        if len(text) <= 3000:
            return text
    return "{}"


def share_view(metadata: str) -> BlockKitPayload:
    """The modal that asks for the channel in which something is shared."""
    block = {
        "type": "input",
        "block_id": input_id(CHANNEL),
        "label": plain_text("Channel", 24),
        "element": {
            "type": "conversations_select",
            "action_id": VALUE,
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
            "response_url_enabled": True,
        },
    }
    return {
        "type": "modal",
        "callback_id": SHARE_FORM,
        "title": plain_text("Share a booking", 24),
        "submit": plain_text("Share", 24),
        "close": plain_text("Cancel", 24),
        "blocks": [block],
        "private_metadata": metadata,
    }


def result_view(reply: Reply, context: RenderContext) -> BlockKitPayload:
    """The modal that shows a reply."""
    rendered = blocks(reply, context, Surface.MODAL)
    return {
        "type": "modal",
        "callback_id": RESULT,
        "title": plain_text("Roomie", 24),
        "close": plain_text("Close", 24),
        "blocks": rendered or [_section("—")],
    }


def home_view(replies: Sequence[Reply], context: RenderContext) -> BlockKitPayload:
    """App Home: several replies, separated by dividers, the zone of their times named once, below.

    The first reply has all the blocks that the others leave; they share up to two thirds.
    """
    numbers, total = count(), _MAX_BLOCKS[Surface.HOME]
    zone = literal(campus_note(replies, context))
    share = max(total * 2 // 3 // max(len(replies) - 1, 1) - 1, 1)

    def part(reply: Reply, limit: int) -> list[Block]:
        return blocks(reply, context, Surface.HOME, max_blocks=limit, numbers=numbers, names_zone=False)

    rest: list[Block] = []
    for reply in replies[1:]:
        shown = part(reply, share)
        rest += [{"type": "divider"}, *shown] if shown else []
    rest += [_note(zone)] if zone.strip() else []
    first = part(replies[0], max(total - len(rest), 1)) if replies else []
    rendered = [*first, *(rest if first else rest[1:])]
    return {"type": "home", "blocks": (rendered or [_section("—")])[:total]}
