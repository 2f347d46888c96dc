"""Plain text of a reply: times in one zone, clipping. For labels, code blocks, fallbacks and terminals."""

from datetime import datetime, tzinfo
from typing import assert_never

from bot.chat.reply import Bold, Code, Inline, Mention, Text, TimeRange, Timestamp, TimestampStyle
from core.interval import Interval

ELLIPSIS = "…"
UNNAMED = "someone"
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def plain_text(text: Text, zone: tzinfo, now: datetime | None = None) -> str:
    """The text without mark-up. Relative times need `now`, else they are written as date and time."""
    return "".join(plain_inline(each, zone, now) for each in text)


def plain_inline(inline: Inline, zone: tzinfo, now: datetime | None = None) -> str:
    match inline:
        case str():
            return inline
        case Bold(text) | Code(text):
            return text
        case Mention(name):
            return name or UNNAMED
        case Timestamp(at, TimestampStyle.RELATIVE) if now is not None:
            return format_relative(at, now)
        case Timestamp(at, style):
            return format_time(at, style, zone)
        case TimeRange(interval):
            return format_interval(interval, zone)
        case _:
            assert_never(inline)


def format_time(at: datetime, style: TimestampStyle, zone: tzinfo) -> str:
    """`15:00`, `Thu 12 Mar` or `Thu 12 Mar, 15:00`; ISO 8601 at the edges of the calendar."""
    try:
        local = at.astimezone(zone)
    except (OverflowError, ValueError):
        return at.isoformat()
    if style is TimestampStyle.TIME:
        return f"{local:%H:%M}"
    date = f"{local:%a} {local.day} {local:%b}"
    return date if style is TimestampStyle.DATE else f"{date}, {local:%H:%M}"


def format_interval(interval: Interval, zone: tzinfo) -> str:
    """`Thu 12 Mar, 15:00–17:00`, or `Thu 12 Mar, 22:00 – Fri 13 Mar, 02:00` over midnight."""
    start = format_time(interval.start, TimestampStyle.DATETIME, zone)
    if is_same_day(interval, zone):
        return f"{start}–{format_time(interval.end, TimestampStyle.TIME, zone)}"
    return f"{start} – {format_time(interval.end, TimestampStyle.DATETIME, zone)}"


def is_same_day(interval: Interval, zone: tzinfo) -> bool:
    """Whether an interval ends on the date on which it starts, in `zone`."""
    try:
        return interval.start.astimezone(zone).date() == interval.end.astimezone(zone).date()
    except (OverflowError, ValueError):
        return False


def format_relative(at: datetime, now: datetime) -> str:
    """`in 20 minutes`, `1 hour ago`, `now`; rounded to the minute, and down to one unit."""
    seconds = round((at - now).total_seconds() / 60) * 60
    for length, name in _UNITS:
        if count := abs(seconds) // length:
            span = f"{count} {name}{'s' if count > 1 else ''}"
            return f"in {span}" if seconds > 0 else f"{span} ago"
    return "now"


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where text was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def clip_line(text: str, limit: int) -> str:
    """One line of at most `limit` characters; runs of white space become one space."""
    return clip(" ".join(text.split()), limit)
