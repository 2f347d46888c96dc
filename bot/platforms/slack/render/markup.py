"""Renders text as Slack's mrkdwn: typed text literally, times in the reader's zone, no mention pings."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.chat.reply import Bold, Code, Inline, Mention, Reply, Text, TimeRange, Timestamp, TimestampStyle
from bot.platforms.pictures import PictureUrl, no_url
from bot.platforms.text import ELLIPSIS, UNNAMED, format_time, is_same_day, plain_inline, plain_text
from core.interval import Interval
from core.model import Identity
from core.time_zones import find_time_zone

_BREAK = "\u200b"
_MARKS = re.compile(r"([*_~`])|(^[^\S\n]*>)|((?<!\d):(?=[\w+'-]+:))", re.MULTILINE)


class RenderContext(Struct, frozen=True):
    """What rendering depends on: the campus's zone, the current time, and the reader's zone if known.

    `picture_url` returns the URL of a picture, if Slack can fetch it. Without one, a picture is shown as bars
    of text, unless it follows as a file (`uploads_pictures`).
    """

    campus: ZoneInfo
    now: datetime
    reader_zone: str = ""
    picture_url: PictureUrl = no_url
    uploads_pictures: bool = False


def escape(text: str) -> str:
    """Escape the characters that begin Slack's control sequences."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Escape a text for mrkdwn: no emphasis, links, emoji codes or pings.

    Slack has no escape for `*bold*` and the like, so each mark is put between zero-width spaces.
    """
    return escape(_MARKS.sub(_break_mark, text))


def _break_mark(match: re.Match[str]) -> str:
    return f"{_BREAK}{match[0]}{_BREAK}"


def markup(text: Text, context: RenderContext) -> str:
    return "".join(pieces(text, context))


def pieces(text: Text, context: RenderContext) -> list[str]:
    """The mark-up of each part of a text."""
    return [_piece(each, context) for each in text]


def _piece(inline: Inline, context: RenderContext) -> str:
    match inline:
        case str():
            return literal(inline)
        case Bold(text):
            return _bold(text)
        case Code(text):
            return _code(text)
        case Timestamp():
            return _timestamp(inline, context)
        case TimeRange(interval):
            return _time_range(interval, context)
        case Mention(name, identity):
            return literal(name) if name else _mention(identity)
        case _:
            assert_never(inline)


def _mention(identity: Identity | None) -> str:
    """A user whose name only Slack knows, who is not notified of it in somebody else's messages."""
    platform, _, user = (identity or "").partition(":")
    user = user.rpartition(":")[2]
    return f"<@{user}>" if platform == "slack" and _USER.fullmatch(user) else UNNAMED


_USER = re.compile(r"[UW][A-Z0-9]+")


def _bold(text: str) -> str:
    """Bold works only within a line and around visible characters, else the text stays plain."""
    inside = literal(" ".join(text.split()))
    if not inside or inside.startswith(_BREAK) or inside.endswith(_BREAK):
        return inside
    return f"{_BREAK}*{inside}*{_BREAK}"


def _code(text: str) -> str:
    inside = escape(" ".join(text.replace("`", "'").split()))
    return f"{_BREAK}`{inside}`{_BREAK}" if inside else ""


_FORMATS = {
    TimestampStyle.TIME: "{time}",
    TimestampStyle.DATE: "{date_short_pretty}",
    TimestampStyle.DATETIME: "{date_short_pretty}, {time}",
    TimestampStyle.RELATIVE: "{date_short_pretty}, {time}",
}


def _timestamp(timestamp: Timestamp, context: RenderContext) -> str:
    fallback = plain_inline(timestamp, context.campus, context.now)
    if timestamp.style is TimestampStyle.RELATIVE:
        return fallback
    return _date(timestamp.at, timestamp.style, fallback)


def _date(at: datetime, style: TimestampStyle, fallback: str) -> str:
    """Slack's date token, shown in the reader's zone; `fallback` for old clients and e-mail."""
    stamp = _unix(at)
    return f"<!date^{stamp}^{_FORMATS[style]}|{escape(fallback)}>" if stamp > 0 else escape(fallback)


def _unix(at: datetime) -> int:
    try:
        return int(at.timestamp())
    except (OverflowError, ValueError, OSError):
        return 0


def _time_range(interval: Interval, context: RenderContext) -> str:
    """Two date tokens; the second names a date only where it differs in the reader's zone."""
    zone = find_time_zone(context.reader_zone) or context.campus
    end_style = TimestampStyle.TIME if is_same_day(interval, zone) else TimestampStyle.DATETIME
    start, end = (
        _date(at, style, format_time(at, style, context.campus))
        for at, style in ((interval.start, TimestampStyle.DATETIME), (interval.end, end_style))
    )
    return f"{start}–{end}"


def plain(text: Text, context: RenderContext) -> str:
    """The text without mark-up, in campus time."""
    return plain_text(text, context.campus, context.now)


def clip_markup(text: Text, context: RenderContext, limit: int) -> str:
    """Mark-up of at most `limit` characters, never cut inside a date token or an entity."""
    return chunks(text, context, limit, 1)[0]


def chunks(text: Text, context: RenderContext, limit: int, count: int) -> list[str]:
    """Mark-up in at most `count` chunks of at most `limit` characters; ends in an ellipsis if cut."""
    whole = markup(text, context)
    if len(whole) <= limit:
        return [whole]
    room = limit - len(ELLIPSIS)
    full: list[str] = [""]
    for atom in _atoms(text, context):
        if len(full[-1]) + len(atom) > room:
            if len(full) == count or len(atom) > room:
                full[-1] += ELLIPSIS
                return full
            full.append("")
        full[-1] += atom
    return full


def _atoms(text: Text, context: RenderContext) -> Iterator[str]:
    for inline in text:
        if isinstance(inline, str):
            yield from _characters(literal(inline))
        else:
            yield _piece(inline, context)


_ENTITY = re.compile(r"&(?:amp|lt|gt);|.", re.DOTALL)


def _characters(text: str) -> Iterator[str]:
    return (match[0] for match in _ENTITY.finditer(text))


def campus_note(replies: Sequence[Reply], context: RenderContext) -> str:
    """A note on the time zone, if the replies hold times."""
    times = [each for reply in replies for each in _times_of(reply)]
    if not times:
        return ""
    reader = find_time_zone(context.reader_zone)
    if reader is not None and _offset(reader, context) == _offset(context.campus, context):
        return f"{context.campus.key} time"
    shown_in = f"your zone, {context.reader_zone}" if reader is not None else "your own zone"
    if len(set(times)) == 1:
        return f"Shown in {shown_in}. On campus ({context.campus.key}): {plain((times[0],), context)}"
    return f"Times are shown in {shown_in}. The campus is on {context.campus.key} time."


def _offset(zone: ZoneInfo, context: RenderContext) -> object:
    return context.now.astimezone(zone).utcoffset()


def _times_of(reply: Reply) -> Iterator[Timestamp | TimeRange]:
    for inline in _inlines(reply):
        if isinstance(inline, TimeRange) or (
            isinstance(inline, Timestamp) and inline.style is not TimestampStyle.RELATIVE
        ):
            yield inline


def _inlines(reply: Reply) -> Iterator[Inline]:
    yield from reply.text
    for each in reply.fields:
        yield from each.value
    for item in reply.items:
        yield from (*item.title, *item.detail)
    for row in reply.table.rows if reply.table else ():
        for cell in row:
            yield from cell
    yield from reply.footer
