"""On which days something happens again, and until when."""

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
    """The days of a repetition, from the first."""
    days = likeliest(phrase.day.day, context.today) if phrase.day else iter((DateRange(context.today),))
    first = next(days, None)
    if first is None:
        return
    for ahead in range(15):
        day = add_days(first.first, ahead)
        if not recurrence.weekdays or day.weekday() in recurrence.weekdays:
            yield DateRange(day)


def is_recurrence_duration(phrase: TimePhrase) -> bool:
    """Whether a length says how long a repetition goes on (`every tuesday for 6 weeks`)."""
    return phrase.recurrence is not None and phrase.duration is not None and not phrase.duration.minutes


def build_recurrence_rule(
    phrase: TimePhrase, first: DateRange, start: date, context: ResolutionContext
) -> RecurrenceRule | None:
    """How it goes on; midnight belongs to the day after the one that was said."""
    every = phrase.recurrence
    if every is None:
        through = phrase.day is not None and isinstance(phrase.day.day, DayRange) and first.days > 1
        return RecurrenceRule(RecurrenceUnit.DAY, until=first.last) if through else None
    moved = (start - first.first).days
    weekdays = every.weekdays or ((first.first.weekday(),) if every.unit is RecurrenceUnit.WEEK else ())
    weekdays = tuple(sorted((day + moved) % 7 for day in weekdays))
    return RecurrenceRule(every.unit, every.step, weekdays, _last_day(phrase, start, context))


def _last_day(phrase: TimePhrase, first: date, context: ResolutionContext) -> date | None:
    """The last day of a repetition: `until june` ends with May, `until 5 june` on that day."""
    if phrase.recurrence_until is not None:
        for stretch in likeliest(phrase.recurrence_until, context.today):
            last = (
                add_days(stretch.first, -1)
                if isinstance(phrase.recurrence_until, CalendarMonth)
                else stretch.last
            )
            if last >= first:
                return last
    if is_recurrence_duration(phrase) and phrase.duration is not None:
        last = add_days(add_months(first, phrase.duration.months), phrase.duration.days - 1)
        return last if last <= add_months(first, 12) else None
    return None
