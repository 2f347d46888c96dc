"""A reply's parts in plain characters: times in the reader's zone, nothing that could upset a terminal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat.reply import (
    Bold,
    Button,
    Choice,
    Code,
    Inline,
    Mention,
    Reply,
    Text,
    TimeRange,
    Timestamp,
    TimestampStyle,
)


@dataclass(frozen=True, slots=True)
class TerminalContext:
    """Where a reply is shown: the zone times are written in, and the screen's width in columns.

    Without a width it is no screen: a line each, tables with tabs, nothing wrapped.
    """

    zone: ZoneInfo
    now: datetime
    width: int | None = None
    colour: bool = False


@dataclass(frozen=True, slots=True)
class RenderedReply:
    """A reply as text, and what each number stands for, in order."""

    text: str
    buttons: tuple[Button, ...]


def numbered(reply: Reply) -> tuple[Button, ...]:
    """The buttons in the order in which they are numbered; links have no number."""
    placed = [button for item in reply.items for button in item.buttons]
    return tuple(button for button in (*placed, *flat(reply.actions)) if not button.url)


def flat(actions: Iterable[Button | Choice]) -> Iterator[Button]:
    """Buttons, and the options of a menu as buttons."""
    for action in actions:
        if isinstance(action, Button):
            yield action
        else:
            yield from (Button(action.action, option.label, option.value) for option in action.options)


def written(text: Text, context: TerminalContext) -> str:
    """A text in plain characters."""
    return "".join(inline(each, context) for each in text)


def inline(each: Inline, context: TerminalContext) -> str:
    match each:
        case str():
            return safe(each)
        case Bold(text) | Code(text):
            return safe(text)
        case Mention(name):
            return safe(name)
        case Timestamp():
            return _moment(each, context)
        case TimeRange(interval):
            return stretch(interval.start.astimezone(context.zone), interval.end.astimezone(context.zone))


def _moment(moment: Timestamp, context: TerminalContext) -> str:
    local = moment.at.astimezone(context.zone)
    match moment.style:
        case TimestampStyle.TIME:
            return f"{local:%H:%M}"
        case TimestampStyle.DATE:
            return day(local)
        case TimestampStyle.RELATIVE:
            return _relative(int((moment.at - context.now).total_seconds()) // 60)
        case _:
            return f"{day(local)}, {local:%H:%M}"


def _relative(minutes: int) -> str:
    count, unit = (abs(minutes), "minute") if abs(minutes) < 120 else (abs(minutes) // 60, "hour")
    said = f"{count} {unit}" + ("" if count == 1 else "s")
    return f"in {said}" if minutes >= 0 else f"{said} ago"


def day(local: datetime) -> str:
    """`Thu 12 Mar`."""
    return f"{local:%a} {local.day} {local:%b}"


def stretch(start: datetime, end: datetime) -> str:
    """`Thu 12 Mar, 15:00–17:00`; the second date too where the days differ."""
    if start.date() == end.date():
        return f"{day(start)}, {start:%H:%M}–{end:%H:%M}"
    return f"{day(start)}, {start:%H:%M} – {day(end)}, {end:%H:%M}"


def safe(text: str) -> str:
    """Without control characters and marks that reorder a line."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)
