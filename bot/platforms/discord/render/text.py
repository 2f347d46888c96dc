"""Writing text for Discord: its mark-up, its timestamps, and never more than there is room for."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo

from bot.chat.reply import Bold, Code, Inline, Mention, Text, TimeRange, Timestamp, TimestampStyle
from core.interval import Interval

ELLIPSIS = "…"
DASH = "\N{EN DASH}"
_LINK = re.compile(r"https?://[\w./%?&=+:-]+", re.ASCII)
_SPECIAL = frozenset("\\*_~`|<>[]()#@")
_AT_LINE_START = re.compile(r"(?m)^([^\S\n]*)([-+]|\d+(?=[.)]))")
_STYLES = {
    TimestampStyle.TIME: "t",
    TimestampStyle.DATE: "D",
    TimestampStyle.DATETIME: "F",
    TimestampStyle.RELATIVE: "R",
}
_LONG = timedelta(hours=24)


def to_markdown(text: Text, room: int = 4000) -> str:
    """Text in Discord's mark-up, cut between characters when it is longer than `room`."""
    return fit(_pieces(text), room)


def fit(pieces: Iterable[str], room: int) -> str:
    """As many of the pieces as fit, none of them cut, with an ellipsis when some did not."""
    kept: list[str] = []
    length = 0
    for piece in pieces:
        if length + len(piece) > room:
            return _with_ellipsis(kept, length, room)
        kept.append(piece)
        length += len(piece)
    return "".join(kept)


def _with_ellipsis(kept: list[str], length: int, room: int) -> str:
    while kept and length + len(ELLIPSIS) > room:
        length -= len(kept.pop())
    return "".join([*kept, ELLIPSIS]) if room > 0 else ""


def _pieces(text: Text) -> Iterator[str]:
    for inline in text:
        if isinstance(inline, str):
            yield from escape(inline)
        else:
            yield _marked(inline)


def _marked(inline: Inline) -> str:
    match inline:
        case Timestamp(at, style):
            return timestamp(at, style)
        case TimeRange(interval):
            return _stretch(interval)
        case Bold(text):
            return _bold(text)
        case Code(text):
            return _code(text)
        case Mention():
            return _mention(inline)
    return "".join(escape(str(inline)))


def timestamp(at: datetime, style: TimestampStyle = TimestampStyle.DATETIME) -> str:
    """A moment that every reader sees in his own zone."""
    return f"<t:{int(at.timestamp())}:{_STYLES[style]}>"


def _stretch(interval: Interval) -> str:
    end = TimestampStyle.DATETIME if interval.duration >= _LONG else TimestampStyle.TIME
    return f"{timestamp(interval.start)}{DASH}{timestamp(interval.end, end)}"


def _bold(text: str) -> str:
    inside = "".join(escape(" ".join(text.split())))
    return f"**{inside}**" if inside else ""


def _code(text: str) -> str:
    inside = " ".join(text.split())
    if not inside:
        return ""
    return f"`` {inside.replace('``', '` `')} ``" if "`" in inside else f"`{inside}`"


def _mention(person: Mention) -> str:
    platform, _, user = (person.identity or "").partition(":")
    if platform == "discord" and user.isdigit() and user.isascii():
        return f"<@{user}>"
    return "".join(escape(person.name))


def escape(text: str) -> Iterator[str]:
    """Plain text, character by character, so that Discord shows it as it is; links stay whole."""
    text = _AT_LINE_START.sub(_guarded, text)
    start = 0
    for link in _LINK.finditer(text):
        yield from map(_shown, text[start : link.start()])
        yield link.group()
        start = link.end()
    yield from map(_shown, text[start:])


_GUARD = "\0"


def _guarded(match: re.Match[str]) -> str:
    """Marks what would begin a list, so that it gets its backslash."""
    space, mark = match.groups()
    return f"{space}{_GUARD}{mark}" if not mark.isdigit() else f"{space}{mark}{_GUARD}"


def _shown(character: str) -> str:
    if character == _GUARD:
        return "\\"
    return f"\\{character}" if character in _SPECIAL else character


def plain(text: Text, zone: tzinfo, room: int = 100) -> str:
    """Text where Discord allows no mark-up: labels, menus, fields of forms. Times are in `zone`."""
    return clip("".join(_plain(inline, zone) for inline in text), room)


def clip(text: str, room: int) -> str:
    """One line of at most `room` characters."""
    line = " ".join(text.split())
    return line if len(line) <= room else line[: room - 1].rstrip() + ELLIPSIS


def _plain(inline: Inline, zone: tzinfo) -> str:
    match inline:
        case Timestamp(at, style):
            return _clock(at, style, zone)
        case TimeRange(interval):
            return plain_time_range(interval, zone)
        case Bold(text) | Code(text):
            return text
        case Mention(name):
            return name
    return str(inline)


def plain_time_range(interval: Interval, zone: tzinfo) -> str:
    end = TimestampStyle.DATETIME if interval.duration >= _LONG else TimestampStyle.TIME
    return f"{_clock(interval.start, TimestampStyle.DATETIME, zone)}{DASH}{_clock(interval.end, end, zone)}"


def _clock(at: datetime, style: TimestampStyle, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    if style is TimestampStyle.TIME:
        return f"{local:%H:%M}"
    date = f"{local:%a} {local.day} {local:%b}"
    return date if style is TimestampStyle.DATE else f"{date} {local:%H:%M}"
