"""From a phrase to the time it means, seen from now."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.language import wall
from bot.language.conventions import Conventions
from bot.language.days import Day, Month, Shifted, Stretch, Through, Weekday, later, months_later
from bot.language.hours import Hours, end_after, end_of, hours, part_hours
from bot.language.items import Ahead, Clock, EndOfDay, Every, Now, On, Part, SameTime, Stamp
from bot.language.phrase import Phrase
from bot.language.reading import Kind, Reason, Repetition, Unit, When

_HALF_DAY = timedelta(hours=12)
_DATE_ORDER = {True: "day first", False: "month first"}
_DAY_IN_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Resolved:
    """A time, what was assumed for it, what else it might be, or why it cannot serve."""

    when: When | None = None
    assumed: tuple[str, ...] = ()
    alternatives: tuple[When, ...] = ()
    refused: Reason | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when the reader is."""

    now: datetime
    zone: ZoneInfo
    conventions: Conventions

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, day: date, minutes: float) -> datetime:
        return wall.at(day, minutes, self.zone)


def resolved(phrase: Phrase, now: datetime, zone: ZoneInfo, conventions: Conventions) -> Resolved:
    """What the phrase means now; nothing when it says no time."""
    here = Here(now.astimezone(zone), zone, conventions)
    try:
        return _checked(_resolved(_prepared(phrase, here), here), here)
    except (OverflowError, ValueError):  # beyond the end of the calendar
        return Resolved(refused=Reason.UNREADABLE)


