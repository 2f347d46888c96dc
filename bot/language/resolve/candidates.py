"""The coming time, part or day that a phrase can mean, and the others it might."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.language.grammar.phrase import Phrase
from bot.language.model.days import Day, Stretch, Weekday, later, likeliest, months_later
from bot.language.model.items import Clock, On, Part
from bot.language.model.reading import Kind, Reason, When
from bot.language.resolve import wall
from bot.language.resolve.context import Here, Resolved, asked_length, is_past, moment, started
from bot.language.resolve.end_time import end_on_day
from bot.language.resolve.hour_candidates import Hours, hours, part_hours
from bot.language.resolve.recurrence import counts_weeks, occasions, repetition

_HALF_NAMES = {"first": "early", "second": "late"}
_HALF_DAY = timedelta(hours=12)
_DATE_ORDER = {True: "day first", False: "month first"}


def from_clock(phrase: Phrase, here: Here) -> Resolved:
    whens = list(_times(phrase, here))
    coming = [(when, one) for when, one in whens if not is_past(when.start, here)]
    if not coming:
        return Resolved(whens[0][0], refused=Reason.PAST) if whens else Resolved(refused=Reason.UNREADABLE)
    when, chosen = coming[0]
    others = [
        other for other, _ in coming[1:] if other.start - when.start <= _HALF_DAY and phrase.every is None
    ]
    others += _on_other_days(phrase, here, _first_time)
    others += _other_starts(phrase, here)
    return Resolved(
        started(when, here), _assumed_for(phrase, when, chosen.half, here), _distinct(others, when)
    )


def _times(phrase: Phrase, here: Here) -> Iterator[tuple[When, Hours]]:
    """All that a clock time can mean, on each of its days."""
    options = hours(phrase, here.conventions)
    for stretch in _stretches(phrase, here):
        for one in options:
            yield _timed(stretch, one, phrase, here), one


def _first_time(phrase: Phrase, here: Here) -> When | None:
    coming = (when for when, _ in _times(phrase, here) if not is_past(when.start, here))
    return _started_first(coming, here)


def _started_first(coming: Iterator[When], here: Here) -> When | None:
    first = next(coming, None)
    return started(first, here) if first is not None else None


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
    coming = Weekday(day.day.number, today_too=False)
    return next(likeliest(coming, here.today), None) != next(likeliest(day.day, here.today), None)


def _stretches(phrase: Phrase, here: Here) -> Iterator[Stretch]:
    """The days a phrase may mean, the likelier first; each that is weighed counts as a step."""
    for stretch in _said_stretches(phrase, here):
        here.budget.spend()
        yield stretch


def _said_stretches(phrase: Phrase, here: Here) -> Iterator[Stretch]:
    if phrase.every is not None:
        yield from occasions(phrase, phrase.every, here)
    elif phrase.day is not None:
        yield from likeliest(phrase.day.day, here.today)
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


_First = Callable[[Phrase, Here], When | None]


def _on_other_days(phrase: Phrase, here: Here, first: _First) -> list[When]:
    """The same on the other days that the words may mean: of each what comes first, no others."""
    whens = (
        first(replace(phrase, day=On(day), other_days=[], other_starts=[]), here)
        for day in _other_days(phrase)
    )
    return [when for when in whens if when is not None and not is_past(when.start, here)]


def _other_days(phrase: Phrase) -> list[Day]:
    if phrase.day is None:
        return []
    days = list(phrase.other_days)
    if phrase.day.is_next and isinstance(phrase.day.day, Weekday):
        days.append(Weekday(phrase.day.day.number, today_too=False))
    if phrase.day.swapped is not None:
        days.append(phrase.day.swapped)
    return days


def _other_starts(phrase: Phrase, here: Here) -> list[When]:
    whens = (_first_time(replace(phrase, start=start), here) for start in phrase.other_starts)
    return [when for when in whens if when is not None]


def _distinct(whens: Iterable[When], chosen: When) -> tuple[When, ...]:
    return tuple(when for when in dict.fromkeys(whens) if when != chosen)


def from_part(phrase: Phrase, part: Part, here: Here) -> Resolved:
    whens = list(_parts(phrase, part, here))
    coming = [when for when in whens if _is_to_come(when, here)]
    if not coming:
        return Resolved(whens[0] if whens else None, refused=Reason.PAST if whens else Reason.UNREADABLE)
    when = started(coming[0], here)
    others = _on_other_days(phrase, here, lambda said, here: _first_part(said, part, here))
    return Resolved(when, _assumed_for(phrase, when, None, here), _distinct(others, when))


def _parts(phrase: Phrase, part: Part, here: Here) -> Iterator[When]:
    first, last = part_hours(part, here.conventions)
    kind = Kind.RANGE if part.whole else Kind.PART
    name = None if part.whole else " ".join(filter(None, (_HALF_NAMES.get(part.half or ""), part.name)))
    for stretch in _stretches(phrase, here):
        start, end = here.at(stretch.first, first), here.at(stretch.first, last)
        repeats = repetition(phrase, stretch, stretch.first, here)
        yield When(kind, start, end, repeats, part=name, length=asked_length(phrase))


def _is_to_come(when: When, here: Here) -> bool:
    return when.end is not None and when.end > here.now


def _first_part(phrase: Phrase, part: Part, here: Here) -> When | None:
    coming = (when for when in _parts(phrase, part, here) if _is_to_come(when, here))
    return _started_first(coming, here)


def from_day(phrase: Phrase, here: Here) -> Resolved:
    stretches = list(_stretches(phrase, here))
    coming = _coming(stretches, phrase, here)
    if not coming:
        past = _dated(stretches[0], phrase, here) if stretches else None
        return Resolved(past, refused=Reason.PAST if past else Reason.UNREADABLE)
    when = _dated(coming[0], phrase, here)
    others = [_dated(stretch, phrase, here) for stretch in coming[1:] if _is_plain_weekday(phrase)]
    others += _on_other_days(phrase, here, _first_day)
    return Resolved(when, _assumed_for(phrase, when, None, here), _distinct(others, when))


def _coming(stretches: list[Stretch], phrase: Phrase, here: Here) -> list[Stretch]:
    """Those not yet over, the likeliest first: `friday` said on a Friday is the next."""
    coming = [stretch for stretch in stretches if stretch.last >= here.today]
    if len(coming) > 1 and _is_plain_weekday(phrase) and coming[0].first == here.today:
        return coming[1:] + coming[:1]
    return coming


def _first_day(phrase: Phrase, here: Here) -> When | None:
    coming = _coming(list(_stretches(phrase, here)), phrase, here)
    return _dated(coming[0], phrase, here) if coming else None


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
