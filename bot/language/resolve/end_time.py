"""Resolves the end of a phrase whose start is known."""

from datetime import date, datetime

from bot.language.model.days import DayExpression, add_days, likeliest
from bot.language.model.items import ClockTime, DayPart, EndOfDay
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve import wall
from bot.language.resolve.context import ResolutionContext
from bot.language.resolve.defaults import ParserDefaults
from bot.language.resolve.hour_candidates import day_part_minutes, end_of_day_minutes, first_end_after


def resolve_end(phrase: TimePhrase, start: datetime, context: ResolutionContext) -> datetime | None:
    if phrase.within is not None and phrase.end is None:
        return wall.add_elapsed(start, phrase.within.as_timedelta)
    if phrase.duration is not None and phrase.end is None:
        return wall.add_elapsed(start, phrase.duration.as_timedelta)
    into_day = wall.minutes_into_day(start)
    if phrase.end_day is not None:
        return resolve_end_on_day(phrase, phrase.end_day, start, context)
    if isinstance(phrase.end, ClockTime):
        return context.local_instant(start.date(), first_end_after(into_day, phrase.end))
    if isinstance(phrase.end, DayPart | EndOfDay):
        minutes = _end_minutes(phrase.end, start.date(), context)
        return context.local_instant(start.date(), minutes if minutes > into_day else minutes + 1440)
    return None


def _end_minutes(end: DayPart | EndOfDay, day: date, context: ResolutionContext) -> int:
    if isinstance(end, EndOfDay):
        return end_of_day_minutes(end, context.defaults, context.opening_hours(day)[1])
    return day_part_minutes(end, context.defaults)[0]


def resolve_end_on_day(
    phrase: TimePhrase, day: DayExpression, start: datetime, context: ResolutionContext
) -> datetime | None:
    for dates in likeliest(day, start.date()):
        if isinstance(phrase.end, ClockTime):
            for minutes in _usual_end_minutes(phrase.end, context.defaults):
                end = context.local_instant(dates.first, minutes)
                if end > start:
                    return end
        elif isinstance(phrase.end, DayPart | EndOfDay):
            end = context.local_instant(dates.first, _end_minutes(phrase.end, dates.first, context))
            if end > start:
                return end
        elif context.local_instant(add_days(dates.last, 1), 0) > start:
            return context.local_instant(add_days(dates.last, 1), 0)
    return None


def _usual_end_minutes(end: ClockTime, defaults: ParserDefaults) -> list[int]:
    first, last = defaults.earliest_hour * 60, defaults.latest_hour * 60
    return [minutes for minutes in end.possible_minutes if end.is_24_hour or first <= minutes <= last]
