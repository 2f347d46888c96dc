"""The coming time, part or day that a phrase can mean, and the others it might."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.language import wall
from bot.language.days import Stretch, Weekday, later, months_later
from bot.language.ends import end_on_day
from bot.language.hours import Hours, hours, part_hours
from bot.language.items import Clock, On, Part
from bot.language.phrase import Phrase
from bot.language.reading import Kind, Reason, When
from bot.language.repeating import counts_weeks, occasions, repetition
from bot.language.seen import Here, Resolved, asked_length, is_past, moment, started

_HALF_NAMES = {"first": "early", "second": "late"}
_HALF_DAY = timedelta(hours=12)
_DATE_ORDER = {True: "day first", False: "month first"}


def from_clock(phrase: Phrase, here: Here) -> Resolved:
    options = hours(phrase, here.conventions)
    found = [(stretch, one) for stretch in _stretches(phrase, here) for one in options]
    whens = [(_timed(stretch, one, phrase, here), one) for stretch, one in found]
    coming = [(when, one) for when, one in whens if not is_past(when.start, here)]
    if not coming:
        return Resolved(whens[0][0], refused=Reason.PAST) if whens else Resolved(refused=Reason.UNREADABLE)
    when, chosen = coming[0]
    others = [
        other for other, _ in coming[1:] if other.start - when.start <= _HALF_DAY and phrase.every is None
    ]
    others += _other_days(phrase, here, lambda said: from_clock(said, here).when)
    others += _other_starts(phrase, here)
    return Resolved(
        started(when, here), _assumed_for(phrase, when, chosen.half, here), _distinct(others, when)
    )


def _assumed_for(phrase: Phrase, when: When, half: str | None, here: Here) -> tuple[str, ...]:
    said_no_day = phrase.day is None and phrase.every is None
    assumed = (
        (half, half is not None),
        ("day", said_no_day),
        ("default duration", when.end is None and when.kind is Kind.INSTANT),
        ("next week", phrase.day is not None and phrase.day.is_next and _coming_differs(phrase.day, here)),
        (_DATE_ORDER[here.conventions.day_first], phrase.day is not None and phrase.day.swapped is not None),
    )
    return tuple(word for word, holds in assumed if holds and word)


def _coming_differs(day: On, here: Here) -> bool:
    if not isinstance(day.day, Weekday):
        return False
    coming = next(Weekday(day.day.number, today_too=False).stretches(here.today))
    return coming != next(day.day.stretches(here.today))


def _stretches(phrase: Phrase, here: Here) -> Iterator[Stretch]:
    """The days a phrase may mean, the likelier first."""
    if phrase.every is not None:
        yield from occasions(phrase, phrase.every, here)
    elif phrase.day is not None:
        yield from phrase.day.day.stretches(here.today)
    else:
        for days in range(3):
            yield Stretch(later(here.today, days))


def _timed(stretch: Stretch, chosen: Hours, phrase: Phrase, here: Here) -> When:
    start = here.at(stretch.first, chosen.start + chosen.seconds / 60)
    end = _timed_end(stretch, chosen, start, phrase, here)
    length = asked_length(phrase) if phrase.end is not None else None
    lasts_for_days = end is not None and end - start > timedelta(days=1)
    repeats = None if lasts_for_days else repetition(phrase, stretch, start.date(), here)
    return replace(moment(start, end), repeats=repeats, length=length)


def _timed_end(
    stretch: Stretch, chosen: Hours, start: datetime, phrase: Phrase, here: Here
) -> datetime | None:
    if phrase.length is not None and phrase.end is None and not counts_weeks(phrase):
        return wall.after(start, phrase.length.elapsed)
    if chosen.end is None:
        return end_on_day(phrase, phrase.end_day, start, here) if phrase.end_day else None
    seconds = phrase.end.seconds / 60 if isinstance(phrase.end, Clock) else 0
    end = here.at(stretch.first, chosen.end + seconds)
    if end <= start:  # a clock change swallowed it
        end = wall.after(start, timedelta(minutes=chosen.end - chosen.start))
    return end


def _other_days(phrase: Phrase, here: Here, resolve: Callable[[Phrase], When | None]) -> list[When]:
    """The same on the other days that the words may mean."""
    if phrase.day is None:
        return []
    days = list(phrase.other_days)
    if phrase.day.is_next and isinstance(phrase.day.day, Weekday):
        days.append(Weekday(phrase.day.day.number, today_too=False))
    if phrase.day.swapped is not None:
        days.append(phrase.day.swapped)
    whens = (resolve(replace(phrase, day=On(day), other_days=[], other_starts=[])) for day in days)
    return [when for when in whens if when is not None and not is_past(when.start, here)]


def _other_starts(phrase: Phrase, here: Here) -> list[When]:
    whens = (from_clock(replace(phrase, start=start, other_starts=[]), here) for start in phrase.other_starts)
    return [one.when for one in whens if one.when is not None and one.refused is None]


def _distinct(whens: Iterable[When], chosen: When) -> tuple[When, ...]:
    return tuple(when for when in dict.fromkeys(whens) if when != chosen)


def from_part(phrase: Phrase, part: Part, here: Here) -> Resolved:
    first, last = part_hours(part, here.conventions)
    whens = []
    for stretch in _stretches(phrase, here):
        start, end = here.at(stretch.first, first), here.at(stretch.first, last)
        kind = Kind.RANGE if part.whole else Kind.PART
        name = None if part.whole else " ".join(filter(None, (_HALF_NAMES.get(part.half or ""), part.name)))
        repeats = repetition(phrase, stretch, stretch.first, here)
        whens.append(When(kind, start, end, repeats, part=name, length=asked_length(phrase)))
    coming = [when for when in whens if when.end is not None and when.end > here.now]
    if not coming:
        return Resolved(whens[0] if whens else None, refused=Reason.PAST if whens else Reason.UNREADABLE)
    when = started(coming[0], here)
    others = _other_days(phrase, here, lambda said: from_part(said, part, here).when)
    return Resolved(when, _assumed_for(phrase, when, None, here), _distinct(others, when))


def from_day(phrase: Phrase, here: Here) -> Resolved:
    stretches = list(_stretches(phrase, here))
    coming = [stretch for stretch in stretches if stretch.last >= here.today]
    if len(coming) > 1 and _is_plain_weekday(phrase) and coming[0].first == here.today:
        coming = coming[1:] + coming[:1]
    if not coming:
        past = _dated(stretches[0], phrase, here) if stretches else None
        return Resolved(past, refused=Reason.PAST if past else Reason.UNREADABLE)
    when = _dated(coming[0], phrase, here)
    others = [_dated(stretch, phrase, here) for stretch in coming[1:] if _is_plain_weekday(phrase)]
    others += _other_days(phrase, here, lambda said: from_day(said, here).when)
    return Resolved(when, _assumed_for(phrase, when, None, here), _distinct(others, when))


def _is_plain_weekday(phrase: Phrase) -> bool:
    return (
        phrase.every is None
        and phrase.day is not None
        and isinstance(phrase.day.day, Weekday)
        and phrase.day.day.weeks is None
    )


def _dated(stretch: Stretch, phrase: Phrase, here: Here) -> When:
    days = stretch.days
    if phrase.length is not None and not phrase.length.minutes and not counts_weeks(phrase):
        after_months = months_later(stretch.first, phrase.length.months)
        days = max((after_months - stretch.first).days + phrase.length.days, 1)
    start = here.at(stretch.first, 0)
    end = here.at(later(stretch.first, days), 0) if days > 1 else None
    repeats = repetition(phrase, stretch, stretch.first, here) if phrase.every else None
    return When(Kind.DAY, start, end, repeats, length=asked_length(phrase))
