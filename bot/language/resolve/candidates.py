"""The coming time, part or day that a phrase can mean, and the others it might."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.language.grammar.phrase import TimePhrase
from bot.language.model.days import DateRange, DayExpression, Weekday, add_days, add_months, likeliest
from bot.language.model.items import ClockTime, DayItem, DayPart
from bot.language.model.reading import ParsedTime, ProblemReason, TimeKind
from bot.language.resolve import wall
from bot.language.resolve.context import (
    Resolution,
    ResolutionContext,
    build_parsed_time,
    clamp_to_now,
    is_past,
    requested_duration,
)
from bot.language.resolve.end_time import resolve_end_on_day
from bot.language.resolve.hour_candidates import HourCandidate, day_part_minutes, hour_candidates
from bot.language.resolve.recurrence import build_recurrence_rule, is_recurrence_duration, occurrence_dates

_HALF_PREFIXES = {"first": "early", "second": "late"}
_MAX_ALTERNATIVE_DISTANCE = timedelta(hours=12)
_DATE_ORDER_NAMES = {True: "day first", False: "month first"}


def resolve_clock_time(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    whens = list(_times(phrase, context))
    coming = [(when, one) for when, one in whens if not is_past(when.start, context)]
    if not coming:
        return (
            Resolution(whens[0][0], problem_reason=ProblemReason.PAST)
            if whens
            else Resolution(problem_reason=ProblemReason.UNREADABLE)
        )
    when, chosen = coming[0]
    others = [
        other
        for other, _ in coming[1:]
        if other.start - when.start <= _MAX_ALTERNATIVE_DISTANCE and phrase.recurrence is None
    ]
    others += _on_other_days(phrase, context, _first_time)
    others += _resolve_other_starts(phrase, context)
    return Resolution(
        clamp_to_now(when, context),
        _list_assumptions(phrase, when, chosen.assumed_meridiem, context),
        _exclude_chosen(others, when),
    )


def _times(phrase: TimePhrase, here: ResolutionContext) -> Iterator[tuple[ParsedTime, HourCandidate]]:
    """All that a clock time can mean, on each of its days."""
    options = hour_candidates(phrase, here.defaults)
    for stretch in _candidate_dates(phrase, here):
        for one in options:
            yield _build_time(stretch, one, phrase, here), one


def _first_time(phrase: TimePhrase, here: ResolutionContext) -> ParsedTime | None:
    coming = (when for when, _ in _times(phrase, here) if not is_past(when.start, here))
    return _started_first(coming, here)


def _started_first(coming: Iterator[ParsedTime], here: ResolutionContext) -> ParsedTime | None:
    first = next(coming, None)
    return clamp_to_now(first, here) if first is not None else None


def _list_assumptions(
    phrase: TimePhrase, when: ParsedTime, half: str | None, context: ResolutionContext
) -> tuple[str, ...]:
    said_no_day = phrase.day is None and phrase.recurrence is None
    assumed = (
        (half, half is not None),
        ("day", said_no_day),
        ("default duration", when.end is None and when.kind is TimeKind.INSTANT),
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
    coming = Weekday(item.day.number, includes_today=False)
    return next(likeliest(coming, context.today), None) != next(likeliest(item.day, context.today), None)


def _candidate_dates(phrase: TimePhrase, context: ResolutionContext) -> Iterator[DateRange]:
    """The days a phrase may mean, the likelier first; each that is weighed counts as a step."""
    for stretch in _said_stretches(phrase, context):
        context.budget.spend()
        yield stretch


def _said_stretches(phrase: TimePhrase, here: ResolutionContext) -> Iterator[DateRange]:
    if phrase.recurrence is not None:
        yield from occurrence_dates(phrase, phrase.recurrence, here)
    elif phrase.day is not None:
        yield from likeliest(phrase.day.day, here.today)
    else:
        for days in range(3):
            yield DateRange(add_days(here.today, days))


def _build_time(
    dates: DateRange, hours: HourCandidate, phrase: TimePhrase, context: ResolutionContext
) -> ParsedTime:
    start = context.local_instant(dates.first, hours.start + hours.seconds / 60)
    end = _resolve_end(dates, hours, start, phrase, context)
    length = requested_duration(phrase) if phrase.end is not None else None
    lasts_for_days = end is not None and end - start > timedelta(days=1)
    repeats = None if lasts_for_days else build_recurrence_rule(phrase, dates, start.date(), context)
    return replace(build_parsed_time(start, end), recurrence=repeats, duration=length)


def _resolve_end(
    dates: DateRange, hours: HourCandidate, start: datetime, phrase: TimePhrase, context: ResolutionContext
) -> datetime | None:
    if phrase.duration is not None and phrase.end is None and not is_recurrence_duration(phrase):
        return wall.add_elapsed(start, phrase.duration.as_timedelta)
    if hours.end is None:
        return resolve_end_on_day(phrase, phrase.end_day, start, context) if phrase.end_day else None
    seconds = phrase.end.seconds / 60 if isinstance(phrase.end, ClockTime) else 0
    end = context.local_instant(dates.first, hours.end + seconds)
    if end <= start:  # a clock change swallowed it
        end = wall.add_elapsed(start, timedelta(minutes=hours.end - hours.start))
    return end


_First = Callable[[TimePhrase, ResolutionContext], ParsedTime | None]


def _on_other_days(phrase: TimePhrase, here: ResolutionContext, first: _First) -> list[ParsedTime]:
    """The same on the other days that the words may mean: of each what comes first, no others."""
    whens = (
        first(replace(phrase, day=DayItem(day), other_days=[], other_starts=[]), here)
        for day in _resolve_other_days(phrase)
    )
    return [when for when in whens if when is not None and not is_past(when.start, here)]


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
    whens = (_first_time(replace(phrase, start=start), context) for start in phrase.other_starts)
    return [when for when in whens if when is not None]


def _exclude_chosen(whens: Iterable[ParsedTime], chosen: ParsedTime) -> tuple[ParsedTime, ...]:
    return tuple(when for when in dict.fromkeys(whens) if when != chosen)


def resolve_day_part(phrase: TimePhrase, day_part: DayPart, context: ResolutionContext) -> Resolution:
    whens = list(_parts(phrase, day_part, context))
    coming = [when for when in whens if _is_to_come(when, context)]
    if not coming:
        return Resolution(
            whens[0] if whens else None,
            problem_reason=ProblemReason.PAST if whens else ProblemReason.UNREADABLE,
        )
    when = clamp_to_now(coming[0], context)
    others = _on_other_days(phrase, context, lambda said, here: _first_part(said, day_part, here))
    return Resolution(when, _list_assumptions(phrase, when, None, context), _exclude_chosen(others, when))


def _parts(phrase: TimePhrase, part: DayPart, here: ResolutionContext) -> Iterator[ParsedTime]:
    first, last = day_part_minutes(part, here.defaults)
    kind = TimeKind.RANGE if part.is_whole else TimeKind.PART
    name = None if part.is_whole else " ".join(filter(None, (_HALF_PREFIXES.get(part.half or ""), part.name)))
    for stretch in _candidate_dates(phrase, here):
        start, end = here.local_instant(stretch.first, first), here.local_instant(stretch.first, last)
        repeats = build_recurrence_rule(phrase, stretch, stretch.first, here)
        yield ParsedTime(kind, start, end, repeats, day_part=name, duration=requested_duration(phrase))


def _is_to_come(when: ParsedTime, here: ResolutionContext) -> bool:
    return when.end is not None and when.end > here.now


def _first_part(phrase: TimePhrase, part: DayPart, here: ResolutionContext) -> ParsedTime | None:
    coming = (when for when in _parts(phrase, part, here) if _is_to_come(when, here))
    return _started_first(coming, here)


def resolve_day(phrase: TimePhrase, context: ResolutionContext) -> Resolution:
    stretches = list(_candidate_dates(phrase, context))
    coming = _coming(stretches, phrase, context)
    if not coming:
        past = _build_day(stretches[0], phrase, context) if stretches else None
        return Resolution(past, problem_reason=ProblemReason.PAST if past else ProblemReason.UNREADABLE)
    when = _build_day(coming[0], phrase, context)
    others = [_build_day(stretch, phrase, context) for stretch in coming[1:] if _is_plain_weekday(phrase)]
    others += _on_other_days(phrase, context, _first_day)
    return Resolution(when, _list_assumptions(phrase, when, None, context), _exclude_chosen(others, when))


def _coming(stretches: list[DateRange], phrase: TimePhrase, here: ResolutionContext) -> list[DateRange]:
    """Those not yet over, the likeliest first: `friday` said on a Friday is the next."""
    coming = [stretch for stretch in stretches if stretch.last >= here.today]
    if len(coming) > 1 and _is_plain_weekday(phrase) and coming[0].first == here.today:
        return coming[1:] + coming[:1]
    return coming


def _first_day(phrase: TimePhrase, here: ResolutionContext) -> ParsedTime | None:
    coming = _coming(list(_candidate_dates(phrase, here)), phrase, here)
    return _build_day(coming[0], phrase, here) if coming else None


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
    repeats = build_recurrence_rule(phrase, dates, dates.first, context) if phrase.recurrence else None
    return ParsedTime(TimeKind.DAY, start, end, repeats, duration=requested_duration(phrase))
