"""What single turns of speech say about a time, before anybody asks what time it is now."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.language.model.days import DayExpression
from bot.language.model.reading import RecurrenceUnit


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day. `hour` runs to 24 when `fixed`, else it is a clock face's and may be either half.

    `said` is the am or pm that was said; `seconds` holds fractions too. `is_guess`: a
    mere number that may be something else where a surer time is told.
    """

    hour: int
    minute: int = 0
    seconds: float = 0
    is_24_hour: bool = False
    meridiem: str | None = None
    is_guess: bool = False

    @property
    def possible_minutes(self) -> tuple[int, ...]:
        """The minutes of the day it may mean, earliest first."""
        if self.is_24_hour:
            return (self.hour * 60 + self.minute,)
        before_noon = self.hour % 12 * 60 + self.minute
        return before_noon, before_noon + 720


@dataclass(frozen=True, slots=True)
class Now:
    """This very instant."""


@dataclass(frozen=True, slots=True)
class SameTime:
    """The time of day that it is now."""


@dataclass(frozen=True, slots=True)
class IsoTimestamp:
    """A moment told with its offset, as machines write it; `at` is ISO 8601."""

    iso: str


@dataclass(frozen=True, slots=True)
class DurationItem:
    """How long: elapsed time, whole days, or months."""

    minutes: int = 0
    days: int = 0
    months: int = 0

    @property
    def as_timedelta(self) -> timedelta:
        return timedelta(minutes=self.minutes, days=self.days + 30 * self.months)


@dataclass(frozen=True, slots=True)
class TimeOffset:
    """So long after now (`in 20 minutes`), below zero for `ago`; `assumed` when nobody said minutes."""

    offset: timedelta
    is_unit_assumed: bool = False


@dataclass(frozen=True, slots=True)
class UpcomingWindow:
    """From now for so long (`the next two hours`)."""

    duration: timedelta


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of the day; `half` narrows it to its first or second half, `whole` asks for all of it."""

    name: str
    half: str | None = None
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class DayItem:
    """A day, or a stretch of days; `swapped` is the other way to read `3/4`."""

    day: DayExpression
    alternative: DayExpression | None = None
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class RecurrenceItem:
    """It happens again and again: on these weekdays, or every so many units."""

    unit: RecurrenceUnit
    step: int = 1
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BareNumber:
    """A number that may or may not be an hour."""

    clock: ClockTime
    value: int
    is_spelled_out: bool = False
    digit_count: int = 1


class Connective(Enum):
    """A little word between times."""

    AT = "at"
    FROM = "from"
    TO = "to"
    UNTIL = "until"
    BETWEEN = "between"
    AND = "and"
    AFTER = "after"
    BEFORE = "before"
    FOR = "for"
    OR = "or"
    IN = "in"
    DASH = "-"
    ON = "on"
    OF = "of"


@dataclass(frozen=True, slots=True)
class InvalidTime:
    """Something shaped like a time that is none, such as 25:00."""


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that says nothing about a time."""

    word: str


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """When the day's last hour is over, or that of the part being spoken of."""

    part: str | None = None


Item = (
    ClockTime
    | Now
    | SameTime
    | IsoTimestamp
    | DurationItem
    | TimeOffset
    | UpcomingWindow
    | DayPart
    | DayItem
    | RecurrenceItem
    | BareNumber
    | Connective
    | InvalidTime
    | UnknownWord
    | EndOfDay
)


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item and the tokens `[first, after)` that said it."""

    item: Item
    start_index: int
    end_index: int
