"""Where and when the reader stands, and what comes of reading a phrase there."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.language.grammar.phrase import TimePhrase
from bot.language.model.budget import Budget
from bot.language.model.reading import ParsedTime, ProblemReason, TimeKind
from bot.language.resolve import wall
from bot.language.resolve.defaults import ParserDefaults

_MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Resolution:
    """A time, what was assumed for it, what else it might be, or why it cannot serve."""

    time: ParsedTime | None = None
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[ParsedTime, ...] = ()
    problem_reason: ProblemReason | None = None


@dataclass(frozen=True, slots=True)
class ResolutionContext:
    """Where and when the reader is."""

    now: datetime
    zone: ZoneInfo
    defaults: ParserDefaults
    budget: Budget

    @property
    def today(self) -> date:
        return self.now.date()

    def local_instant(self, day: date, minutes: float) -> datetime:
        return wall.local_instant(day, minutes, self.zone)


def build_parsed_time(start: datetime, end: datetime | None) -> ParsedTime:
    return ParsedTime(TimeKind.RANGE if end else TimeKind.INSTANT, start, end)


def is_past(start: datetime, context: ResolutionContext) -> bool:
    """A start in the minute that is running still counts as now."""
    return start < context.now.replace(second=0, microsecond=0)


def has_duration(time: ParsedTime) -> bool:
    """Whether the time ends after it starts, or has no end."""
    return time.end is None or time.end > time.start


def clamp_to_now(when: ParsedTime, context: ResolutionContext) -> ParsedTime:
    """Moves a start within the current minute to now, unless the time is over by then."""
    if when.end is not None and when.end <= context.now:
        return when
    return replace(when, start=max(when.start, context.now))


def requested_duration(phrase: TimePhrase) -> timedelta | None:
    """How long it should be within a stretch that was said too."""
    if phrase.duration is None or not 0 < phrase.duration.minutes <= _MINUTES_PER_DAY:
        return None
    return phrase.duration.as_timedelta
