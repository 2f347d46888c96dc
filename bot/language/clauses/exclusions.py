"""Resolves what a text rules out to dates, weekdays and times of day."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from bot.language.clauses.merge import has_day, has_time_of_day, is_empty
from bot.language.grammar.bare_numbers import resolve_bare_numbers
from bot.language.grammar.phrase import build_phrase
from bot.language.model.days import (
    CalendarWeek,
    DateRange,
    DayExpression,
    DayOffset,
    NextDays,
    Weekday,
    add_days,
    is_plain_weekday,
    likeliest,
)
from bot.language.model.items import ClockTime, Connective, DayItem, EndOfDay, PlacedItem, RecurrenceItem
from bot.language.model.reading import Exclusions, ParsedTime, RecurrenceUnit, TimesOfDay
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import ResolutionContext
from bot.language.resolve.hour_candidates import (
    HourCandidate,
    day_part_minutes,
    end_of_day_minutes,
    hour_candidates,
)

_MINUTES_PER_DAY = 24 * 60
_MAX_EXCLUDED_DAYS = 31
_EVERY_DAY = tuple(range(7))
_DAYS_SHOWN = 7
_MIDNIGHT = ClockTime(24, is_24_hour=True)


class ExcludedTimes(Struct):
    """The times that a text rules out, as they were said. `is_open`: all others will do (`any day but`)."""

    phrases: list[TimePhrase] = field(default_factory=list)
    is_open: bool = False

    @property
    def has_days(self) -> bool:
        return any(has_day(phrase) and not has_time_of_day(phrase) for phrase in self.phrases)


def build_excluded(items: Sequence[PlacedItem]) -> list[TimePhrase]:
    """The phrases of an object: one for each time of the list."""
    return [_build_excluded(part) for part in _split_list(items)]


def _build_excluded(items: Sequence[PlacedItem]) -> TimePhrase:
    phrase = build_phrase(resolve_bare_numbers(list(items)))
    if isinstance(phrase.start, ClockTime) and any(each.item is Connective.AFTER for each in items):
        phrase.end = phrase.end or _MIDNIGHT
    return phrase


def _split_list(items: Sequence[PlacedItem]) -> Iterator[Sequence[PlacedItem]]:
    start = 0
    is_between = False
    for index, placed in enumerate(items):
        is_between = is_between or placed.item is Connective.BETWEEN
        is_list_word = placed.item is Connective.OR or (placed.item is Connective.AND and not is_between)
        if is_list_word or (
            index > start
            and isinstance(placed.item, DayItem)
            and isinstance(before := items[index - 1].item, DayItem)
            and (is_plain_weekday(placed.item.day) or not is_plain_weekday(before.day))
        ):
            yield items[start:index]
            start = index + is_list_word
    yield items[start:]


def complete_request(request: TimePhrase, excluded: ExcludedTimes, context: ResolutionContext) -> TimePhrase:
    """Gives a request what only the excluded time names, and a time of its own when it has none.

    `not friday at 3, thursday` is Thursday at 3. Without any other time, the days that are not ruled out are
    the next seven, and the hours those of today.
    """
    for phrase in excluded.phrases:
        if has_day(phrase) and has_time_of_day(phrase):
            request = _take_from_excluded(request, phrase, context)
    if has_day(request) or has_time_of_day(request) or request.end_day is not None:
        return _without_weekdays(request, excluded)
    if excluded.has_days:
        return replace(request, day=DayItem(NextDays(_DAYS_SHOWN)))
    return replace(request, day=DayItem(DayOffset())) if excluded.is_open and excluded.phrases else request


def _take_from_excluded(request: TimePhrase, phrase: TimePhrase, context: ResolutionContext) -> TimePhrase:
    if has_day(request) and not has_time_of_day(request) and not _is_same_day(request, phrase, context):
        return replace(
            request,
            start=phrase.start,
            end=phrase.end,
            day_part=phrase.day_part,
            duration=request.duration or phrase.duration,
        )
    if has_time_of_day(request) and not has_day(request):
        return replace(request, day=phrase.day, recurrence=phrase.recurrence)
    return request


def _is_same_day(request: TimePhrase, phrase: TimePhrase, context: ResolutionContext) -> bool:
    if request.day is None or phrase.day is None:
        return request.recurrence is not None and request.recurrence == phrase.recurrence
    one = next(likeliest(request.day.day, context.today), None)
    other = next(likeliest(phrase.day.day, context.today), None)
    return one is not None and one == other and one.days == 1


def _without_weekdays(request: TimePhrase, excluded: ExcludedTimes) -> TimePhrase:
    """`every weekday but wednesday`: a recurrence loses the weekdays that are ruled out."""
    rule = request.recurrence
    if rule is None:
        return request
    left_out = {
        number
        for phrase in excluded.phrases
        if not has_time_of_day(phrase)
        for number in excluded_weekdays(phrase)
    }
    if not left_out or (rule.unit is not RecurrenceUnit.WEEK and (rule.unit, rule.step) != _DAILY):
        return request
    weekdays = tuple(day for day in rule.weekdays or _EVERY_DAY if day not in left_out)
    if not weekdays or (rule.unit is RecurrenceUnit.WEEK and not rule.weekdays):
        return request
    return replace(request, recurrence=replace(rule, unit=RecurrenceUnit.WEEK, weekdays=weekdays))


_DAILY = (RecurrenceUnit.DAY, 1)


def excluded_weekdays(phrase: TimePhrase) -> tuple[int, ...]:
    """The weekdays that a phrase means in every week: `friday`, `fridays`, `the weekend`."""
    if phrase.recurrence is not None:
        return phrase.recurrence.weekdays
    day = phrase.day.day if phrase.day is not None else None
    if isinstance(day, Weekday) and day.week_offset is None and not (day.extra_weeks or day.is_single):
        return (day.number,)
    if isinstance(day, CalendarWeek) and day.days < _DAYS_SHOWN and not day.week_offset:
        return tuple((day.first_weekday + ahead) % 7 for ahead in range(day.days))
    return ()


def resolve_excluded_days(
    excluded: ExcludedTimes, request: TimePhrase, context: ResolutionContext
) -> Exclusions | None:
    """The dates and weekdays that are ruled out, or None when a day is not clear."""
    dates: set[date] = set()
    weekdays: set[int] = set()
    for phrase in excluded.phrases:
        if not has_day(phrase) or has_time_of_day(phrase):
            continue
        found = excluded_weekdays(phrase)
        if found:
            weekdays.update(found)
            continue
        days = _excluded_dates(phrase, request.recurrence, context)
        if days is None:
            return None
        dates.update(days)
    return Exclusions(dates=tuple(sorted(dates)), weekdays=tuple(sorted(weekdays)))


def skip_excluded_weekday(request: TimePhrase, context: ResolutionContext) -> None:
    """Moves a weekday whose next date is ruled out to the one after: `not tomorrow, thursday`."""
    day = request.day.day if request.day is not None else None
    if not isinstance(day, Weekday) or day.week_offset is not None:
        return
    first = add_days(context.today, (day.number - context.today.weekday()) % 7 + 7 * day.extra_weeks)
    if first in context.excluded.dates:
        weeks = day.extra_weeks + (first != context.today)
        request.day = DayItem(dataclasses.replace(day, extra_weeks=weeks, includes_today=False))


def _excluded_dates(
    phrase: TimePhrase, recurrence: RecurrenceItem | None, context: ResolutionContext
) -> list[date] | None:
    """The dates of a day or of a range of days; of a recurrence only those on its weekdays."""
    if phrase.day is None:
        return None
    kept = recurrence.weekdays if recurrence is not None and recurrence.weekdays else _EVERY_DAY
    possible = [
        [add_days(found.first, ahead) for ahead in range(found.days)]
        for found in _upcoming(phrase.day.day, context)
        if found.days <= _MAX_EXCLUDED_DAYS
    ]
    for days in possible:
        matching = [day for day in days if day.weekday() in kept]
        if matching:
            return matching
    return possible[0] if possible else None


def _upcoming(day: DayExpression, context: ResolutionContext) -> Iterator[DateRange]:
    for found in likeliest(day, context.today):
        context.budget.spend()
        if found.last >= context.today:
            yield found


# Times of day


def resolve_excluded_hours(
    excluded: ExcludedTimes, request: TimePhrase, when: ParsedTime | None, context: ResolutionContext
) -> tuple[TimesOfDay, ...] | None:
    """The times of day that are ruled out, or None when it is not clear on which day.

    A moment beside another one is only its opposite (`3pm, not 4pm`) and rules nothing out.
    """
    found: list[TimesOfDay] = []
    for phrase in excluded.phrases:
        if is_empty(phrase) and phrase.ambiguous_number is None:
            return None
        if not has_time_of_day(phrase):
            continue
        if has_day(phrase) and not _is_same_day(request, phrase, context):
            if is_empty(request) or not has_time_of_day(request) or not has_day(request):
                return None
            continue
        hours = _resolve_hours(phrase, request, when, context)
        if hours is not None and hours not in found:
            found.append(hours)
    return tuple(sorted(found, key=lambda each: (each.start, each.end)))


def _resolve_hours(
    phrase: TimePhrase, request: TimePhrase, when: ParsedTime | None, context: ResolutionContext
) -> TimesOfDay | None:
    defaults = context.defaults
    if phrase.day_part is not None and phrase.start is None and phrase.end is None:
        if phrase.day_part.name == "day":
            return None
        return _to_times(*day_part_minutes(phrase.day_part, defaults))
    if isinstance(phrase.start, ClockTime):
        is_moment = phrase.end is None and phrase.duration is None
        if is_moment and isinstance(request.start, ClockTime) and not request.has_length:
            return None
        hours = _likeliest_hours(hour_candidates(phrase, defaults, defaults.weekday_hours[1]), when)
        return _hours_from(hours, phrase, context) if hours is not None else None
    return _hours_until(phrase, context)


def _hours_from(hours: HourCandidate, phrase: TimePhrase, context: ResolutionContext) -> TimesOfDay:
    if hours.end is not None:
        return _to_times(hours.start, hours.end)
    length = phrase.duration.as_timedelta if phrase.duration else context.defaults.default_duration
    return _to_times(hours.start, hours.start + int(length.total_seconds()) // 60)


def _hours_until(phrase: TimePhrase, context: ResolutionContext) -> TimesOfDay | None:
    """`except before 10`."""
    if isinstance(phrase.end, ClockTime):
        first = context.defaults.earliest_hour * 60
        possible = phrase.end.possible_minutes
        return _to_times(0, next((minutes for minutes in possible if minutes > first), possible[-1]))
    if isinstance(phrase.end, EndOfDay):
        return _to_times(
            0, end_of_day_minutes(phrase.end, context.defaults, context.defaults.weekday_hours[1])
        )
    return None


def _likeliest_hours(found: Sequence[HourCandidate], when: ParsedTime | None) -> HourCandidate | None:
    """The hours within the time that is requested, or else the first."""
    if when is not None and when.end is not None and when.end - when.start <= timedelta(days=1):
        first = when.start.hour * 60 + when.start.minute
        last = first + int((when.end - when.start).total_seconds()) // 60
        within = [hours for hours in found if first <= hours.start < last]
        if within:
            return within[0]
    return found[0] if found else None


def _to_times(start: float, end: float) -> TimesOfDay:
    return TimesOfDay(_to_time(start), _to_time(min(end, _MINUTES_PER_DAY)))


def _to_time(minutes: float) -> time:
    hour, minute = divmod(int(minutes) % _MINUTES_PER_DAY, 60)
    return time(hour, minute)


# What is left


def leaves_nothing(requested: ParsedTime, excluded: Exclusions) -> bool:
    """Whether what is ruled out is all of the time that is requested."""
    days = _days_of(requested)
    if days and all(excluded.has_day(day) for day in days):
        return True
    if requested.end is None or len(days) != 1 or requested.recurrence is not None:
        return False
    start, end = requested.start.time(), requested.end.time()
    return any(
        each.start <= start and (each.end == time() or (end != time() and end <= each.end))
        for each in excluded.times
    )


def _days_of(requested: ParsedTime) -> list[date]:
    first = requested.start.date()
    if requested.recurrence is not None:
        return []
    last = requested.end.date() if requested.end is not None else first
    if requested.end is not None and requested.end.time() == time():
        last = add_days(last, -1)
    return [add_days(first, ahead) for ahead in range(min((last - first).days, _MAX_EXCLUDED_DAYS) + 1)]
