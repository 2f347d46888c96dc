"""Result types of the parser."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

from core.model import BuildingId, Equipment, Location, RoomId, SocietyId, Usage


class TimeKind(StrEnum):
    """How precise a time is: a start, a range, only a day, or a part of the day."""

    INSTANT = "instant"
    RANGE = "range"
    DAY = "day"
    PART = "part"


class RecurrenceUnit(StrEnum):
    """Unit of the steps of a recurrence."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class RecurrenceRule(Struct, frozen=True):
    """Every `step` units, on `weekdays` (Monday is 0); `until` is the last possible day.

    With `nth`, a month's nth such weekdays (-1 is the last); `month_days` are several days of a month.
    `excluded` are dates left out.
    """

    unit: RecurrenceUnit
    step: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None
    nth: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    excluded: tuple[date, ...] = ()


class ParsedTime(Struct, frozen=True):
    """A parsed time, aware and in the caller's zone; `end` is None when none was said, else after `start`.

    A day starts at its midnight. A part is a window: free at some time within it, for `duration` when that
    was said; `day_part` is its name if it has one. `recurrence` says how the time repeats after this first
    one.
    """

    kind: TimeKind
    start: datetime
    end: datetime | None
    recurrence: RecurrenceRule | None = None
    day_part: str | None = None
    duration: timedelta | None = None


class TextSpan(Struct, frozen=True):
    """Position of a value: offsets `[start, end)` into the text as it was typed."""

    field: str
    start: int
    end: int


class TimesOfDay(Struct, frozen=True):
    """Wall times from `start` to `end`; an end of 00:00 is the day's end."""

    start: time
    end: time


class Exclusions(Struct, frozen=True):
    """What a text rules out: dates, weekdays (Monday is 0), times of day, buildings and rooms."""

    dates: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    times: tuple[TimesOfDay, ...] = ()
    buildings: tuple[BuildingId, ...] = ()
    rooms: tuple[RoomId, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.dates or self.weekdays or self.times or self.buildings or self.rooms)

    def has_day(self, day: date) -> bool:
        """Whether the day is ruled out, as a date or as its weekday."""
        return day in self.dates or day.weekday() in self.weekdays


NO_EXCLUSIONS = Exclusions()


class ProblemReason(StrEnum):
    """Why a time was rejected; `code` is the word for programs."""

    PAST = "past"
    TOO_FAR = "too far"
    UNREADABLE = "unreadable"
    TOO_MUCH = "too much"
    END_NOT_AFTER_START = "end not after start"
    CONTRADICTION = "contradiction"
    INCOMPLETE = "incomplete"
    EXCLUSION = "exclusion"
    LANGUAGE = "language"
    NO_TERMS = "no terms"
    NOT_IN_TERM = "not in term"

    @property
    def code(self) -> str:
        return self.value.replace(" ", "_")


class ParseProblem(Struct, frozen=True):
    """A rejected time: the text or time that was parsed, and a phrase that would work (`suggestion`)."""

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
            ProblemReason.CONTRADICTION: f"The day and the date in “{self.parsed_text}” don't agree.",
            ProblemReason.INCOMPLETE: f"I could not read “{self.parsed_text}” as part of the time.",
            ProblemReason.EXCLUSION: f"I'm not sure what to leave out in “{self.parsed_text}”.",
            ProblemReason.LANGUAGE: f"I read English, and I'm not sure about “{self.parsed_text}”.",
            ProblemReason.NO_TERMS: (
                f"Week numbers aren't set up here, so I can't tell when “{self.parsed_text}” is. Use dates."
            ),
            ProblemReason.NOT_IN_TERM: f"No term that I know of has “{self.parsed_text}”.",
        }[self.reason]
        return f"{opening} Try “{self.suggestion}”."


class SmallTalk(StrEnum):
    """What a remark is that asks for nothing."""

    THANKS = "thanks"
    GREETING = "greeting"
    FAREWELL = "farewell"
    ACKNOWLEDGEMENT = "acknowledgement"
    QUESTION = "question about the bot"
    REMARK = "remark"


class Clarification(Struct, frozen=True):
    """Ambiguous words, and a phrase for each of their meanings."""

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
"""All that can be assumed: am or pm, the day, the order of day and month in 3/4, the default duration,
minutes for `in 20`, next week for `next friday`, and a start (now, or the day's first hour)."""


class ParseResult(Struct, frozen=True):
    """Everything that was parsed from a text, and what could not be.

    What was not said is None or empty. `alternatives` are other meanings of the time, `also` further times
    that are wanted as well, `zone_name` the IANA name of a time zone that was typed, `unparsed` the words
    that nothing understood, `problem` a rejected time (then `when` is None), `clarification` ambiguous words.
    Of a text that is `small_talk` nothing else is read.
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
    also: tuple[ParsedTime, ...] = ()
    excluded: Exclusions = NO_EXCLUSIONS
    zone_name: str | None = None
    unparsed: tuple[str, ...] = ()
    problem: ParseProblem | None = None
    clarification: Clarification | None = None
    small_talk: SmallTalk | None = None
