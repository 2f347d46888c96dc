"""Inputs and output of resolving a phrase to a time."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.language.grammar.phrase import TimePhrase
from bot.language.model.budget import Budget
from bot.language.model.reading import NO_EXCLUSIONS, Exclusions, ParsedTime, ProblemReason, TimeKind
from bot.language.resolve import wall
from bot.language.resolve.defaults import ParserDefaults

_MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Resolution:
    """A time with its assumptions and alternatives, or the reason why it cannot be used."""

    time: ParsedTime | None = None
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[ParsedTime, ...] = ()
    problem_reason: ProblemReason | None = None


@dataclass(frozen=True, slots=True)
class ResolutionContext:
    """Now, the zone of wall times, the defaults, the step budget, and the days that are ruled out."""

    now: datetime
    zone: ZoneInfo
    defaults: ParserDefaults
    budget: Budget
    excluded: Exclusions = NO_EXCLUSIONS

    @property
    def today(self) -> date:
        return self.now.date()

    def local_instant(self, day: date, minutes: float) -> datetime:
        return wall.local_instant(day, minutes, self.zone)


def build_parsed_time(start: datetime, end: datetime | None) -> ParsedTime:
    return ParsedTime(TimeKind.RANGE if end else TimeKind.INSTANT, start, end)


def is_past(start: datetime, context: ResolutionContext) -> bool:
    """A start within the current minute still counts as now."""
    return start < context.now.replace(second=0, microsecond=0)


def has_duration(time: ParsedTime) -> bool:
    """Whether the time ends after it starts, or has no end."""
    return time.end is None or time.end > time.start


def clamp_to_now(time: ParsedTime, context: ResolutionContext) -> ParsedTime:
    """Moves a start within the current minute to now, unless the time is over by then."""
    if time.end is not None and time.end <= context.now:
        return time
    return replace(time, start=max(time.start, context.now))


def requested_duration(phrase: TimePhrase) -> timedelta | None:
    """The duration asked for within a longer period, such as `2 hours tomorrow afternoon`."""
    if phrase.duration is None or not 0 < phrase.duration.minutes <= _MINUTES_PER_DAY:
        return None
    return phrase.duration.as_timedelta
