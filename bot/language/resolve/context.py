"""Where and when the reader stands, and what comes of reading a phrase there."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.language.grammar.phrase import Phrase
from bot.language.model.budget import Budget
from bot.language.model.reading import Kind, Reason, When
from bot.language.resolve import wall
from bot.language.resolve.defaults import Conventions

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
    budget: Budget

    @property
    def today(self) -> date:
        return self.now.date()

    def at(self, day: date, minutes: float) -> datetime:
        return wall.at(day, minutes, self.zone)


def moment(start: datetime, end: datetime | None) -> When:
    return When(Kind.RANGE if end else Kind.INSTANT, start, end)


def is_past(start: datetime, here: Here) -> bool:
    """A start in the minute that is running still counts as now."""
    return start < here.now.replace(second=0, microsecond=0)


def started(when: When, here: Here) -> When:
    return replace(when, start=max(when.start, here.now))


def asked_length(phrase: Phrase) -> timedelta | None:
    """How long it should be within a stretch that was said too."""
    if phrase.length is None or not 0 < phrase.length.minutes <= _DAY_IN_MINUTES:
        return None
    return phrase.length.elapsed
