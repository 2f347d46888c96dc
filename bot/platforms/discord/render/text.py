"""Renders text as Discord markdown within a length limit."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.chat.reply import Bold, Code, Inline, Mention, Text, TimeRange, Timestamp, TimestampStyle
from bot.platforms.discord.render.command_mentions import CommandLine
from bot.platforms.text import ELLIPSIS, UNNAMED
from core.interval import Interval

DASH = "\N{EN DASH}"
_LINK = re.compile(r"https?://[\w./%?&=+:-]+", re.ASCII)
_GUARD = "\0"
_ESCAPES = str.maketrans({each: f"\\{each}" for each in "\\*_~`|<>[]()#@"} | {_GUARD: "\\"})
_EMOJI = re.compile(r"(?<!\d):(?=[\w+-]+:)")
_AT_LINE_START = re.compile(r"(?m)^([^\S\n]*)([-+]|\d+(?=[.)]))")
_STYLES = {
    TimestampStyle.TIME: "t",
    TimestampStyle.DATE: "D",
    TimestampStyle.DATETIME: "F",
    TimestampStyle.RELATIVE: "R",
}
_DAY = timedelta(hours=24)


def to_markdown(text: Text, limit: int = 4000) -> str:
    """Markdown of at most `limit` characters; never cut within an escape, a timestamp or a link."""
    whole = "".join(escape(each) if isinstance(each, str) else _inline_markdown(each) for each in text)
    return whole if len(whole) <= limit else fit(_pieces(text), limit)


def fit(pieces: Iterable[str], limit: int) -> str:
    """Join as many whole pieces as fit; an ellipsis stands for the others."""
    taken: list[str] = []
    length = 0
    for piece in pieces:
        if length + len(piece) > limit:
            return _with_ellipsis(taken, length, limit)
        taken.append(piece)
        length += len(piece)
    return "".join(taken)


def _with_ellipsis(taken: list[str], length: int, limit: int) -> str:
    while taken and length + len(ELLIPSIS) > limit:
        length -= len(taken.pop())
    return "".join([*taken, ELLIPSIS]) if limit > 0 else ""


def _pieces(text: Text) -> Iterator[str]:
    for inline in text:
        if isinstance(inline, str):
            yield from _escaped_pieces(inline)
        else:
            yield _inline_markdown(inline)


def _inline_markdown(inline: Inline) -> str:
    match inline:
        case Timestamp(at, style):
            return timestamp(at, style)
        case TimeRange(interval):
            return _time_range(interval)
        case Bold(text):
            return _bold(text)
        case CommandLine(markdown=markdown) if markdown:
            return markdown
        case Code(text):
            return _code(text)
        case Mention():
            return _mention(inline)
    return escape(str(inline))


def timestamp(at: datetime, style: TimestampStyle = TimestampStyle.DATETIME) -> str:
    """Timestamp mark-up, which Discord shows in each reader's zone."""
    return f"<t:{int(at.timestamp())}:{_STYLES[style]}>"


def _time_range(interval: Interval) -> str:
    end = TimestampStyle.DATETIME if interval.duration >= _DAY else TimestampStyle.TIME
    return f"{timestamp(interval.start)}{DASH}{timestamp(interval.end, end)}"


def _bold(text: str) -> str:
    inside = escape(" ".join(text.split()))
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
    return escape(person.name or UNNAMED)


def escape(text: str) -> str:
    """Escape plain text, but not the links in it."""
    return "".join(_escaped_pieces(text)) if "://" in text else _guard(text).translate(_ESCAPES)


def _escaped_pieces(text: str) -> Iterator[str]:
    """The escaped text as single characters and whole links."""
    text, start = _guard(text), 0
    for link in _LINK.finditer(text):
        yield from map(_escape_character, text[start : link.start()])
        yield link.group()
        start = link.end()
    yield from map(_escape_character, text[start:])


def _guard(text: str) -> str:
    """Put a guard, later a backslash, before what only its place makes mark-up: lists and emoji."""
    return _EMOJI.sub(f"{_GUARD}:", _AT_LINE_START.sub(_mark_list_item, text))


def _mark_list_item(match: re.Match[str]) -> str:
    """Insert a guard, later a backslash, where a line would start a list."""
    space, mark = match.groups()
    return f"{space}{_GUARD}{mark}" if not mark.isdigit() else f"{space}{mark}{_GUARD}"


def _escape_character(character: str) -> str:
    return character.translate(_ESCAPES)
