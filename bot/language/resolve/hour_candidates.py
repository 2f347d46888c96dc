"""Which hours of a day a phrase can mean, the likelier first."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.grammar.phrase import Phrase
from bot.language.model.items import Clock, EndOfDay, Part
from bot.language.resolve.defaults import Conventions

_DAY = 24 * 60
_NOON = 12 * 60
_SMALL_HOURS = 5 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes into a day; `end` may run past midnight. `half` is the am or pm that was assumed."""

    start: int
    end: int | None = None
    seconds: float = 0
    half: str | None = None


def hours(phrase: Phrase, conventions: Conventions) -> list[Hours]:
    """All that the start and the end can mean on one day."""
    start = phrase.start
    if not isinstance(start, Clock):
        return []
    found = [
        Hours(minutes, end, start.seconds, _assumed_half(start, phrase, minutes))
        for minutes in _starts(start, phrase, conventions)
        for end in _ends(minutes, phrase, conventions)
    ]
    latest = conventions.latest_hour * 60
    early = [one for one in found if start.fixed or one.end is None or one.end <= latest or len(found) == 1]
    return early or found


def _assumed_half(start: Clock, phrase: Phrase, minutes: int) -> str | None:
    said_by_end = isinstance(phrase.end, Clock) and phrase.end.fixed
    if start.fixed or phrase.part is not None or said_by_end:
        return None
    return "am" if minutes < _NOON else "pm"


def _starts(start: Clock, phrase: Phrase, conventions: Conventions) -> list[int]:
    if phrase.part is not None and phrase.part.name != "day":
        return [_in_part(start, phrase.part.name)]
    if start.fixed:
        return list(start.halves)
    if isinstance(phrase.end, Clock) and phrase.end.fixed:
        return [_before_end(start, phrase.end)]
    if isinstance(phrase.end, Part):
        return [_before_minutes(start, conventions.parts[phrase.end.name][0] * 60)]
    first, last = conventions.earliest_hour * 60, conventions.latest_hour * 60
    return [minutes for minutes in start.halves if first <= minutes <= last] or list(start.halves[-1:])


def _in_part(clock: Clock, part: str) -> int:
    """`8 in the evening`, `midnight tonight`, `1am tomorrow night`."""
    late = part == "night"
    if clock.fixed:
        minutes = clock.halves[0]
        return minutes + _DAY if late and minutes < _SMALL_HOURS else minutes
    before_noon, after_noon = clock.halves
    if "morning" in part:
        return before_noon if clock.hour != 12 else after_noon
    if part == "lunch":
        return before_noon if before_noon >= 10 * 60 else after_noon
    if late:
        return before_noon + _DAY if before_noon < _SMALL_HOURS else after_noon
    return after_noon


def _before_end(start: Clock, end: Clock) -> int:
    """The half that the end lends, unless that turns the range round (`11-1pm`)."""
    return _before_minutes(start, end.halves[0])


def _before_minutes(start: Clock, end: int) -> int:
    earlier = [minutes for minutes in start.halves if minutes < end]
    return earlier[-1] if earlier else start.halves[-1]


def _ends(start: int, phrase: Phrase, conventions: Conventions) -> Iterator[int | None]:
    end = phrase.end
    if isinstance(end, Clock) and phrase.end_day is None:
        yield end_after(start, end)
    elif isinstance(end, Part):
        yield _next_day_if_before(
            conventions.parts[end.name][0] * 60 if end.name in conventions.parts else _DAY, start
        )
    elif isinstance(end, EndOfDay):
        yield _next_day_if_before(end_of(end, conventions), start)
    else:
        yield None


def end_after(start: float, end: Clock) -> int:
    """The first such time of day after the start."""
    for days in range(3):
        for minutes in end.halves:
            if minutes + days * _DAY > start:
                return minutes + days * _DAY
    return int(start) + _DAY


def end_of(end: EndOfDay, conventions: Conventions) -> int:
    if end.part is None:
        return conventions.latest_hour * 60
    return conventions.parts[end.part][1] * 60


def _next_day_if_before(minutes: int, start: int) -> int:
    return minutes if minutes > start else minutes + _DAY


def part_hours(part: Part, conventions: Conventions) -> tuple[int, int]:
    """First and last minute of a part of the day, or of half of it."""
    first, last = conventions.parts[part.name]
    middle = (first + last) * 30
    if part.half == "first":
        return first * 60, middle
    return (middle if part.half == "second" else first * 60), last * 60
