"""Renders pictures as image blocks, or as bars of text."""

from collections.abc import Iterator
from typing import Any

from bot.chat.picture import Picture
from bot.pictures.alternative import short_alternative
from bot.pictures.text_bars import plain_bars
from bot.platforms.slack.render.markup import RenderContext, escape

_MAX_URL = 3000
MAX_ALTERNATIVE = 2000
_MAX_SECTION = 3000
_WIDTH = 38
"""Characters of a line in a code block on a phone."""


def picture_blocks(picture: Picture | None, context: RenderContext) -> Iterator[dict[str, Any]]:
    if picture is None:
        return
    url = context.picture_url(picture)
    if url and len(url) <= _MAX_URL:
        alternative = short_alternative(picture.alternative, MAX_ALTERNATIVE)
        yield {"type": "image", "image_url": url, "alt_text": alternative}
    elif not context.uploads_pictures:
        yield from bars_blocks(picture)


def bars_blocks(picture: Picture) -> Iterator[dict[str, Any]]:
    """Bars of text in a code block; none where they do not fit."""
    bars = escape(plain_bars(picture.timeline, _WIDTH)).replace("`", "'")
    text = f"```\n{bars}\n```"
    if bars and len(text) <= _MAX_SECTION:
        yield {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
