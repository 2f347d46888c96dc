"""Inputs and output of resolving a phrase to a time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from bot.language.model.budget import Budget
from bot.language.model.reading import NO_EXCLUSIONS, Exclusions, ParsedTime, ProblemReason, TimeKind
from bot.language.model.time_phrase import TimePhrase
from bot.language.resolve import wall
from bot.language.resolve.defaults import ParserDefaults

_MINUTES_PER_DAY = 24 * 60


class Resolution(Struct, frozen=True):
    """A time with its assumptions and alternatives, or the reason why it cannot be used.

    `unread` are the words of the time that were not understood.
    """

    time: ParsedTime | None = None
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[ParsedTime, ...] = ()
    problem_reason: ProblemReason | None = None
    unread: tuple[str, ...] = ()


class ResolutionContext(Struct, frozen=True):
    """Now, the zone of wall times, the defaults, the budget, the days ruled out, and a typed zone."""

    now: datetime
    zone: ZoneInfo
    defaults: ParserDefaults
    budget: Budget
    excluded: Exclusions = NO_EXCLUSIONS
    typed_zone: ZoneInfo | None = None

    @property
    def today(self) -> date:
        return self.now.date()

    def opening_hours(self, day: date) -> tuple[int, int]:
        """When the campus opens and closes on a day, in minutes after midnight of the reader's zone."""
        hours = self.defaults.opening_hours(day)
        campus_zone = self.defaults.campus_zone
        if campus_zone is None or campus_zone == self.zone:
            return hours
        first, last = (
            wall.minutes_after(day, wall.local_instant(day, minutes, campus_zone), self.zone)
            for minutes in hours
        )
        return max(first, 0), min(last, _MINUTES_PER_DAY)

    def local_instant(self, day: date, minutes: float) -> datetime:
        return wall.local_instant(day, minutes, self.zone)


def build_parsed_time(start: datetime, end: datetime | None, phrase: TimePhrase) -> ParsedTime:
    """The time from `start` to `end`; a window when only a shorter duration within it is wanted."""
    if end is None:
        return ParsedTime(TimeKind.INSTANT, start, None)
    wanted = requested_duration(phrase)
    has_own_end = (
        phrase.end is not None or phrase.within is not None or phrase.is_after or phrase.edge is not None
    )
    if has_own_end and wanted is not None and wanted < wall.elapsed(start, end):
        return ParsedTime(TimeKind.PART, start, end, duration=wanted)
    is_loose = wanted is None and (phrase.is_loose or phrase.edge is not None)
    return ParsedTime(TimeKind.PART if has_own_end and is_loose else TimeKind.RANGE, start, end)


def is_to_come(time: ParsedTime, context: ResolutionContext) -> bool:
    """Whether the time starts now or later, or is a window of which enough is left."""
    if time.kind is TimeKind.PART and time.end is not None:
        return time.end - context.now >= (time.duration or timedelta(minutes=1))
    return time.start >= context.now


def has_duration(time: ParsedTime) -> bool:
    """Whether the time ends after it starts, or has no end."""
    return time.end is None or wall.elapsed(time.start, time.end) > timedelta()


def clamp_to_now(time: ParsedTime, context: ResolutionContext) -> ParsedTime:
    """Moves a start within the current minute to now, unless the time is over by then."""
    if time.end is not None and time.end <= context.now:
        return time
    time = replace(time, start=max(time.start, context.now))
    if time.end is None or time.day_part is not None or time.duration != time.end - time.start:
        return time
    return replace(time, kind=TimeKind.RANGE, duration=None)


def requested_duration(phrase: TimePhrase) -> timedelta | None:
    """The duration asked for within a longer period, such as `2 hours tomorrow afternoon`."""
    if phrase.duration is None or not 0 < phrase.duration.minutes <= _MINUTES_PER_DAY:
        return None
    return phrase.duration.as_timedelta
