"""Resolves a phrase to the time it means, seen from now."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.language.model.days import DayOffset, add_days, add_months
from bot.language.model.items import (
    ClockTime,
    DayItem,
    DayPart,
    EndOfDay,
    IsoTimestamp,
    MinuteOfHour,
    Now,
    SameTime,
    StartOfDay,
    TimeOffset,
)
from bot.language.model.reading import ProblemReason, TimeKind
from bot.language.model.time_phrase import EndItem, StartItem, TimePhrase
from bot.language.resolve import wall
from bot.language.resolve.candidates import resolve_clock_time, resolve_day, resolve_day_part
from bot.language.resolve.context import (
    Resolution,
    ResolutionContext,
    build_parsed_time,
    has_duration,
    requested_duration,
)
from bot.language.resolve.end_time import resolve_end
from bot.language.resolve.hour_candidates import clock_time, day_part_minutes
from bot.language.resolve.weekday_check import resolve_checked


def resolve_in_zone(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    """The time that a phrase means, or the problem with it; neither when the phrase is empty."""
    try:
        return resolve_checked(_prepare(phrase, context), context, _resolve_in_range)
    except (OverflowError, ValueError):  # beyond the end of the calendar
        return Resolution(problem_reason=ProblemReason.UNREADABLE)


def _resolve_in_range(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    return _check_range(_resolve(phrase, context), context)


def _prepare(phrase: TimePhrase, context: ResolutionContext) -> TimePhrase:
    """Replaces what depends on now or on the defaults: `the same time`, day order, whole days as parts."""
    if isinstance(phrase.start, SameTime):
        phrase.start = ClockTime(context.now.hour, context.now.minute, is_24_hour=True)
    _place_minutes(phrase, context)
    _place_edges(phrase, context)
    if phrase.day is not None and phrase.day.alternative is not None and not context.defaults.day_first:
        phrase.day = replace(phrase.day, day=phrase.day.alternative, alternative=phrase.day.day)
    if phrase.day_part is not None and phrase.day_part.name == "day":
        phrase.day_part = None
        phrase.day = phrase.day or (None if phrase.start else DayItem(DayOffset()))
    if isinstance(phrase.end, DayPart) and phrase.end.name == "day":
        phrase.end = EndOfDay()
    if phrase.day_part is not None and phrase.end is not None and phrase.start is None:
        first, _ = day_part_minutes(phrase.day_part, context.defaults)
        phrase.start = ClockTime(first // 60, first % 60, is_24_hour=True)
    return phrase


def _place_minutes(phrase: TimePhrase, context: ResolutionContext) -> None:
    """Replaces a minute without its hour by the next such time, seen from now or from the start."""
    now = ClockTime(context.now.hour, context.now.minute, is_24_hour=True)
    if isinstance(phrase.start, MinuteOfHour):
        phrase.start = _next_minute(phrase.start, now)
    if isinstance(phrase.end, MinuteOfHour):
        phrase.end = _next_minute(phrase.end, phrase.start if isinstance(phrase.start, ClockTime) else now)


def _next_minute(item: MinuteOfHour, after: ClockTime) -> ClockTime:
    hour = after.hour + (item.minute <= after.minute)
    return ClockTime(hour % 24 if after.is_24_hour else (hour - 1) % 12 + 1, item.minute, after.is_24_hour)


def _place_edges(phrase: TimePhrase, context: ResolutionContext) -> None:
    """Makes the end of a duration that counts back, or the first or last hour of a day, its start."""
    if phrase.start is not None and isinstance(phrase.edge, EndOfDay):
        phrase.end = phrase.end or phrase.edge
    if phrase.start is not None or phrase.end is not None:
        phrase.edge = None
    elif phrase.edge is not None:
        phrase.start = phrase.edge
    can_count = phrase.start is None and phrase.end_day is None and requested_duration(phrase) is not None
    phrase.counts_back = phrase.counts_back and can_count
    if phrase.counts_back:
        phrase.start, phrase.end = _as_start(phrase.end, context), None


def _as_start(end: EndItem | None, context: ResolutionContext) -> StartItem | None:
    if isinstance(end, DayPart):
        return clock_time(day_part_minutes(end, context.defaults)[0])
    return end


def _resolve(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    if isinstance(phrase.start, IsoTimestamp):
        return _resolve_timestamp(phrase, phrase.start, context)
    if isinstance(phrase.start, Now | TimeOffset):
        return _resolve_instant(phrase, context)
    if isinstance(phrase.start, ClockTime | StartOfDay | EndOfDay):
        return resolve_clock_time(phrase, context)
    if phrase.end is not None or phrase.end_day is not None:
        return _resolve_end_only(phrase, context)
    if phrase.day_part is not None:
        return resolve_day_part(phrase, phrase.day_part, context)
    if phrase.day is not None or phrase.recurrence is not None:
        return resolve_day(phrase, context)
    if phrase.duration is not None:
        return _resolve_duration(phrase, context)
    return Resolution(problem_reason=ProblemReason.UNREADABLE if phrase.has_invalid_time else None)


def _resolve_timestamp(phrase: TimePhrase, timestamp: IsoTimestamp, context: ResolutionContext) -> Resolution:
    start = _parse_timestamp(timestamp, context)
    end = resolve_end(phrase, start, context)
    if isinstance(phrase.end, IsoTimestamp):
        end = _parse_timestamp(phrase.end, context)
    return Resolution(build_parsed_time(start, end, phrase), () if end is not None else ("default duration",))


def _parse_timestamp(timestamp: IsoTimestamp, context: ResolutionContext) -> datetime:
    instant = datetime.fromisoformat(timestamp.iso).replace(second=0, microsecond=0)
    return instant.astimezone(context.zone)


def _resolve_instant(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    """Resolves `now` and `in 20 minutes`."""
    offset = phrase.start if isinstance(phrase.start, TimeOffset) else TimeOffset(timedelta())
    start = wall.add_elapsed(context.now, offset.offset)
    end = resolve_end(phrase, start, context)
    assumed = (*(("minutes",) if offset.is_unit_assumed else ()), *(() if end else ("default duration",)))
    return Resolution(build_parsed_time(start, end, phrase), assumed)


def _resolve_end_only(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    """Resolves a phrase that has only an end: it starts now, or on another day with the earliest hour."""
    if phrase.day is not None:
        if isinstance(phrase.day.day, DayOffset) and phrase.day.day == DayOffset():
            phrase = replace(phrase, day=None)
        else:
            found = resolve_clock_time(replace(phrase, start=StartOfDay()), context)
            if found.problem_reason is None:
                return replace(found, assumptions=("start", *found.assumptions))
            phrase = replace(phrase, day=None)
    end = resolve_end(replace(phrase, duration=None), context.now, context)
    if end is None:
        return Resolution(problem_reason=ProblemReason.UNREADABLE)
    return Resolution(build_parsed_time(context.now, end, phrase), ("start",))


def _resolve_duration(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    if phrase.duration is None or not phrase.duration.minutes:
        return resolve_day(replace(phrase, day=DayItem(DayOffset())), context)
    return Resolution(
        build_parsed_time(context.now, wall.add_elapsed(context.now, phrase.duration.as_timedelta), phrase),
        ("start",),
    )


def _check_range(resolution: Resolution, context: ResolutionContext) -> Resolution:
    """Refuses a time that does not end after it starts, that is past, or that is more than a year ahead."""
    if resolution.time is None or resolution.problem_reason is not None:
        return resolution
    if not has_duration(resolution.time):
        return Resolution(problem_reason=ProblemReason.END_NOT_AFTER_START)
    start = resolution.time.start
    if start < context.now and resolution.time.kind is not TimeKind.DAY:
        return Resolution(resolution.time, problem_reason=ProblemReason.PAST)
    last = start.date() if resolution.time.end is None else add_days(resolution.time.end.date(), -1)
    if max(start.date(), last) > add_months(context.today, 12):
        return Resolution(resolution.time, problem_reason=ProblemReason.TOO_FAR)
    return replace(resolution, alternatives=tuple(filter(has_duration, resolution.alternatives)))
