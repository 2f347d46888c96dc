"""A day of a room as bars. Places are percentages of the drawing's width."""

from collections.abc import Iterable

from msgspec import Struct

_MIN_WIDTH = 0.4


class Occupation(Struct, frozen=True):
    """A stretch of time in which a room is taken. Times are seconds since 1970."""

    start: int
    end: int
    text: str
    is_own: bool = False
    is_closed: bool = False


class TimelineBar(Struct, frozen=True):
    """A bar from `x` on; `kind` is its class in the style sheet."""

    x: float
    width: float
    kind: str
    text: str


class DayTimeline(Struct, frozen=True):
    """The bars of a day, the hours below them, and where now is if that is in view."""

    bars: tuple[TimelineBar, ...]
    hours: tuple[tuple[float, str], ...]
    now: float | None
    description: str


def draw_timeline(
    occupations: Iterable[Occupation], span: tuple[int, int], now: int, labels: Iterable[tuple[int, str]]
) -> DayTimeline:
    """The timeline of a span of seconds; `labels` are instants with the words below them."""
    start, end = span
    shown = [each for each in occupations if each.start < end and each.end > start]
    bars = tuple(_bar(each, span) for each in shown)
    hours = tuple((_place(at, span), text) for at, text in labels if start <= at <= end)
    return DayTimeline(bars, hours, _place(now, span) if start <= now < end else None, _describe(shown))


def _bar(each: Occupation, span: tuple[int, int]) -> TimelineBar:
    first, last = _place(max(each.start, span[0]), span), _place(min(each.end, span[1]), span)
    kind = "closed" if each.is_closed else "mine" if each.is_own else "taken"
    return TimelineBar(first, round(max(last - first, _MIN_WIDTH), 2), kind, each.text)


def _place(at: int, span: tuple[int, int]) -> float:
    return round((at - span[0]) * 100 / max(span[1] - span[0], 1), 2)


def _describe(shown: list[Occupation]) -> str:
    """The bars in words."""
    return "; ".join(each.text for each in shown) if shown else "free all day"
