"""Text for Slack: words shown as they were typed, times in the reader's own zone, and nobody pinged."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.chat.reply import Bold, Code, Inline, Mention, Moment, Reply, Stretch, Style, Text

_BREAK = "\u200b"
_MARKS = re.compile(r"([*_~`])|(^[^\S\n]*>)|((?<!\d):(?=[\w+'-]+:))", re.MULTILINE)
_ELLIPSIS = "…"
_TO = "\u2013"


@dataclass(frozen=True, slots=True)
class Look:
    """How a reply looks to one reader: the campus's zone, the time now, and the reader's zone if known."""

    campus: ZoneInfo
    now: datetime
    reader_zone: str = ""


def escaped(text: str) -> str:
    """The characters Slack reads as control sequences, made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """The text as it is: no emphasis, no links, no emoji codes, no pings, when Slack reads it as mark-up.

    Slack has no escape for `*bold*` and the like; an invisible break beside each mark does it.
    """
    return escaped(_MARKS.sub(_broken, text))


def _broken(found: re.Match[str]) -> str:
    return f"{_BREAK}{found[0]}{_BREAK}"


def markup(text: Text, look: Look) -> str:
    return "".join(pieces(text, look))


def pieces(text: Text, look: Look) -> list[str]:
    """The mark-up of a text, cut where it may be cut."""
    return [_piece(each, look) for each in text]


def _piece(inline: Inline, look: Look) -> str:
    match inline:
        case str():
            return literal(inline)
        case Bold(text):
            return _wrapped(text, "*")
        case Code(text):
            return _wrapped(text, "`")
        case Moment():
            return _moment(inline, look)
        case Stretch():
            return _stretch(inline, look)
        case Mention(name):
            return literal(name)
        case _:
            assert_never(inline)


def _wrapped(text: str, mark: str) -> str:
    """Emphasis holds within a line, and not around blanks."""
    inside = escaped(" ".join(text.replace(mark, "'" if mark == "`" else "").split()))
    return f"{_BREAK}{mark}{inside}{mark}{_BREAK}" if inside else ""


_FORMATS = {
    Style.TIME: "{time}",
    Style.DATE: "{date_short_pretty}",
    Style.DATETIME: "{date_short_pretty}, {time}",
    Style.RELATIVE: "{date_short_pretty}, {time}",
}


def _moment(moment: Moment, look: Look) -> str:
    if moment.style is Style.RELATIVE:
        return _in_words(moment.at, look)
    return _date(moment.at, _FORMATS[moment.style], plain((moment,), look))


def _date(at: datetime, form: str, fallback: str) -> str:
    stamp = _unix(at)
    return f"<!date^{stamp}^{form}|{escaped(fallback)}>" if stamp > 0 else escaped(fallback)


def _unix(at: datetime) -> int:
    try:
        return int(at.timestamp())
    except (OverflowError, ValueError, OSError):
        return 0


def _stretch(stretch: Stretch, look: Look) -> str:
    start, end = stretch.interval.start, stretch.interval.end
    first = _date(start, _FORMATS[Style.DATETIME], _wall(start, look, "{0:%a} {0.day} {0:%b}, {0:%H:%M}"))
    same_day = _same_day(start, end, look)
    last = _FORMATS[Style.TIME if same_day else Style.DATETIME]
    wall = "{0:%H:%M}" if same_day else "{0:%a} {0.day} {0:%b}, {0:%H:%M}"
    return f"{first}{_TO}{_date(end, last, _wall(end, look, wall))}"


def _same_day(start: datetime, end: datetime, look: Look) -> bool:
    """In the reader's zone, which decides whether the second time needs a date."""
    zone = _zone(look.reader_zone) or look.campus
    try:
        return start.astimezone(zone).date() == end.astimezone(zone).date()
    except (OverflowError, ValueError):
        return False


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, LookupError):
        return None


def _wall(at: datetime, look: Look, form: str) -> str:
    try:
        return form.format(at.astimezone(look.campus))
    except (OverflowError, ValueError):
        return at.isoformat()


