"""Alternative text of timelines: all that the picture shows, in sentences."""

from bot.chat.formatting import join_with_and
from bot.chat.picture import Bar, BarRow, TimeAxis, Timeline
from bot.pictures.fonts import drawable
from bot.pictures.palette import BAR_STYLES
from bot.pictures.timeline_parts import axis_words, clock, visible

MAX_LENGTH = 1000
"""Discord takes 1,024 characters, Slack 2,000."""


def alternative_text(timeline: Timeline) -> str:
    """The whole of it, however long."""
    head = ", ".join(filter(None, (timeline.title, timeline.subtitle)))
    rows = [_row_sentence(timeline, each) for each in timeline.rows]
    span = "" if timeline.dates else f", from {clock(timeline.start)} to {clock(timeline.end)}"
    return " ".join((f"{head}{span}.", *rows, *_now(timeline)))


def short_alternative(text: str, limit: int = MAX_LENGTH) -> str:
    """Whole sentences up to a limit; then says that the message has the rest."""
    if len(text) <= limit:
        return text
    rest = " The message has the rest."
    cut = text[: limit - len(rest)]
    end = cut.rfind(". ")
    return (cut[: end + 1] if end > 0 else cut) + rest


def _row_sentence(timeline: Timeline, row: BarRow) -> str:
    bars = sorted(visible(row.bars, timeline), key=lambda each: (each.start, each.end))
    what = "; ".join(_bar_words(timeline, each) for each in bars) or "nothing booked"
    opened = _open_words(timeline, row)
    is_only_day = len(timeline.rows) == 1 and timeline.axis is TimeAxis.DOWN
    name = "" if is_only_day else f"{drawable(row.label)}: "
    sentence = f"{name}{what}{opened}."
    return sentence[0].upper() + sentence[1:]


def _bar_words(timeline: Timeline, bar: Bar) -> str:
    """`09:00–11:00 COMP1511 LEC (class)`."""
    word, label = BAR_STYLES[bar.kind].word, drawable(bar.label)
    times = axis_words(timeline, bar.start, bar.end)
    return f"{times} {label} ({word})" if label and label.casefold() != word else f"{times} {word}"


def _open_words(timeline: Timeline, row: BarRow) -> str:
    """When it is open, where that is not all the time that is shown."""
    if timeline.dates:
        return ""
    shown = [
        (max(each.start, timeline.start), min(each.end, timeline.end))
        for each in row.open_times
        if each.start < timeline.end and each.end > timeline.start
    ]
    if shown == [(timeline.start, timeline.end)]:
        return ""
    times = join_with_and(f"{clock(start)}–{clock(end)}" for start, end in shown) if shown else ""
    return f"; open {times}" if times else "; not open"


def _now(timeline: Timeline) -> list[str]:
    now = next((row.now for row in timeline.rows if row.now is not None), None)
    if now is None or not timeline.start <= now <= timeline.end:
        return []
    return [f"It is {clock(now)} now."]
