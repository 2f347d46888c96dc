"""Merges what a text says later into what it said before: the last word counts."""

import dataclasses
from collections.abc import Sequence

from msgspec.structs import replace

from bot.language.model.days import CalendarDay, Weekday, is_plain_weekday
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    Connective,
    DayItem,
    DayPart,
    DurationItem,
    Now,
    PlacedItem,
    TimeOffset,
    UnknownWord,
)
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.defaults import ParserDefaults
from bot.language.resolve.hour_candidates import hour_candidates


def is_empty(phrase: TimePhrase) -> bool:
    """Whether nothing of a time was said."""
    return not (has_day(phrase) or has_time_of_day(phrase) or phrase.duration or phrase.end_day)


def has_day(phrase: TimePhrase) -> bool:
    return phrase.day is not None or phrase.recurrence is not None


def has_time_of_day(phrase: TimePhrase) -> bool:
    return phrase.start is not None or phrase.end is not None or phrase.day_part is not None


def complete_ellipsis(items: Sequence[PlacedItem], before: Sequence[PlacedItem]) -> list[PlacedItem]:
    """Gives a number that stands alone the unit of what it corrects: `2 hours, no 3`, `12 march, no 13`."""
    placed = [each for each in items if not isinstance(each.item, Connective)]
    last = next(
        (each.item for each in reversed(before) if not isinstance(each.item, Connective | UnknownWord)), None
    )
    if len(placed) != 1 or not isinstance(placed[0].item, BareNumber):
        return list(items)
    number = placed[0].item
    if isinstance(last, BareNumber) and _is_ambiguous(before):
        return [PlacedItem(Connective.FOR, placed[0].start_index, placed[0].start_index), placed[0]]
    replacement: DurationItem | DayItem | BareNumber | None = None
    if isinstance(last, DurationItem):
        replacement = _scale_duration(last, number.value)
    elif isinstance(last, DayItem) and isinstance(last.day, CalendarDay) and number.clock.minute == 0:
        replacement = DayItem(replace(last.day, day=number.value)) if 1 <= number.value <= 31 else None
    elif isinstance(last, ClockTime | BareNumber) and not _has_bound(items):
        return [replace(placed[0], item=number.clock)]
    if replacement is None:
        return list(items)
    return [replace(placed[0], item=replacement)]


def _has_bound(items: Sequence[PlacedItem]) -> bool:
    return any(each.item in {Connective.BEFORE, Connective.UNTIL, Connective.BY} for each in items)


def _is_ambiguous(before: Sequence[PlacedItem]) -> bool:
    """Whether the last number may be people or hours: `for 6`."""
    return len(before) > 1 and before[-2].item is Connective.FOR and isinstance(before[-1].item, BareNumber)


def _scale_duration(duration: DurationItem, number: int) -> DurationItem | None:
    """The duration of so many of the unit that the other one was said in."""
    if duration.months:
        return DurationItem(months=number)
    if duration.days:
        return DurationItem(days=number * (7 if duration.days % 7 == 0 else 1))
    return DurationItem(minutes=number if number >= 10 or duration.minutes < 60 else number * 60)


def merge_correction(
    base: TimePhrase,
    over: TimePhrase,
    defaults: ParserDefaults,
    *,
    is_repair: bool = False,
    is_bound: bool = False,
) -> TimePhrase:
    """The phrase with the fields that the correction names: an hour keeps the day, a day keeps the hour."""
    merged = replace(
        base,
        has_invalid_time=over.has_invalid_time or (base.has_invalid_time and not has_time_of_day(over)),
        ambiguous_number=over.ambiguous_number or base.ambiguous_number,
        used_items=[],
    )
    if is_empty(over):
        return merged
    _merge_day(merged, over)
    if is_bound and over.start is not None and over.end is None:
        merged.start, merged.day_part = over.start, over.day_part
    else:
        _merge_time_of_day(merged, base, over, defaults, is_repair=is_repair)
    if is_bound and over.end is not None:
        merged.duration = base.duration
    if over.duration is not None:
        merged.duration = over.duration
        if over.end is None and merged.start is not None:
            merged.end = merged.end_day = None
    return merged


