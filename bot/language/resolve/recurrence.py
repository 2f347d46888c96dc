"""On which days something happens again, and until when."""

from collections.abc import Iterator
from datetime import date

from bot.language.grammar.phrase import Phrase
from bot.language.model.days import Month, Stretch, Through, later, likeliest, months_later
from bot.language.model.items import Every
from bot.language.model.reading import Repetition, Unit
from bot.language.resolve.context import Here


def occasions(phrase: Phrase, every: Every, here: Here) -> Iterator[Stretch]:
    """The days of a repetition, from the first."""
    days = likeliest(phrase.day.day, here.today) if phrase.day else iter((Stretch(here.today),))
    first = next(days, None)
    if first is None:
        return
    for ahead in range(15):
        day = later(first.first, ahead)
        if not every.weekdays or day.weekday() in every.weekdays:
            yield Stretch(day)


def counts_weeks(phrase: Phrase) -> bool:
    """Whether a length says how long a repetition goes on (`every tuesday for 6 weeks`)."""
    return phrase.every is not None and phrase.length is not None and not phrase.length.minutes


def repetition(phrase: Phrase, first: Stretch, start: date, here: Here) -> Repetition | None:
    """How it goes on; midnight belongs to the day after the one that was said."""
    every = phrase.every
    if every is None:
        through = phrase.day is not None and isinstance(phrase.day.day, Through) and first.days > 1
        return Repetition(Unit.DAY, until=first.last) if through else None
    moved = (start - first.first).days
    weekdays = every.weekdays or ((first.first.weekday(),) if every.unit is Unit.WEEK else ())
    weekdays = tuple(sorted((day + moved) % 7 for day in weekdays))
    return Repetition(every.unit, every.every, weekdays, _until_day(phrase, start, here))


def _until_day(phrase: Phrase, first: date, here: Here) -> date | None:
    """The last day of a repetition: `until june` ends with May, `until 5 june` on that day."""
    if phrase.until_day is not None:
        for stretch in likeliest(phrase.until_day, here.today):
            last = later(stretch.first, -1) if isinstance(phrase.until_day, Month) else stretch.last
            if last >= first:
                return last
    if counts_weeks(phrase) and phrase.length is not None:
        last = later(months_later(first, phrase.length.months), phrase.length.days - 1)
        return last if last <= months_later(first, 12) else None
    return None
