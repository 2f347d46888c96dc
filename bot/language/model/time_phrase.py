"""The time as it was said: what the grammar makes of a text, before it is resolved."""

from msgspec import Struct, field

from bot.language.model.days import DayExpression
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    DayItem,
    DayPart,
    DurationItem,
    EndOfDay,
    IsoTimestamp,
    MinuteOfHour,
    Now,
    PlacedItem,
    RecurrenceItem,
    SameTime,
    StartOfDay,
    TimeOffset,
)

StartItem = ClockTime | Now | TimeOffset | IsoTimestamp | SameTime | MinuteOfHour | StartOfDay | EndOfDay
EndItem = ClockTime | DayPart | EndOfDay | IsoTimestamp | MinuteOfHour


class TimePhrase(Struct):
    """A time as it was said. Everything may be missing; `used_items` are the items that found a place.

    `is_start_day`: the day is where a recurrence starts (`from next week`), not the days it takes place on.
    `within` is a duration from now in which the time lies, `edge` the first or last hour of the day. The
    time is some time after its start if `is_after`, some time between its ends if `is_loose`, and the end
    of a duration if `counts_back` (`an hour before 3`).
    """

    day: DayItem | None = None
    start: StartItem | None = None
    end: EndItem | None = None
    end_day: DayExpression | None = None
    duration: DurationItem | None = None
    day_part: DayPart | None = None
    recurrence: RecurrenceItem | None = None
    recurrence_until: DayExpression | None = None
    recurrence_count: int | None = None
    is_start_day: bool = False
    within: DurationItem | None = None
    edge: StartOfDay | EndOfDay | None = None
    is_after: bool = False
    is_loose: bool = False
    counts_back: bool = False
    has_invalid_time: bool = False
    other_days: list[DayExpression] = field(default_factory=list)
    other_starts: list[ClockTime] = field(default_factory=list)
    ambiguous_number: BareNumber | None = None
    used_items: list[PlacedItem] = field(default_factory=list)

    @property
    def has_length(self) -> bool:
        return self.end is not None or self.duration is not None or self.within is not None
