"""Lists the hours of a day that a phrase can mean, the likeliest first."""

from collections.abc import Iterator

from msgspec import Struct

from bot.language.model.items import ClockTime, DayPart, EndOfDay
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.defaults import ParserDefaults

_MINUTES_PER_DAY = 24 * 60
_NOON_MINUTES = 12 * 60
_NIGHT_END_MINUTES = 5 * 60


class HourCandidate(Struct, frozen=True):
    """Minutes into a day; `end` may lie past midnight. `assumed_meridiem` is the assumed am or pm."""

    start: int
    end: int | None = None
    assumed_meridiem: str | None = None


def clock_time(minutes: int) -> ClockTime:
    """The time of day that is these minutes after midnight."""
    return ClockTime(minutes // 60, minutes % 60, is_24_hour=True)


def hour_candidates(phrase: TimePhrase, defaults: ParserDefaults, closing: int) -> list[HourCandidate]:
    """All combinations of what start and end can mean on one day. `closing`: when the campus closes on it.

    Of a recurrence only the earliest: which one comes next must not depend on the time it was typed.
    """
    start = phrase.start
    if not isinstance(start, ClockTime):
        return []
    found = [
        HourCandidate(minutes, end, _assume_meridiem(start, phrase, minutes))
        for minutes in _start_candidates(start, phrase, defaults)
        for end in _end_candidates(minutes, phrase, defaults, closing)
    ]
    latest = defaults.latest_hour * 60
    early = [
        candidate
        for candidate in found
        if start.is_24_hour or candidate.end is None or candidate.end <= latest or len(found) == 1
    ]
    usable = early or found
    return usable[:1] if phrase.recurrence is not None else usable


def _assume_meridiem(start: ClockTime, phrase: TimePhrase, minutes: int) -> str | None:
    said_by_end = isinstance(phrase.end, ClockTime) and phrase.end.is_24_hour
    if start.is_24_hour or phrase.day_part is not None or said_by_end:
        return None
    return "am" if minutes < _NOON_MINUTES else "pm"


def _start_candidates(start: ClockTime, phrase: TimePhrase, defaults: ParserDefaults) -> list[int]:
    if phrase.day_part is not None and phrase.day_part.name != "day":
        return [_minutes_in_day_part(start, phrase.day_part.name)]
    if start.is_24_hour:
        return list(start.possible_minutes)
    if isinstance(phrase.end, ClockTime) and phrase.end.is_24_hour:
        return [_start_before_clock_time(start, phrase.end)]
    if isinstance(phrase.end, DayPart):
        return [_start_before_minutes(start, defaults.day_parts[phrase.end.name][0] * 60)]
    first, last = defaults.earliest_hour * 60, defaults.latest_hour * 60
    return [minutes for minutes in start.possible_minutes if first <= minutes <= last] or list(
        start.possible_minutes[-1:]
    )


def _minutes_in_day_part(clock: ClockTime, part: str) -> int:
    """`8 in the evening`, `midnight tonight`, `1am tomorrow night`."""
    is_night = part == "night"
    if clock.is_24_hour:
        minutes = clock.possible_minutes[0]
        return minutes + _MINUTES_PER_DAY if is_night and minutes < _NIGHT_END_MINUTES else minutes
    before_noon, after_noon = clock.possible_minutes
    if "morning" in part:
        return before_noon if clock.hour != 12 else after_noon
    if part == "lunch":
        return before_noon if before_noon >= 10 * 60 else after_noon
    if is_night:
        return before_noon + _MINUTES_PER_DAY if before_noon < _NIGHT_END_MINUTES else after_noon
    return after_noon


def _start_before_clock_time(start: ClockTime, end: ClockTime) -> int:
    """Takes am or pm from the end, unless the range would then end before it starts (`11-1pm`)."""
    return _start_before_minutes(start, end.possible_minutes[0])


def _start_before_minutes(start: ClockTime, end: int) -> int:
    earlier = [minutes for minutes in start.possible_minutes if minutes < end]
    return earlier[-1] if earlier else start.possible_minutes[-1]


def _end_candidates(
    start: int, phrase: TimePhrase, defaults: ParserDefaults, closing: int
) -> Iterator[int | None]:
    end = phrase.end
    if isinstance(end, ClockTime) and phrase.end_day is None:
        yield first_end_after(start, end)
    elif isinstance(end, DayPart):
        yield _roll_over_if_before(
            defaults.day_parts[end.name][0] * 60 if end.name in defaults.day_parts else _MINUTES_PER_DAY,
            start,
        )
    elif isinstance(end, EndOfDay):
        yield _roll_over_if_before(end_of_day_minutes(end, defaults, closing), start)
    else:
        yield None


def first_end_after(start: float, end: ClockTime) -> int:
    """The first such time of day after the start."""
    for days in range(3):
        for minutes in end.possible_minutes:
            if minutes + days * _MINUTES_PER_DAY > start:
                return minutes + days * _MINUTES_PER_DAY
    return int(start) + _MINUTES_PER_DAY


def end_of_day_minutes(end: EndOfDay, defaults: ParserDefaults, closing: int) -> int:
    if end.part is None:
        return closing
    return defaults.day_parts[end.part][1] * 60


def _roll_over_if_before(minutes: int, start: int) -> int:
    return minutes if minutes > start else minutes + _MINUTES_PER_DAY


def day_part_minutes(day_part: DayPart, defaults: ParserDefaults) -> tuple[int, int]:
    """First and last minute of a day part, or of half of it."""
    first, last = defaults.day_parts[day_part.name]
    middle = (first + last) * 30
    if day_part.half == "middle" and last - first > 2:
        return first * 60 + 60, last * 60 - 60
    if day_part.half == "first":
        return first * 60, middle
    return (middle if day_part.half == "second" else first * 60), last * 60
