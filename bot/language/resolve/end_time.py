"""When a phrase whose start is known ends."""

from datetime import datetime

from bot.language.grammar.phrase import Phrase
from bot.language.model.days import Day, later, likeliest
from bot.language.model.items import Clock, EndOfDay, Part
from bot.language.resolve import wall
from bot.language.resolve.context import Here
from bot.language.resolve.defaults import Conventions
from bot.language.resolve.hour_candidates import end_after, end_of, part_hours


def end_from(phrase: Phrase, start: datetime, here: Here) -> datetime | None:
    """The end of a phrase whose start is known."""
    if phrase.length is not None and phrase.end is None:
        return wall.after(start, phrase.length.elapsed)
    into_day = wall.minutes_into_day(start)
    if phrase.end_day is not None:
        return end_on_day(phrase, phrase.end_day, start, here)
    if isinstance(phrase.end, Clock):
        return here.at(start.date(), end_after(into_day, phrase.end))
    if isinstance(phrase.end, Part | EndOfDay):
        minutes = _minutes_of(phrase.end, here.conventions)
        return here.at(start.date(), minutes if minutes > into_day else minutes + 1440)
    return None


def _minutes_of(end: Part | EndOfDay, conventions: Conventions) -> int:
    return end_of(end, conventions) if isinstance(end, EndOfDay) else part_hours(end, conventions)[0]


def end_on_day(phrase: Phrase, day: Day, start: datetime, here: Here) -> datetime | None:
    for stretch in likeliest(day, start.date()):
        if isinstance(phrase.end, Clock):
            for minutes in _ends_of_day(phrase.end, here.conventions):
                end = here.at(stretch.first, minutes)
                if end > start:
                    return end
        elif isinstance(phrase.end, Part | EndOfDay):
            end = here.at(stretch.first, _minutes_of(phrase.end, here.conventions))
            if end > start:
                return end
        elif here.at(later(stretch.last, 1), 0) > start:
            return here.at(later(stretch.last, 1), 0)
    return None


def _ends_of_day(end: Clock, conventions: Conventions) -> list[int]:
    first, last = conventions.earliest_hour * 60, conventions.latest_hour * 60
    return [minutes for minutes in end.halves if end.fixed or first <= minutes <= last]