_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def _in_words(at: datetime, look: Look) -> str:
    try:
        seconds = round((at - look.now).total_seconds())
    except (OverflowError, TypeError):
        return _wall(at, look, "{0:%H:%M}")
    for length, name in _UNITS:
        count = abs(seconds) // length
        if count:
            span = f"{count} {name}{'s' if count > 1 else ''}"
            return f"in {span}" if seconds > 0 else f"{span} ago"
    return "now"


def plain(text: Text, look: Look) -> str:
    """The same without any mark-up, times on the campus's clock."""
    return "".join(_plain_piece(each, look) for each in text)


def _plain_piece(inline: Inline, look: Look) -> str:
    match inline:
        case str():
            return inline
        case Bold(text) | Code(text):
            return text
        case Mention(name):
            return name
        case Moment(at, Style.RELATIVE):
            return _in_words(at, look)
        case Moment(at, style):
            return _wall(at, look, _WALLS[style])
        case Stretch(interval):
            first = _wall(interval.start, look, _WALLS[Style.DATETIME])
            same_day = first[:-5] == _wall(interval.end, look, _WALLS[Style.DATETIME])[:-5]
            return (
                f"{first}{_TO}{_wall(interval.end, look, _WALLS[Style.TIME if same_day else Style.DATETIME])}"
            )
        case _:
            assert_never(inline)


_WALLS = {
    Style.TIME: "{0:%H:%M}",
    Style.DATE: "{0:%a} {0.day} {0:%b}",
    Style.DATETIME: "{0:%a} {0.day} {0:%b}, {0:%H:%M}",
    Style.RELATIVE: "{0:%H:%M}",
}


def clipped(text: str, most: int) -> str:
    """Plain text, cut with an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + _ELLIPSIS


def clipped_markup(text: Text, look: Look, most: int) -> str:
    """Mark-up that fits, cut between pieces or inside plain words, never inside a date or an entity."""
    return chunks(text, look, most, 1)[0]


def chunks(text: Text, look: Look, most: int, count: int) -> list[str]:
    """Mark-up in at most `count` stretches of at most `most` characters; the last shows when more was cut."""
    whole = markup(text, look)
    if len(whole) <= most:
        return [whole]
    room = most - len(_ELLIPSIS)
    full: list[str] = [""]
    for atom in _atoms(text, look):
        if len(full[-1]) + len(atom) > room:
            if len(full) == count or len(atom) > room:
                full[-1] += _ELLIPSIS
                return full
            full.append("")
        full[-1] += atom
    return full


def _atoms(text: Text, look: Look) -> Iterator[str]:
    for inline in text:
        if isinstance(inline, str):
            yield from _characters(literal(inline))
        else:
            yield _piece(inline, look)


_ENTITY = re.compile(r"&(?:amp|lt|gt);|.", re.DOTALL)


def _characters(text: str) -> Iterator[str]:
    return (found[0] for found in _ENTITY.finditer(text))


def campus_note(reply: Reply, look: Look) -> str:
    """Which zone the times are in, when there are any."""
    times = list(_times_of(reply))
    if not times:
        return ""
    reader = _zone(look.reader_zone)
    if reader is not None and _offset(reader, look) == _offset(look.campus, look):
        return f"{look.campus.key} time"
    whose = f"your zone, {look.reader_zone}" if reader is not None else "your own zone"
    if len(set(times)) == 1:
        return f"Shown in {whose}. On campus ({look.campus.key}): {plain((times[0],), look)}"
    return f"Times are shown in {whose}. The campus is on {look.campus.key} time."


def _offset(zone: ZoneInfo, look: Look) -> object:
    return look.now.astimezone(zone).utcoffset()


def _times_of(reply: Reply) -> Iterator[Moment | Stretch]:
    for inline in _inlines(reply):
        if isinstance(inline, Stretch) or (isinstance(inline, Moment) and inline.style is not Style.RELATIVE):
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
