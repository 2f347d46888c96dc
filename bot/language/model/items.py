"""Items of the time grammar: what single expressions say about a time, independent of now."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum

from msgspec import Struct

from bot.language.model.days import DayExpression
from bot.language.model.reading import RecurrenceUnit


class ClockTime(Struct, frozen=True):
    """A time of day. `hour` is 0 to 24 when `is_24_hour`, else 1 to 12 and may mean am or pm.

    `meridiem` is the am or pm that was typed. `is_guess`: a bare number that is no time where a certain one
    stands elsewhere in the text. Seconds that were typed are dropped.
    """

    hour: int
    minute: int = 0
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


class Now(Struct, frozen=True):
    """The current instant."""


class MinuteOfHour(Struct, frozen=True):
    """The next time that the clock shows this minute (`half past`, `the top of the hour`)."""

    minute: int = 0


class SameTime(Struct, frozen=True):
    """The current time of day, on another day."""


class IsoTimestamp(Struct, frozen=True):
    """An instant with its offset (ISO 8601)."""

    iso: str


class DurationItem(Struct, frozen=True):
    """A duration: elapsed minutes, whole days, or months."""

    minutes: int = 0
    days: int = 0
    months: int = 0

    @property
    def as_timedelta(self) -> timedelta:
        return timedelta(minutes=self.minutes, days=self.days + 30 * self.months)


class TimeOffset(Struct, frozen=True):
    """Time after now (`in 20 minutes`), negative for `ago`; `in 20` assumes minutes."""

    offset: timedelta
    is_unit_assumed: bool = False


class UpcomingWindow(Struct, frozen=True):
    """A duration from now on (`the next two hours`)."""

    duration: timedelta


class DayPart(Struct, frozen=True):
    """A part of the day; `half` narrows it to "first" or "second", `is_whole` means all of it."""

    name: str
    half: str | None = None
    is_whole: bool = False


class DayItem(Struct, frozen=True):
    """A day or a range of days; `alternative` is the other meaning of `3/4`.

    `weekday` (Monday is 0) was typed with a date and must be that date's, `last_weekday` that of a range's
    last day. `hour`: a bare number after the weekday, which is an hour unless it is the date.
    """

    day: DayExpression
    alternative: DayExpression | None = None
    is_next: bool = False
    weekday: int | None = None
    last_weekday: int | None = None
    hour: ClockTime | None = None


class RecurrenceItem(Struct, frozen=True):
    """A recurrence: on these weekdays, or every `step` units; with `nth` a month's nth such weekdays.

    `month_days` are days of a month, if several are listed.
    """

    unit: RecurrenceUnit
    step: int = 1
    weekdays: tuple[int, ...] = ()
    nth: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()


class OccurrenceCount(Struct, frozen=True):
    """The number of times a recurrence takes place."""

    count: int


class BareNumber(Struct, frozen=True):
    """A number that may be an hour."""

    clock: ClockTime
    value: int
    is_spelled_out: bool = False
    digit_count: int = 1


class Connective(Enum):
    """A word between times."""

    __hash__ = object.__hash__  # by identity: sets of these are asked at every position of a text

    AT = "at"
    FROM = "from"
    TO = "to"
    UNTIL = "until"
    BETWEEN = "between"
    AND = "and"
    AFTER = "after"
    BEFORE = "before"
    BY = "by"
    JUST_AFTER = "just after"
    SO = "so"
    BECAUSE = "because"
    FOR = "for"
    OR = "or"
    IN = "in"
    DASH = "-"
    ON = "on"
    OF = "of"


class InvalidTime(Struct, frozen=True):
    """Text in the form of a time that is impossible, such as 25:00."""


class UnknownWord(Struct, frozen=True):
    """A word that says nothing about a time; `is_label` when it names or counts with a number (`level 3`)."""

    word: str
    is_label: bool = False


class EndOfDay(Struct, frozen=True):
    """The time at which the campus closes, or the end of a part of the day."""

    part: str | None = None


class StartOfDay(Struct, frozen=True):
    """The time at which the campus opens; `is_first_thing` means some time in the first hour."""

    is_first_thing: bool = False


class Bound(Struct, frozen=True):
    """A word that says that something starts or ends at the time beside it (`finishing at 4`).

    `is_departure`: someone leaves or is back then, which is an end only beside another time.
    """

    word: str
    is_end: bool
    is_connective: bool = False
    is_departure: bool = False


class LooseTime(Struct, frozen=True):
    """Words for `at some time within` (`sometime`, `at some point`)."""


class ContextWord(Struct, frozen=True):
    """A word, or a time, of another event (`i finish work at 5 so 6pm`)."""


Item = (
    ClockTime
    | Now
    | MinuteOfHour
    | SameTime
    | IsoTimestamp
    | DurationItem
    | TimeOffset
    | UpcomingWindow
    | DayPart
    | DayItem
    | RecurrenceItem
    | OccurrenceCount
    | BareNumber
    | Connective
    | InvalidTime
    | UnknownWord
    | EndOfDay
    | StartOfDay
    | Bound
    | LooseTime
    | ContextWord
)


ItemMatch = tuple[Item, int]
"""An item and the position after it."""
ItemsMatch = tuple[Sequence[Item], int]
"""Items and the position after them."""


class PlacedItem(Struct, frozen=True):
    """An item and its tokens `[start_index, end_index)`."""

    item: Item
    start_index: int
    end_index: int
