"""What single turns of speech say about a time, before anybody asks what time it is now."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.language.model.days import Day
from bot.language.model.reading import Unit


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `hour` runs to 24 when `fixed`, else it is a clock face's and may be either half.

    `said` is the am or pm that was said; `seconds` holds fractions too. `is_guess`: a
    mere number that may be something else where a surer time is told.
    """

    hour: int
    minute: int = 0
    seconds: float = 0
    fixed: bool = False
    said: str | None = None
    is_guess: bool = False

    @property
    def halves(self) -> tuple[int, ...]:
        """The minutes of the day it may mean, earliest first."""
        if self.fixed:
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
class Stamp:
    """A moment told with its offset, as machines write it; `at` is ISO 8601."""

    at: str


@dataclass(frozen=True, slots=True)
class Length:
    """How long: elapsed time, whole days, or months."""

    minutes: int = 0
    days: int = 0
    months: int = 0

    @property
    def elapsed(self) -> timedelta:
        return timedelta(minutes=self.minutes, days=self.days + 30 * self.months)


@dataclass(frozen=True, slots=True)
class Ahead:
    """So long after now (`in 20 minutes`), below zero for `ago`; `assumed` when nobody said minutes."""

    by: timedelta
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """From now for so long (`the next two hours`)."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day; `half` narrows it to its first or second half, `whole` asks for all of it."""

    name: str
    half: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class On:
    """A day, or a stretch of days; `swapped` is the other way to read `3/4`."""

    day: Day
    swapped: Day | None = None
    is_next: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """It happens again and again: on these weekdays, or every so many units."""

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bare:
    """A number that may or may not be an hour."""

    clock: Clock
    value: int
    spelled: bool = False
    digits: int = 1


class Link(Enum):
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
class Impossible:
    """Something shaped like a time that is none, such as 25:00."""


@dataclass(frozen=True, slots=True)
class Other:
    """A word that says nothing about a time."""

    word: str


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """When the day's last hour is over, or that of the part being spoken of."""

    part: str | None = None


Item = (
    Clock
    | Now
    | SameTime
    | Stamp
    | Length
    | Ahead
    | Window
    | Part
    | On
    | Every
    | Bare
    | Link
    | Impossible
    | Other
    | EndOfDay
)


@dataclass(frozen=True, slots=True)
class Piece:
    """An item and the tokens `[first, after)` that said it."""

    item: Item
    first: int
    after: int