def _prepared(phrase: Phrase, here: Here) -> Phrase:
    """The phrase with `the same time` made the time it is, and whole days told apart from parts."""
    if isinstance(phrase.start, SameTime):
        now = here.now
        phrase.start = Clock(now.hour, now.minute, now.second + now.microsecond / 1e6, fixed=True)
    if phrase.day is not None and phrase.day.swapped is not None and not here.conventions.day_first:
        phrase.day = On(phrase.day.swapped, swapped=phrase.day.day)
    if phrase.part is not None and phrase.part.name == "day":
        phrase.part = None
        phrase.day = phrase.day or (None if phrase.start else On(Shifted()))
    if isinstance(phrase.end, Part) and phrase.end.name == "day":
        phrase.end = EndOfDay()
    if phrase.part is not None and phrase.end is not None and phrase.start is None:
        first, _ = part_hours(phrase.part, here.conventions)
        phrase.start = Clock(first // 60, first % 60, fixed=True)
    return phrase


def _resolved(phrase: Phrase, here: Here) -> Resolved:
    if isinstance(phrase.start, Stamp):
        return _from_stamp(phrase, phrase.start, here)
    if isinstance(phrase.start, Now | Ahead):
        return _from_instant(phrase, here)
    if isinstance(phrase.start, Clock):
        return _from_clock(phrase, here)
    if phrase.end is not None or phrase.end_day is not None:
        return _until(phrase, here)
    if phrase.part is not None:
        return _from_part(phrase, phrase.part, here)
    if phrase.day is not None or phrase.every is not None:
        return _from_day(phrase, here)
    if phrase.length is not None:
        return _bare_length(phrase, here)
    return Resolved(refused=Reason.UNREADABLE if phrase.impossible else None)


def _from_stamp(phrase: Phrase, stamp: Stamp, here: Here) -> Resolved:
    start = datetime.fromisoformat(stamp.at).astimezone(here.zone)
    end = _end_from(phrase, start, here)
    if isinstance(phrase.end, Stamp):
        end = datetime.fromisoformat(phrase.end.at).astimezone(here.zone)
    return Resolved(_moment(start, end), () if end is not None else ("default duration",))


def _moment(start: datetime, end: datetime | None) -> When:
    return When(Kind.RANGE if end else Kind.INSTANT, start, end)


def _from_instant(phrase: Phrase, here: Here) -> Resolved:
    """Now, or so long after it."""
    ahead = phrase.start if isinstance(phrase.start, Ahead) else Ahead(timedelta())
    start = wall.after(here.now, ahead.by)
    end = _end_from(phrase, start, here)
    assumed = (*(("minutes",) if ahead.assumed else ()), *(() if end else ("default duration",)))
    return Resolved(_moment(start, end), assumed)


def _end_from(phrase: Phrase, start: datetime, here: Here) -> datetime | None:
    """The end of a phrase whose start is known."""
    if phrase.length is not None and phrase.end is None:
        return wall.after(start, phrase.length.elapsed)
    into_day = wall.minutes_into_day(start)
    if phrase.end_day is not None:
        return _end_on_day(phrase, phrase.end_day, start, here)
    if isinstance(phrase.end, Clock):
        return here.at(start.date(), end_after(into_day, phrase.end))
    if isinstance(phrase.end, Part | EndOfDay):
        minutes = _minutes_of(phrase.end, here.conventions)
        return here.at(start.date(), minutes if minutes > into_day else minutes + 1440)
    return None


def _minutes_of(end: Part | EndOfDay, conventions: Conventions) -> int:
    return end_of(end, conventions) if isinstance(end, EndOfDay) else part_hours(end, conventions)[0]


def _end_on_day(phrase: Phrase, day: Day, start: datetime, here: Here) -> datetime | None:
    for stretch in day.stretches(start.date()):
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


def _from_clock(phrase: Phrase, here: Here) -> Resolved:
    options = hours(phrase, here.conventions)
    found = [(stretch, one) for stretch in _stretches(phrase, here) for one in options]
    whens = [(_timed(stretch, one, phrase, here), one) for stretch, one in found]
    coming = [(when, one) for when, one in whens if not _is_past(when.start, here)]
    if not coming:
        return Resolved(whens[0][0], refused=Reason.PAST) if whens else Resolved(refused=Reason.UNREADABLE)
    when, chosen = coming[0]
    others = [
        other for other, _ in coming[1:] if other.start - when.start <= _HALF_DAY and phrase.every is None
    ]
    others += _other_days(phrase, here, lambda said: _from_clock(said, here).when)
    others += _other_starts(phrase, here)
    return Resolved(
        _started(when, here), _assumed_for(phrase, when, chosen.half, here), _distinct(others, when)
    )


def _is_past(start: datetime, here: Here) -> bool:
    """A start in the minute that is running still counts as now."""
    return start < here.now.replace(second=0, microsecond=0)


def _started(when: When, here: Here) -> When:
    return replace(when, start=max(when.start, here.now))


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
        yield from _occasions(phrase, phrase.every, here)
    elif phrase.day is not None:
        yield from phrase.day.day.stretches(here.today)
    else:
        for days in range(3):
            yield Stretch(later(here.today, days))


def _occasions(phrase: Phrase, every: Every, here: Here) -> Iterator[Stretch]:
    """The days of a repetition, from the first."""
    first = next(phrase.day.day.stretches(here.today)).first if phrase.day else here.today
    for days in range(15):
        day = later(first, days)
        if not every.weekdays or day.weekday() in every.weekdays:
            yield Stretch(day)


def _timed(stretch: Stretch, chosen: Hours, phrase: Phrase, here: Here) -> When:
    start = here.at(stretch.first, chosen.start + chosen.seconds / 60)
    end = _timed_end(stretch, chosen, start, phrase, here)
    length = _asked_length(phrase) if phrase.end is not None else None
    lasts_for_days = end is not None and end - start > timedelta(days=1)
    repeats = None if lasts_for_days else _repetition(phrase, stretch, start.date(), here)
    return replace(_moment(start, end), repeats=repeats, length=length)


def _asked_length(phrase: Phrase) -> timedelta | None:
    """How long it should be within a stretch that was said too."""
    if phrase.length is None or not 0 < phrase.length.minutes <= _DAY_IN_MINUTES:
        return None
    return phrase.length.elapsed


def _timed_end(
    stretch: Stretch, chosen: Hours, start: datetime, phrase: Phrase, here: Here
) -> datetime | None:
    if phrase.length is not None and phrase.end is None and not _counts_weeks(phrase):
        return wall.after(start, phrase.length.elapsed)
    if chosen.end is None:
        return _end_on_day(phrase, phrase.end_day, start, here) if phrase.end_day else None
    seconds = phrase.end.seconds / 60 if isinstance(phrase.end, Clock) else 0
    end = here.at(stretch.first, chosen.end + seconds)
    if end <= start:  # a clock change swallowed it
        end = wall.after(start, timedelta(minutes=chosen.end - chosen.start))
    return end


def _counts_weeks(phrase: Phrase) -> bool:
    """Whether a length says how long a repetition goes on (`every tuesday for 6 weeks`)."""
    return phrase.every is not None and phrase.length is not None and not phrase.length.minutes


def _repetition(phrase: Phrase, first: Stretch, start: date, here: Here) -> Repetition | None:
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
        for stretch in phrase.until_day.stretches(here.today):
            last = later(stretch.first, -1) if isinstance(phrase.until_day, Month) else stretch.last
            if last >= first:
                return last
    if _counts_weeks(phrase) and phrase.length is not None:
        last = later(months_later(first, phrase.length.months), phrase.length.days - 1)
        return last if last <= months_later(first, 12) else None
    return None


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
    return [when for when in whens if when is not None and not _is_past(when.start, here)]


def _other_starts(phrase: Phrase, here: Here) -> list[When]:
    whens = (
        _from_clock(replace(phrase, start=start, other_starts=[]), here) for start in phrase.other_starts
    )
    return [one.when for one in whens if one.when is not None and one.refused is None]


def _distinct(whens: Iterable[When], chosen: When) -> tuple[When, ...]:
    return tuple(when for when in dict.fromkeys(whens) if when != chosen)


def _until(phrase: Phrase, here: Here) -> Resolved:
    """Only an end: it starts now, or on another day with the first hour that is usual."""
    if phrase.day is not None:
        earliest = Clock(here.conventions.earliest_hour, fixed=True)
        if isinstance(phrase.day.day, Shifted) and phrase.day.day == Shifted():
            phrase = replace(phrase, day=None)
        else:
            found = _from_clock(replace(phrase, start=earliest), here)
            if found.refused is None:
                return replace(found, assumed=("start", *found.assumed))
            phrase = replace(phrase, day=None)
    end = _end_from(replace(phrase, length=None), here.now, here)
    if end is None:
        return Resolved(refused=Reason.UNREADABLE)
    return Resolved(replace(_moment(here.now, end), length=_asked_length(phrase)), ("start",))


def _from_part(phrase: Phrase, part: Part, here: Here) -> Resolved:
    first, last = part_hours(part, here.conventions)
    whens = []
    for stretch in _stretches(phrase, here):
        start, end = here.at(stretch.first, first), here.at(stretch.first, last)
        kind = Kind.RANGE if part.whole else Kind.PART
        name = None if part.whole else " ".join(filter(None, (_HALF_NAMES.get(part.half or ""), part.name)))
        repeats = _repetition(phrase, stretch, stretch.first, here)
        whens.append(When(kind, start, end, repeats, part=name, length=_asked_length(phrase)))
    coming = [when for when in whens if when.end is not None and when.end > here.now]
    if not coming:
        return Resolved(whens[0] if whens else None, refused=Reason.PAST if whens else Reason.UNREADABLE)
    when = _started(coming[0], here)
    others = _other_days(phrase, here, lambda said: _from_part(said, part, here).when)
    return Resolved(when, _assumed_for(phrase, when, None, here), _distinct(others, when))


_HALF_NAMES = {"first": "early", "second": "late"}


def _from_day(phrase: Phrase, here: Here) -> Resolved:
    stretches = list(_stretches(phrase, here))
    coming = [stretch for stretch in stretches if stretch.last >= here.today]
    if len(coming) > 1 and _is_plain_weekday(phrase) and coming[0].first == here.today:
        coming = coming[1:] + coming[:1]
    if not coming:
        past = _dated(stretches[0], phrase, here) if stretches else None
        return Resolved(past, refused=Reason.PAST if past else Reason.UNREADABLE)
    when = _dated(coming[0], phrase, here)
    others = [_dated(stretch, phrase, here) for stretch in coming[1:] if _is_plain_weekday(phrase)]
    others += _other_days(phrase, here, lambda said: _from_day(said, here).when)
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
    if phrase.length is not None and not phrase.length.minutes and not _counts_weeks(phrase):
        after_months = months_later(stretch.first, phrase.length.months)
        days = max((after_months - stretch.first).days + phrase.length.days, 1)
    start = here.at(stretch.first, 0)
    end = here.at(later(stretch.first, days), 0) if days > 1 else None
    repeats = _repetition(phrase, stretch, stretch.first, here) if phrase.every else None
    return When(Kind.DAY, start, end, repeats, length=_asked_length(phrase))


def _bare_length(phrase: Phrase, here: Here) -> Resolved:
    if phrase.length is None or not phrase.length.minutes:
        return _from_day(replace(phrase, day=On(Shifted())), here)
    return Resolved(_moment(here.now, wall.after(here.now, phrase.length.elapsed)), ("start",))


def _checked(found: Resolved, here: Here) -> Resolved:
    """Refuse what is past or more than a year ahead."""
    if found.when is None or found.refused is not None:
        return found
    start = found.when.start
    if start < here.now and found.when.kind is not Kind.DAY:
        return Resolved(found.when, refused=Reason.PAST)
    last = start.date() if found.when.end is None else later(found.when.end.date(), -1)
    if max(start.date(), last) > months_later(here.today, 12):
        return Resolved(found.when, refused=Reason.TOO_FAR)
    return found
