"""From a phrase to the time it means, seen from now."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.language.grammar.phrase import Phrase
from bot.language.model.days import Shifted, later, months_later
from bot.language.model.items import Ahead, Clock, EndOfDay, Now, On, Part, SameTime, Stamp
from bot.language.model.reading import Kind, Reason
from bot.language.resolve import wall
from bot.language.resolve.candidates import from_clock, from_day, from_part
from bot.language.resolve.context import Here, Resolved, asked_length, moment
from bot.language.resolve.end_time import end_from
from bot.language.resolve.hour_candidates import part_hours


def resolved(phrase: Phrase, here: Here) -> Resolved:
    """What the phrase means now; nothing when it says no time."""
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
        return from_clock(phrase, here)
    if phrase.end is not None or phrase.end_day is not None:
        return _until(phrase, here)
    if phrase.part is not None:
        return from_part(phrase, phrase.part, here)
    if phrase.day is not None or phrase.every is not None:
        return from_day(phrase, here)
    if phrase.length is not None:
        return _bare_length(phrase, here)
    return Resolved(refused=Reason.UNREADABLE if phrase.impossible else None)


def _from_stamp(phrase: Phrase, stamp: Stamp, here: Here) -> Resolved:
    start = datetime.fromisoformat(stamp.at).astimezone(here.zone)
    end = end_from(phrase, start, here)
    if isinstance(phrase.end, Stamp):
        end = datetime.fromisoformat(phrase.end.at).astimezone(here.zone)
    return Resolved(moment(start, end), () if end is not None else ("default duration",))


def _from_instant(phrase: Phrase, here: Here) -> Resolved:
    """Now, or so long after it."""
    ahead = phrase.start if isinstance(phrase.start, Ahead) else Ahead(timedelta())
    start = wall.after(here.now, ahead.by)
    end = end_from(phrase, start, here)
    assumed = (*(("minutes",) if ahead.assumed else ()), *(() if end else ("default duration",)))
    return Resolved(moment(start, end), assumed)


def _until(phrase: Phrase, here: Here) -> Resolved:
    """Only an end: it starts now, or on another day with the first hour that is usual."""
    if phrase.day is not None:
        earliest = Clock(here.conventions.earliest_hour, fixed=True)
        if isinstance(phrase.day.day, Shifted) and phrase.day.day == Shifted():
            phrase = replace(phrase, day=None)
        else:
            found = from_clock(replace(phrase, start=earliest), here)
            if found.refused is None:
                return replace(found, assumed=("start", *found.assumed))
            phrase = replace(phrase, day=None)
    end = end_from(replace(phrase, length=None), here.now, here)
    if end is None:
        return Resolved(refused=Reason.UNREADABLE)
    return Resolved(replace(moment(here.now, end), length=asked_length(phrase)), ("start",))


def _bare_length(phrase: Phrase, here: Here) -> Resolved:
    if phrase.length is None or not phrase.length.minutes:
        return from_day(replace(phrase, day=On(Shifted())), here)
    return Resolved(moment(here.now, wall.after(here.now, phrase.length.elapsed)), ("start",))


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
