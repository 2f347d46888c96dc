"""Resolves recurrences: their days, and their last one."""

from collections.abc import Iterator
from datetime import date

from bot.language.model.days import (
    CalendarMonth,
    DateRange,
    DayExpression,
    DayRange,
    WeekdayOfMonth,
    add_days,
    add_months,
    likeliest,
)
from bot.language.model.items import RecurrenceItem
from bot.language.model.reading import RecurrenceRule, RecurrenceUnit
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve.context import ResolutionContext

_MAX_MONTHS_AHEAD = 12
_MAX_MONTH_DAYS = 31


def occurrence_dates(
    phrase: TimePhrase, recurrence: RecurrenceItem, context: ResolutionContext
) -> Iterator[DateRange]:
    """The first days of a recurrence, of two weeks or of a year's months."""
    days = likeliest(phrase.day.day, context.today) if phrase.day else iter((DateRange(context.today),))
    first = next((dates for dates in days if dates.last >= context.today), None)
    if first is None:
        return
    if recurrence.nth:
        yield from _nth_weekdays(recurrence, first.first)
        return
    if recurrence.month_days:
        yield from _month_days(recurrence, first.first)
        return
    for ahead in range(15):
        day = add_days(first.first, ahead)
        if not recurrence.weekdays or day.weekday() in recurrence.weekdays:
            yield DateRange(day)


def _nth_weekdays(recurrence: RecurrenceItem, first: date) -> Iterator[DateRange]:
    """The nth such weekdays of each month from `first` on; a month may have none."""
    for months in range(_MAX_MONTHS_AHEAD):
        month = CalendarMonth(month_offset=months)
        found = [
            dates.first
            for nth in recurrence.nth
            for weekday in recurrence.weekdays
            for dates in WeekdayOfMonth(nth, weekday, month).date_ranges(first)
        ]
        yield from (DateRange(day) for day in sorted(found) if day >= first)


def _month_days(recurrence: RecurrenceItem, first: date) -> Iterator[DateRange]:
    """The days of a list in each month from `first` on; a month may have none."""
    days = (add_days(first, ahead) for ahead in range(_MAX_MONTHS_AHEAD * _MAX_MONTH_DAYS))
    return (DateRange(day) for day in days if day.day in recurrence.month_days)


def is_recurrence_duration(phrase: TimePhrase) -> bool:
    """Whether the duration is that of the whole recurrence (`every tuesday for 6 weeks`)."""
    return phrase.recurrence is not None and phrase.duration is not None and not phrase.duration.minutes


def build_recurrence_rule(
    phrase: TimePhrase, first: DateRange, start: date, context: ResolutionContext
) -> RecurrenceRule | None:
    """The rule of a recurrence, or of a range of days. Weekdays move along when `start` is past midnight."""
    item = phrase.recurrence
    if item is None:
        is_range = phrase.day is not None and isinstance(phrase.day.day, DayRange) and first.days > 1
        return RecurrenceRule(RecurrenceUnit.DAY, until=first.last) if is_range else None
    moved = (start - first.first).days
    weekdays = item.weekdays or ((first.first.weekday(),) if item.unit is RecurrenceUnit.WEEK else ())
    weekdays = tuple(sorted((day + moved) % 7 for day in weekdays))
    last = _last_occurrence_day(phrase, start, context)
    return RecurrenceRule(
        item.unit, item.step, weekdays, last, phrase.recurrence_count, item.nth, item.month_days
    )


def _last_occurrence_day(phrase: TimePhrase, first: date, context: ResolutionContext) -> date | None:
    """The last possible day of a recurrence.

    `until june` ends with May, `until 5 june` on that day, `every day next week` with that week. One that
    is said to be before the first day is kept, for a refusal to name.
    """
    if phrase.recurrence_until is not None:
        last: date | None = None
        for dates in likeliest(phrase.recurrence_until, context.today):
            last = add_days(dates.first, -1) if _is_whole_month(phrase.recurrence_until) else dates.last
            if last >= first:
                break
        return last
    if is_recurrence_duration(phrase) and phrase.duration is not None:
        last = add_days(add_months(first, phrase.duration.months), phrase.duration.days - 1)
        return last if last <= add_months(first, 12) else None
    if phrase.day is not None and not phrase.is_start_day:
        days = next(likeliest(phrase.day.day, context.today), None)
        return days.last if days is not None and days.days > 1 and days.last >= first else None
    return None


def _is_whole_month(day: DayExpression) -> bool:
    return isinstance(day, CalendarMonth) and not (
        day.is_last_day_only or day.is_first_day_only or day.is_middle_day_only
    )
