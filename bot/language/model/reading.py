"""What a typed text was read as."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from core.model.entities import BuildingId, Equipment, Location, RoomId, SocietyId, Usage


class TimeKind(StrEnum):
    """How much of a time was said: a moment, two ends, only the day, or a part of the day."""

    INSTANT = "instant"
    RANGE = "range"
    DAY = "day"
    PART = "part"


class RecurrenceUnit(StrEnum):
    """What a repetition steps by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """Every `every` units, on `weekdays` (Monday is 0) when weekly; `until` is its last possible day."""

    unit: RecurrenceUnit
    step: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedTime:
    """A time as read, aware and in the reader's zone; `end` is None when it was not said.

    A day begins at its midnight. `part` names the part of the day where one was said; `length` is what was
    asked for within a day or a part; `repeats` says how it goes on after this first time.
    """

    kind: TimeKind
    start: datetime
    end: datetime | None
    recurrence: RecurrenceRule | None = None
    day_part: str | None = None
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Where a value stands: offsets into the text as it was typed."""

    field: str
    start: int
    end: int


class ProblemReason(StrEnum):
    """Why a time was refused."""

    PAST = "past"
    TOO_FAR = "too far"
    UNREADABLE = "unreadable"
    TOO_MUCH = "too much"
    END_NOT_AFTER_START = "end not after start"


@dataclass(frozen=True, slots=True)
class ParseProblem:
    """A time that cannot serve: what was read (`shown`), and a phrase that would work (`suggestion`)."""

    reason: ProblemReason
    parsed_text: str
    suggestion: str
    time: ParsedTime | None = None

    @property
    def message(self) -> str:
        opening = {
            ProblemReason.PAST: f"I read {self.parsed_text}, which is past.",
            ProblemReason.TOO_FAR: f"I read {self.parsed_text}, which is more than a year ahead.",
            ProblemReason.UNREADABLE: f"I could not read a time in “{self.parsed_text}”.",
            ProblemReason.TOO_MUCH: "There are too many days and times in that to tell which you mean.",
            ProblemReason.END_NOT_AFTER_START: (
                f"In “{self.parsed_text}” the end does not come after the start."
            ),
        }[self.reason]
        return f"{opening} Try “{self.suggestion}”."


@dataclass(frozen=True, slots=True)
class Clarification:
    """Words with two meanings, and the phrases that would have said either."""

    text: str
    choices: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"“{self.text}”: do you mean {' or '.join(self.choices)}?"


ASSUMPTIONS = (
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
class ParseResult:
    """Everything read from a text, and what could not be.

    What was not said is None or empty. `alternatives` are other readings of the time, `leftover` the words
    without a place, `problem` a refused time (then `when` is None), `question` words that must be asked back.
    """

    text: str
    when: ParsedTime | None = None
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
    spans: tuple[TextSpan, ...] = ()
    assumptions: tuple[str, ...] = ()
    alternatives: tuple[ParsedTime, ...] = ()
    unparsed: tuple[str, ...] = ()
    problem: ParseProblem | None = None
    clarification: Clarification | None = None
