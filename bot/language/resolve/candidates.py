"""Resolves a phrase to the first upcoming time, day part or day it can mean, and to the alternatives."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.language.model.day_spans import skip_past_days
from bot.language.model.days import DateRange, DayExpression, Weekday, add_days, add_months, likeliest
from bot.language.model.items import DayItem, DayPart, EndOfDay, StartOfDay
from bot.language.model.reading import ParsedTime, ProblemReason, TimeKind
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve import wall
from bot.language.resolve.context import (
    Resolution,
    ResolutionContext,
    build_parsed_time,
    clamp_to_now,
    is_to_come,
    requested_duration,
)
from bot.language.resolve.defaults import ParserDefaults
from bot.language.resolve.end_time import resolve_end_on_day
from bot.language.resolve.hour_candidates import (
    HourCandidate,
    clock_time,
    day_part_minutes,
    end_of_day_minutes,
    hour_candidates,
)
from bot.language.resolve.recurrence import build_recurrence_rule, is_recurrence_duration, occurrence_dates

_HALF_PREFIXES = {"first": "early", "middle": "mid", "second": "late"}
_EDGE_LENGTH = timedelta(hours=1)
_MAX_ALTERNATIVE_DISTANCE = timedelta(hours=12)
_MAX_DAYS_AHEAD = 21
_DATE_ORDER_NAMES = {True: "day first", False: "month first"}


def resolve_clock_time(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    times = list(_candidate_times(phrase, context))
    upcoming = [(time, hours) for time, hours in times if is_to_come(time, context)]
    if not upcoming:
        return (
            Resolution(times[0][0], problem_reason=ProblemReason.PAST)
            if times
            else Resolution(problem_reason=ProblemReason.UNREADABLE)
        )
    time, chosen = upcoming[0]
    alternatives = [
        alternative
        for alternative, _ in upcoming[1:]
        if alternative.start - time.start <= _MAX_ALTERNATIVE_DISTANCE
        and alternative.kind is time.kind
        and phrase.recurrence is None
    ]
    alternatives += _resolve_on_other_days(phrase, context, _first_time)
    alternatives += _resolve_other_starts(phrase, context)
    return Resolution(
        clamp_to_now(time, context),
        _list_assumptions(phrase, time, chosen.assumed_meridiem, context),
        _exclude_chosen(alternatives, time),
    )


def _candidate_times(
    phrase: TimePhrase, context: ResolutionContext
) -> Iterator[tuple[ParsedTime, HourCandidate]]:
    """All times that a clock time can mean, on each of its days."""
    for dates in _candidate_dates(phrase, context):
        opening, closing = context.opening_hours(dates.first)
        on_day = _place_opening_hours(phrase, opening, closing, context.defaults)
        for hours in hour_candidates(on_day, context.defaults, closing):
            yield _build_time(dates, hours, phrase, context), hours


def _place_opening_hours(
    phrase: TimePhrase, opening: int, closing: int, defaults: ParserDefaults
) -> TimePhrase:
    """Replaces a start at the opening or closing time by that of a day."""
    if isinstance(phrase.start, StartOfDay):
        return replace(phrase, start=clock_time(opening))
    if isinstance(phrase.start, EndOfDay):
        return replace(phrase, start=clock_time(end_of_day_minutes(phrase.start, defaults, closing)))
    return phrase


def _first_time(phrase: TimePhrase, context: ResolutionContext) -> ParsedTime | None:
    upcoming = (time for time, _ in _candidate_times(phrase, context) if is_to_come(time, context))
    return _first_upcoming(upcoming, context)


def _first_upcoming(upcoming: Iterator[ParsedTime], context: ResolutionContext) -> ParsedTime | None:
    first = next(upcoming, None)
    return clamp_to_now(first, context) if first is not None else None


def _list_assumptions(
    phrase: TimePhrase, time: ParsedTime, half: str | None, context: ResolutionContext
) -> tuple[str, ...]:
    said_no_day = phrase.day is None and phrase.recurrence is None
    assumed = (
        (half, half is not None),
        ("day", said_no_day),
        ("default duration", time.end is None and time.kind is TimeKind.INSTANT),
        (
            "next week",
            phrase.day is not None and phrase.day.is_next and _is_ambiguous_next(phrase.day, context),
        ),
        (
            _DATE_ORDER_NAMES[context.defaults.day_first],
            phrase.day is not None and phrase.day.alternative is not None,
        ),
    )
    return tuple(word for word, holds in assumed if holds and word)


def _is_ambiguous_next(item: DayItem, context: ResolutionContext) -> bool:
    if not isinstance(item.day, Weekday):
        return False
    upcoming = Weekday(item.day.number, includes_today=False)
    return next(likeliest(upcoming, context.today), None) != next(likeliest(item.day, context.today), None)


def _candidate_dates(phrase: TimePhrase, context: ResolutionContext) -> Iterator[DateRange]:
    """The days a phrase may mean, the likeliest first. Each costs a step of the budget."""
    for dates in _phrase_dates(phrase, context):
        context.budget.spend()
        if not context.excluded:
            yield dates
        else:
            yield from _leave_out_days(dates, phrase, context)


def _leave_out_days(dates: DateRange, phrase: TimePhrase, context: ResolutionContext) -> Iterator[DateRange]:
    """The date unless it is ruled out (`3pm but not today`); hours of several days begin on another one."""
    if phrase.day is None or phrase.recurrence is not None:
        if not context.excluded.has_day(dates.first):
            yield dates
        return
    first, days = dates.first, dates.days
    if phrase.start is not None or phrase.day_part is not None:
        while days > 1 and context.excluded.has_day(first):
            context.budget.spend()
            first, days = add_days(first, 1), days - 1
    yield DateRange(first, days)


def _phrase_dates(phrase: TimePhrase, context: ResolutionContext) -> Iterator[DateRange]:
    if phrase.recurrence is not None:
        yield from occurrence_dates(phrase, phrase.recurrence, context)
    elif phrase.day is not None:
        yield from skip_past_days(likeliest(phrase.day.day, context.today), context.today)
    else:
        for days in range(3 if not context.excluded else _MAX_DAYS_AHEAD):
            yield DateRange(add_days(context.today, days))


def _build_time(
    dates: DateRange, hours: HourCandidate, phrase: TimePhrase, context: ResolutionContext
) -> ParsedTime:
    start = context.local_instant(dates.first, hours.start)
    end: datetime | None
    if phrase.counts_back or phrase.edge is not None:
        start, end = _span_beside(start, phrase)
    else:
        end = _resolve_end(dates, hours, start, phrase, context)
    lasts_for_days = end is not None and wall.elapsed(start, end) > timedelta(days=1)
    recurrence = None if lasts_for_days else build_recurrence_rule(phrase, dates, start.date(), context)
    return replace(build_parsed_time(start, end, phrase), recurrence=recurrence)


def _span_beside(moment: datetime, phrase: TimePhrase) -> tuple[datetime, datetime]:
    """The duration that ends at a moment; the first or last hour of a day, or more if more is wanted."""
    length = requested_duration(phrase) or _EDGE_LENGTH
    if not phrase.counts_back:
        length = max(length, _EDGE_LENGTH)
    if isinstance(phrase.edge, StartOfDay):
        return moment, wall.add_elapsed(moment, length)
    return wall.add_elapsed(moment, -length), moment


def _resolve_end(
    dates: DateRange, hours: HourCandidate, start: datetime, phrase: TimePhrase, context: ResolutionContext
) -> datetime | None:
    if phrase.duration is not None and phrase.end is None and not is_recurrence_duration(phrase):
        end = wall.add_elapsed(start, phrase.duration.as_timedelta)
        return max(end, _last_end(start, phrase, context)) if phrase.is_after else end
    if hours.end is None:
        return resolve_end_on_day(phrase, phrase.end_day, start, context) if phrase.end_day else None
    end = context.local_instant(dates.first, hours.end)
    if wall.elapsed(start, end) <= timedelta():  # a clock change swallowed it
        end = wall.add_elapsed(start, timedelta(minutes=hours.end - hours.start))
    return end


def _last_end(start: datetime, phrase: TimePhrase, context: ResolutionContext) -> datetime:
    """Until when a time `after 4` may last: the end of its part of the day, or closing time."""
    closing = context.opening_hours(start.date())[1]
    if phrase.day_part is not None:
        closing = day_part_minutes(phrase.day_part, context.defaults)[1]
    return context.local_instant(start.date(), closing)


_FindFirst = Callable[[TimePhrase, ResolutionContext], ParsedTime | None]


def _resolve_on_other_days(
    phrase: TimePhrase, context: ResolutionContext, first: _FindFirst
) -> list[ParsedTime]:
    """The first upcoming time on each of the other days that the words may mean."""
    times = (
        first(replace(phrase, day=DayItem(day), other_days=[], other_starts=[]), context)
        for day in _resolve_other_days(phrase)
    )
    return [time for time in times if time is not None and is_to_come(time, context)]


def _resolve_other_days(phrase: TimePhrase) -> list[DayExpression]:
    if phrase.day is None:
        return []
    days = list(phrase.other_days)
    if phrase.day.is_next and isinstance(phrase.day.day, Weekday):
        days.append(Weekday(phrase.day.day.number, includes_today=False))
    if phrase.day.alternative is not None:
        days.append(phrase.day.alternative)
    return days


def _resolve_other_starts(phrase: TimePhrase, context: ResolutionContext) -> list[ParsedTime]:
    times = (_first_time(replace(phrase, start=start), context) for start in phrase.other_starts)
    return [time for time in times if time is not None]


def _exclude_chosen(times: Iterable[ParsedTime], chosen: ParsedTime) -> tuple[ParsedTime, ...]:
    return tuple(time for time in dict.fromkeys(times) if time != chosen)


def resolve_day_part(phrase: TimePhrase, day_part: DayPart, context: ResolutionContext) -> Resolution:
    times = list(_candidate_parts(phrase, day_part, context))
    upcoming = [time for time in times if _is_to_come(time, context)]
    if not upcoming:
        return Resolution(
            times[0] if times else None,
            problem_reason=ProblemReason.PAST if times else ProblemReason.UNREADABLE,
        )
    time = clamp_to_now(upcoming[0], context)
    alternatives = _resolve_on_other_days(
        phrase, context, lambda other, context: _first_part(other, day_part, context)
    )
    return Resolution(
        time, _list_assumptions(phrase, time, None, context), _exclude_chosen(alternatives, time)
    )


def _candidate_parts(phrase: TimePhrase, part: DayPart, context: ResolutionContext) -> Iterator[ParsedTime]:
    first, last = day_part_minutes(part, context.defaults)
    kind = TimeKind.RANGE if part.is_whole else TimeKind.PART
    name = None if part.is_whole else " ".join(filter(None, (_HALF_PREFIXES.get(part.half or ""), part.name)))
    for dates in _candidate_dates(phrase, context):
        start, end = context.local_instant(dates.first, first), context.local_instant(dates.first, last)
        recurrence = build_recurrence_rule(phrase, dates, dates.first, context)
        yield ParsedTime(kind, start, end, recurrence, day_part=name, duration=requested_duration(phrase))


def _is_to_come(time: ParsedTime, context: ResolutionContext) -> bool:
    return time.end is not None and time.end > context.now


def _first_part(phrase: TimePhrase, part: DayPart, context: ResolutionContext) -> ParsedTime | None:
    upcoming = (time for time in _candidate_parts(phrase, part, context) if _is_to_come(time, context))
    return _first_upcoming(upcoming, context)


def resolve_day(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    date_ranges = list(_candidate_dates(phrase, context))
    upcoming = _upcoming_dates(date_ranges, phrase, context)
    if not upcoming:
        past = _build_day(date_ranges[0], phrase, context) if date_ranges else None
        return Resolution(past, problem_reason=ProblemReason.PAST if past else ProblemReason.UNREADABLE)
    time = _build_day(upcoming[0], phrase, context)
    alternatives = [_build_day(dates, phrase, context) for dates in upcoming[1:] if _is_plain_weekday(phrase)]
    alternatives += _resolve_on_other_days(phrase, context, _first_day)
    return Resolution(
        time, _list_assumptions(phrase, time, None, context), _exclude_chosen(alternatives, time)
    )


def _upcoming_dates(
    date_ranges: list[DateRange], phrase: TimePhrase, context: ResolutionContext
) -> list[DateRange]:
    """The days not yet over, the likeliest first: on a Friday, `friday` is the next one."""
    upcoming = [dates for dates in date_ranges if dates.last >= context.today]
    if len(upcoming) > 1 and _is_plain_weekday(phrase) and upcoming[0].first == context.today:
        return upcoming[1:] + upcoming[:1]
    return upcoming


def _first_day(phrase: TimePhrase, context: ResolutionContext) -> ParsedTime | None:
    upcoming = _upcoming_dates(list(_candidate_dates(phrase, context)), phrase, context)
    return _build_day(upcoming[0], phrase, context) if upcoming else None


def _is_plain_weekday(phrase: TimePhrase) -> bool:
    return (
        phrase.recurrence is None
        and phrase.day is not None
        and isinstance(phrase.day.day, Weekday)
        and phrase.day.day.week_offset is None
    )


def _build_day(dates: DateRange, phrase: TimePhrase, context: ResolutionContext) -> ParsedTime:
    days = dates.days
    if phrase.duration is not None and not phrase.duration.minutes and not is_recurrence_duration(phrase):
        after_months = add_months(dates.first, phrase.duration.months)
        days = max((after_months - dates.first).days + phrase.duration.days, 1)
    start = context.local_instant(dates.first, 0)
    end = context.local_instant(add_days(dates.first, days), 0) if days > 1 else None
    recurrence = build_recurrence_rule(phrase, dates, dates.first, context) if phrase.recurrence else None
    return ParsedTime(TimeKind.DAY, start, end, recurrence, duration=requested_duration(phrase))
