"""What a typed text was read as."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.model.entities import BuildingId, Equipment, Location, RoomId, SocietyId, Usage


class Kind(StrEnum):
    """How much of a time was said: a moment, two ends, only the day, or a part of the day."""

    INSTANT = "instant"
    RANGE = "range"
    DAY = "day"
    PART = "part"


class Unit(StrEnum):
    """What a repetition steps by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Repetition:
    """Every `every` units, on `weekdays` (Monday is 0) when weekly; `until` is its last possible day."""

    unit: Unit
    every: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class When:
    """A time as read, aware and in the reader's zone; `end` is None when it was not said.

    A day begins at its midnight. `part` names the part of the day where one was said; `length` is what was
    asked for within a day or a part; `repeats` says how it goes on after this first time.
    """

    kind: Kind
    start: datetime
    end: datetime | None
    repeats: Repetition | None = None
    part: str | None = None
    length: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands: offsets into the text as it was typed."""

    field: str
    start: int
    end: int


class Reason(StrEnum):
    """Why a time was refused."""

    PAST = "past"
    TOO_FAR = "too far"
    UNREADABLE = "unreadable"
    TOO_MUCH = "too much"


@dataclass(frozen=True, slots=True)
class Problem:
    """A time that cannot serve: what was read (`shown`), and a phrase that would work (`suggestion`)."""

    reason: Reason
    shown: str
    suggestion: str
    when: When | None = None

    @property
    def sentence(self) -> str:
        opening = {
            Reason.PAST: f"I read {self.shown}, which is past.",
            Reason.TOO_FAR: f"I read {self.shown}, which is more than a year ahead.",
            Reason.UNREADABLE: f"I could not read a time in “{self.shown}”.",
            Reason.TOO_MUCH: "There are too many days and times in that for me to tell which you mean.",
        }[self.reason]
        return f"{opening} Try “{self.suggestion}”."


@dataclass(frozen=True, slots=True)
class Question:
    """Words with two meanings, and the phrases that would have said either."""

    words: str
    choices: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"“{self.words}”: do you mean {' or '.join(self.choices)}?"


ASSUMED = (
    "am",
    "pm",
    "day",
    "day first",
    "month first",
    "default duration",
    "minutes",
    "next week",
    "start",
)
"""All that can be assumed: half of the day, the day itself, that 3/4 is in April, the usual length, that
`in 20` means minutes, that `next friday` is next week's, and a beginning (now, or the day's first hour)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from a text, and what could not be.

    What was not said is None or empty. `alternatives` are other readings of the time, `leftover` the words
    without a place, `problem` a refused time (then `when` is None), `question` words that must be asked back.
    """

    text: str
    when: When | None = None
    capacity: int | None = None
    equipment: frozenset[Equipment] = frozenset()
    usage: Usage | None = None
    building: BuildingId | None = None
    room: RoomId | None = None
    location: Location | None = None
    near: BuildingId | None = None
    society: SocietyId | None = None
    title: str | None = None
    people: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    assumed: tuple[str, ...] = ()
    alternatives: tuple[When, ...] = ()
    leftover: tuple[str, ...] = ()
    problem: Problem | None = None
    question: Question | None = None
