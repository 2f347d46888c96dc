"""Text for Slack: words shown as they were typed, times in the reader's own zone, and nobody pinged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.chat.reply import Bold, Code, Inline, Mention, Reply, Text, TimeRange, Timestamp, TimestampStyle
from core.time_zones import find_time_zone

_BREAK = "\u200b"
_MARKS = re.compile(r"([*_~`])|(^[^\S\n]*>)|((?<!\d):(?=[\w+'-]+:))", re.MULTILINE)
_ELLIPSIS = "…"
_TO = "\u2013"


@dataclass(frozen=True, slots=True)
class RenderContext:
    """How a reply looks to one reader: the campus's zone, the time now, and the reader's zone if known."""

    campus: ZoneInfo
    now: datetime
    reader_zone: str = ""


def escape(text: str) -> str:
    """The characters Slack reads as control sequences, made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """The text as it is: no emphasis, no links, no emoji codes, no pings, when Slack reads it as mark-up.

    Slack has no escape for `*bold*` and the like; an invisible break beside each mark does it.
    """
    return escape(_MARKS.sub(_broken, text))


def _broken(found: re.Match[str]) -> str:
    return f"{_BREAK}{found[0]}{_BREAK}"


def markup(text: Text, context: RenderContext) -> str:
    return "".join(pieces(text, context))


def pieces(text: Text, context: RenderContext) -> list[str]:
    """The mark-up of a text, cut where it may be cut."""
    return [_piece(each, context) for each in text]


def _piece(inline: Inline, context: RenderContext) -> str:
    match inline:
        case str():
            return literal(inline)
        case Bold(text):
            return _wrapped(text, "*")
        case Code(text):
            return _wrapped(text, "`")
        case Timestamp():
            return _moment(inline, context)
        case TimeRange():
            return _stretch(inline, context)
        case Mention(name):
            return literal(name)
        case _:
            assert_never(inline)


def _wrapped(text: str, mark: str) -> str:
    """Emphasis holds within a line, and not around blanks."""
    inside = escape(" ".join(text.replace(mark, "'" if mark == "`" else "").split()))
    return f"{_BREAK}{mark}{inside}{mark}{_BREAK}" if inside else ""


_FORMATS = {
    TimestampStyle.TIME: "{time}",
    TimestampStyle.DATE: "{date_short_pretty}",
    TimestampStyle.DATETIME: "{date_short_pretty}, {time}",
    TimestampStyle.RELATIVE: "{date_short_pretty}, {time}",
}


def _moment(moment: Timestamp, context: RenderContext) -> str:
    if moment.style is TimestampStyle.RELATIVE:
        return _in_words(moment.at, context)
    return _date(moment.at, _FORMATS[moment.style], plain((moment,), context))


def _date(at: datetime, form: str, fallback: str) -> str:
    stamp = _unix(at)
    return f"<!date^{stamp}^{form}|{escape(fallback)}>" if stamp > 0 else escape(fallback)


def _unix(at: datetime) -> int:
    try:
        return int(at.timestamp())
    except (OverflowError, ValueError, OSError):
        return 0


def _stretch(stretch: TimeRange, context: RenderContext) -> str:
    start, end = stretch.interval.start, stretch.interval.end
    first = _date(
        start, _FORMATS[TimestampStyle.DATETIME], _wall(start, context, "{0:%a} {0.day} {0:%b}, {0:%H:%M}")
    )
    same_day = _same_day(start, end, context)
    last = _FORMATS[TimestampStyle.TIME if same_day else TimestampStyle.DATETIME]
    wall = "{0:%H:%M}" if same_day else "{0:%a} {0.day} {0:%b}, {0:%H:%M}"
    return f"{first}{_TO}{_date(end, last, _wall(end, context, wall))}"


def _same_day(start: datetime, end: datetime, context: RenderContext) -> bool:
    """In the reader's zone, which decides whether the second time needs a date."""
    zone = find_time_zone(context.reader_zone) or context.campus
    try:
        return start.astimezone(zone).date() == end.astimezone(zone).date()
    except (OverflowError, ValueError):
        return False


def _wall(at: datetime, context: RenderContext, form: str) -> str:
    try:
        return form.format(at.astimezone(context.campus))
    except (OverflowError, ValueError):
        return at.isoformat()


_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def _in_words(at: datetime, context: RenderContext) -> str:
    try:
        seconds = round((at - context.now).total_seconds())
    except (OverflowError, TypeError):
        return _wall(at, context, "{0:%H:%M}")
    for length, name in _UNITS:
        count = abs(seconds) // length
        if count:
            span = f"{count} {name}{'s' if count > 1 else ''}"
            return f"in {span}" if seconds > 0 else f"{span} ago"
    return "now"


def plain(text: Text, context: RenderContext) -> str:
    """The same without any mark-up, times on the campus's clock."""
    return "".join(_plain_piece(each, context) for each in text)


def _plain_piece(inline: Inline, context: RenderContext) -> str:
    match inline:
        case str():
            return inline
        case Bold(text) | Code(text):
            return text
        case Mention(name):
            return name
        case Timestamp(at, TimestampStyle.RELATIVE):
            return _in_words(at, context)
        case Timestamp(at, style):
            return _wall(at, context, _WALLS[style])
        case TimeRange(interval):
            first = _wall(interval.start, context, _WALLS[TimestampStyle.DATETIME])
            same_day = first[:-5] == _wall(interval.end, context, _WALLS[TimestampStyle.DATETIME])[:-5]
            style = TimestampStyle.TIME if same_day else TimestampStyle.DATETIME
            return f"{first}{_TO}{_wall(interval.end, context, _WALLS[style])}"
        case _:
            assert_never(inline)


_WALLS = {
    TimestampStyle.TIME: "{0:%H:%M}",
    TimestampStyle.DATE: "{0:%a} {0.day} {0:%b}",
    TimestampStyle.DATETIME: "{0:%a} {0.day} {0:%b}, {0:%H:%M}",
    TimestampStyle.RELATIVE: "{0:%H:%M}",
}


def clip(text: str, limit: int) -> str:
    """Plain text, cut with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _ELLIPSIS


def clip_markup(text: Text, context: RenderContext, limit: int) -> str:
    """Mark-up that fits, cut between pieces or inside plain words, never inside a date or an entity."""
    return chunks(text, context, limit, 1)[0]


def chunks(text: Text, context: RenderContext, limit: int, count: int) -> list[str]:
    """Mark-up in at most `count` stretches of at most `most` characters; the last shows when more was cut."""
    whole = markup(text, context)
    if len(whole) <= limit:
        return [whole]
    room = limit - len(_ELLIPSIS)
    full: list[str] = [""]
    for atom in _atoms(text, context):
        if len(full[-1]) + len(atom) > room:
            if len(full) == count or len(atom) > room:
                full[-1] += _ELLIPSIS
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
    return (found[0] for found in _ENTITY.finditer(text))


def campus_note(reply: Reply, context: RenderContext) -> str:
    """Which zone the times are in, when there are any."""
    times = list(_times_of(reply))
    if not times:
        return ""
    reader = find_time_zone(context.reader_zone)
    if reader is not None and _offset(reader, context) == _offset(context.campus, context):
        return f"{context.campus.key} time"
    whose = f"your zone, {context.reader_zone}" if reader is not None else "your own zone"
    if len(set(times)) == 1:
        return f"Shown in {whose}. On campus ({context.campus.key}): {plain((times[0],), context)}"
    return f"Times are shown in {whose}. The campus is on {context.campus.key} time."


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