def _merge_day(merged: TimePhrase, over: TimePhrase) -> None:
    if over.recurrence is not None:
        merged.recurrence, merged.day = over.recurrence, over.day
        merged.recurrence_until = over.recurrence_until or merged.recurrence_until
    elif over.day is not None:
        if merged.recurrence is not None and merged.recurrence.weekdays and is_plain_weekday(over.day.day):
            weekdays = tuple(
                day.number for day in (over.day.day, *over.other_days) if isinstance(day, Weekday)
            )
            merged.recurrence = replace(merged.recurrence, weekdays=weekdays)
            return
        merged.recurrence, merged.recurrence_until = None, None
        over = _in_week_of(merged.day, over)
        merged.day, merged.other_days, merged.end_day = over.day, over.other_days, over.end_day
        if isinstance(merged.start, Now | TimeOffset):
            merged.start = None
    elif over.recurrence_until is not None:
        merged.recurrence_until = over.recurrence_until


def _in_week_of(day: DayItem | None, over: TimePhrase) -> TimePhrase:
    """`next tuesday, i mean wednesday`: a weekday stays in the week of the one it corrects."""
    if day is None or not isinstance(day.day, Weekday) or over.day is None or over.other_days:
        return over
    week = day.day.week_offset
    if week is None or not isinstance(over.day.day, Weekday) or not is_plain_weekday(over.day.day):
        return over
    return replace(
        over, day=DayItem(dataclasses.replace(over.day.day, week_offset=week), is_next=day.is_next)
    )


def _merge_time_of_day(
    merged: TimePhrase, base: TimePhrase, over: TimePhrase, defaults: ParserDefaults, *, is_repair: bool
) -> None:
    if over.start is not None:
        _replace_start(merged, base, over, defaults, is_repair=is_repair)
    elif over.end is not None or (over.end_day is not None and over.day is None):
        merged.end, merged.end_day = over.end, over.end_day
        merged.day_part = over.day_part or base.day_part
        merged.duration = base.duration if base.start is None else None
    elif over.day_part is not None:
        merged.start, merged.end, merged.other_starts = None, None, []
        merged.day_part = over.day_part


def _replace_start(
    merged: TimePhrase, base: TimePhrase, over: TimePhrase, defaults: ParserDefaults, *, is_repair: bool
) -> None:
    merged.other_starts = over.other_starts
    start = over.start
    if over.end is None and over.duration is None and isinstance(start, ClockTime):
        if isinstance(base.end, ClockTime) and _corrects_end(base, start, defaults, is_repair=is_repair):
            merged.end = _like(start, base.end)
            return
        length = _length(base, defaults)
        if length is not None:
            merged.end, merged.duration = None, DurationItem(length)
    elif over.end is not None:
        merged.end, merged.end_day, merged.duration = over.end, over.end_day, over.duration
    elif over.duration is not None:
        merged.end = None
    merged.start = _like(start, base.start) if isinstance(start, ClockTime) and over.end is None else start
    if not isinstance(start, ClockTime):
        merged.day, merged.recurrence = over.day, over.recurrence
        merged.day_part = over.day_part
        return
    keeps_part = not start.is_24_hour and isinstance(over.end, ClockTime | None) and over.day is None
    merged.day_part = over.day_part or (base.day_part if keeps_part and _fits(base.day_part, start) else None)


def _fits(part: DayPart | None, start: ClockTime) -> bool:
    return part is not None and (part.name != "morning" or start.hour >= 7)


def _corrects_end(base: TimePhrase, clock: ClockTime, defaults: ParserDefaults, *, is_repair: bool) -> bool:
    """Whether an hour corrects the end, as the last that was said: `until 4, no 5`, `2-4, no 5`."""
    if base.start is None:
        return True
    if not is_repair or not isinstance(base.start, ClockTime) or not isinstance(base.end, ClockTime):
        return False
    one = hour_candidates(base, defaults, defaults.weekday_hours[1])
    other = hour_candidates(replace(base, end=_like(clock, base.end)), defaults, defaults.weekday_hours[1])
    return bool(one and other and other[0].end and one[0].end and one[0].end < other[0].end < 1440)


def _length(phrase: TimePhrase, defaults: ParserDefaults) -> int | None:
    """Minutes from start to end of a range of hours."""
    if phrase.end_day is not None or not isinstance(phrase.end, ClockTime):
        return None
    found = hour_candidates(phrase, defaults, defaults.weekday_hours[1])
    return found[0].end - found[0].start if found and found[0].end is not None else None


def _like(clock: ClockTime, other: object) -> ClockTime:
    """The clock time, with the am or pm that was typed with the other one: `7pm, no 8`."""
    if clock.is_24_hour or not isinstance(other, ClockTime) or other.meridiem is None:
        return clock
    minutes = clock.possible_minutes[other.meridiem == "pm"]
    if not 7 * 60 <= minutes <= 22 * 60:
        return clock
    return replace(clock, hour=minutes // 60, is_24_hour=True, meridiem=other.meridiem)
