"""Checks that a weekday typed with a date is that date's, and asks which was meant where it is not."""

from collections.abc import Callable
from datetime import date

from msgspec.structs import replace

from bot.language.model.days import (
    CalendarDay,
    DateRange,
    DayAlternatives,
    DayRange,
    Weekday,
    add_days,
    likeliest,
)
from bot.language.model.items import DayItem
from bot.language.model.reading import ProblemReason
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import Resolution, ResolutionContext

Resolve = Callable[[TimePhrase, ResolutionContext], Resolution]
_DAYS_PER_WEEK, _HALF_WEEK = 7, 3
_DAYS_LOOKED_BACK = 60


def resolve_checked(phrase: TimePhrase, context: ResolutionContext, resolve: Resolve) -> Resolution:
    """Resolves a phrase whose weekday and date agree.

    A date of the last two months that has this weekday is past; else both days are alternatives of a
    contradiction. A number that is not the weekday's date is its hour, if it can be one.
    """
    item = phrase.day
    if item is None or (item.weekday is None and item.last_weekday is None):
        return resolve(phrase, context)
    dates = _upcoming(item, context.today)
    if dates is None:
        return resolve(phrase, context)
    if item.hour is not None and item.weekday is not None:
        is_length_known = phrase.duration is not None and phrase.duration.minutes > 0
        is_date = _agrees(item, dates) and not (is_length_known and phrase.start is None)
        first, last = context.defaults.earliest_hour, context.defaults.latest_hour
        if not is_date and phrase.start is None and first <= item.hour.hour <= last:
            hourly = replace(phrase, day=DayItem(Weekday(item.weekday)), start=item.hour)
            return resolve(hourly, context)
    if _agrees(item, dates):
        return resolve(replace(phrase, day=_pin(item, dates)), context)
    past = _recent_past(item, context.today)
    if past is not None:
        return resolve(replace(phrase, day=_pin(item, past)), context)
    return _contradiction(phrase, item, dates, context, resolve)


def _upcoming(item: DayItem, today: date) -> DateRange | None:
    return next((dates for dates in likeliest(item.day, today) if dates.last >= today), None)


def _agrees(item: DayItem, dates: DateRange) -> bool:
    return item.weekday in {None, dates.first.weekday()} and item.last_weekday in {None, dates.last.weekday()}


def _recent_past(item: DayItem, today: date) -> DateRange | None:
    """The last such date, when it lies in the last 60 days and has the weekday."""
    if not isinstance(item.day, CalendarDay | DayAlternatives):
        return None
    earlier = add_days(today, -_DAYS_LOOKED_BACK)
    past = [dates for dates in likeliest(item.day, earlier) if earlier <= dates.first and dates.last < today]
    return past[-1] if past and _agrees(item, past[-1]) else None


def _pin(item: DayItem, dates: DateRange) -> DayItem:
    """The item with its dates fixed."""
    first = _fixed(dates.first)
    return replace(
        item,
        day=first if dates.days == 1 else DayRange(first, _fixed(dates.last)),
        alternative=None,
        weekday=None,
        last_weekday=None,
        hour=None,
    )


def _fixed(day: date) -> CalendarDay:
    return CalendarDay(day.day, day.month, day.year)


def _contradiction(
    phrase: TimePhrase, item: DayItem, dates: DateRange, context: ResolutionContext, resolve: Resolve
) -> Resolution:
    """Offers the date that was typed, and the nearest that has the weekday."""
    other = _other_order(item, context.today)
    if other is None:
        first = _nearest(dates.first, item.weekday, context.today)
        last = _nearest(dates.last, item.last_weekday, context.today) if dates.days > 1 else first
        other = DateRange(first, max((last - first).days + 1, 1))
    found = [
        resolve(replace(phrase, day=_pin(item, each)), context)
        for each in sorted((dates, other), key=lambda each: each.first)
    ]
    times = tuple(each.time for each in found if each.time is not None and each.problem_reason is None)
    return Resolution(alternatives=times, problem_reason=ProblemReason.CONTRADICTION)


def _other_order(item: DayItem, today: date) -> DateRange | None:
    """The date that `thu 4/9` means month first, if that has the weekday."""
    if item.alternative is None:
        return None
    dates = _upcoming(DayItem(item.alternative), today)
    return dates if dates is not None and _agrees(item, dates) else None


def _nearest(day: date, weekday: int | None, today: date) -> date:
    """The nearest upcoming day of that weekday."""
    if weekday is None:
        return day
    nearest = add_days(day, (weekday - day.weekday() + _HALF_WEEK) % _DAYS_PER_WEEK - _HALF_WEEK)
    return nearest if nearest >= today else add_days(nearest, _DAYS_PER_WEEK)
