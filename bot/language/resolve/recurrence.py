"""Resolves recurrences: their days, and their last one."""

from collections.abc import Iterator
from datetime import date

from bot.language.grammar.phrase import TimePhrase
from bot.language.model.days import CalendarMonth, DateRange, DayRange, add_days, add_months, likeliest
from bot.language.model.items import RecurrenceItem
from bot.language.model.reading import RecurrenceRule, RecurrenceUnit
from bot.language.resolve.context import ResolutionContext


def occurrence_dates(
    phrase: TimePhrase, recurrence: RecurrenceItem, context: ResolutionContext
) -> Iterator[DateRange]:
    """The days of a recurrence in its first two weeks."""
    days = likeliest(phrase.day.day, context.today) if phrase.day else iter((DateRange(context.today),))
    first = next(days, None)
    if first is None:
        return
    for ahead in range(15):
        day = add_days(first.first, ahead)
        if not recurrence.weekdays or day.weekday() in recurrence.weekdays:
            yield DateRange(day)


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
    return RecurrenceRule(item.unit, item.step, weekdays, _last_occurrence_day(phrase, start, context))


def _last_occurrence_day(phrase: TimePhrase, first: date, context: ResolutionContext) -> date | None:
    """The last possible day of a recurrence: `until june` ends with May, `until 5 june` on that day."""
    if phrase.recurrence_until is not None:
        for dates in likeliest(phrase.recurrence_until, context.today):
            last = (
                add_days(dates.first, -1)
                if isinstance(phrase.recurrence_until, CalendarMonth)
                else dates.last
            )
            if last >= first:
                return last
    if is_recurrence_duration(phrase) and phrase.duration is not None:
        last = add_days(add_months(first, phrase.duration.months), phrase.duration.days - 1)
        return last if last <= add_months(first, 12) else None
    return None
