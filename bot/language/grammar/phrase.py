"""Assembles items into a phrase: its day, start, end, duration and recurrence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.language.grammar.dates import build_day_of_month_offset
from bot.language.model.days import (
    CalendarDay,
    CalendarMonth,
    CalendarWeek,
    DayExpression,
    DayOffset,
    Weekday,
    join_days,
)
from bot.language.model.items import (
    BareNumber,
    ClockTime,
    Connective,
    DayItem,
    DayPart,
    DurationItem,
    EndOfDay,
    InvalidTime,
    IsoTimestamp,
    Item,
    Now,
    PlacedItem,
    RecurrenceItem,
    SameTime,
    TimeOffset,
    UnknownWord,
    UpcomingWindow,
)

StartItem = ClockTime | Now | TimeOffset | IsoTimestamp | SameTime
EndItem = ClockTime | DayPart | EndOfDay | IsoTimestamp
_TRANSPARENT = frozenset({Connective.AT, Connective.ON, Connective.FROM, Connective.OF, Connective.IN})
_TIME_ITEMS = (ClockTime, Now, TimeOffset, IsoTimestamp, SameTime, DayItem, DayPart, EndOfDay, RecurrenceItem)


@dataclass(slots=True)
class TimePhrase:
    """A time as it was said. Everything may be missing; `used_items` are the items that found a place."""

    day: DayItem | None = None
    start: StartItem | None = None
    end: EndItem | None = None
    end_day: DayExpression | None = None
    duration: DurationItem | None = None
    day_part: DayPart | None = None
    recurrence: RecurrenceItem | None = None
    recurrence_until: DayExpression | None = None
    has_invalid_time: bool = False
    other_days: list[DayExpression] = field(default_factory=list)
    other_starts: list[ClockTime] = field(default_factory=list)
    ambiguous_number: BareNumber | None = None
    used_items: list[PlacedItem] = field(default_factory=list)

    @property
    def has_length(self) -> bool:
        return self.end is not None or self.duration is not None


def build_phrase(items: Sequence[PlacedItem]) -> TimePhrase:
    """Builds the phrase of items among which bare numbers are resolved."""
    builder = _PhraseBuilder(items)
    for index, placed_item in enumerate(items):
        if builder.add(index, placed_item.item):
            builder.phrase.used_items.append(placed_item)
    return builder.phrase


def _neighbours(items: Sequence[Item]) -> list[Item | None]:
    """For each item the nearest one before it that is not a transparent connective."""
    found: list[Item | None] = []
    nearest: Item | None = None
    for item in items:
        found.append(nearest)
        if not isinstance(item, Connective) or item not in _TRANSPARENT:
            nearest = item
    return found


class _PhraseBuilder:
    """Builds a phrase item by item; `expected` is what the last connective announced."""

    def __init__(self, placed: Sequence[PlacedItem]) -> None:
        items = [each.item for each in placed]
        self.before = _neighbours(items)
        self.after = _neighbours(items[::-1])[::-1]
        self.phrase = TimePhrase()
        self.expected: Connective | None = None
        self.is_between = False
        self.handlers: dict[type, Callable[..., bool]] = {
            ClockTime: self._add_clock_time,
            Now: self._add_start,
            TimeOffset: self._add_start,
            SameTime: self._add_start,
            IsoTimestamp: self._add_timestamp,
            UpcomingWindow: self._add_window,
            DayItem: self._add_day,
            DayPart: self._add_day_part,
            DurationItem: self._add_duration,
            RecurrenceItem: self._add_recurrence,
            EndOfDay: self._add_end_of_day,
            InvalidTime: self._note_invalid_time,
        }

    def add(self, index: int, item: Item) -> bool:
        if isinstance(item, Connective):
            self._handle_connective(index, item)
            return False
        if isinstance(item, BareNumber):
            self.phrase.ambiguous_number = item
            return False
        if isinstance(item, UnknownWord):
            self.expected = None
            return False
        placed = self.handlers[type(item)](item)
        if self.expected in {Connective.FROM, Connective.AFTER, Connective.OR} and not isinstance(
            item, DayItem
        ):
            self.expected = None
        return placed

    def _handle_connective(self, index: int, connective: Connective) -> None:
        following = self.after[index]
        if connective is Connective.BETWEEN:
            self.is_between, self.expected = True, Connective.FROM
        elif connective is Connective.FROM:
            self.expected = Connective.FROM
        elif connective in {Connective.UNTIL, Connective.BEFORE}:
            self._expect_end(following)
        elif connective in {Connective.TO, Connective.DASH} or (
            connective is Connective.AND and self.is_between
        ):
            if self._is_separator(connective, index):
                return
            if isinstance(following, _TIME_ITEMS) and isinstance(self.before[index], _TIME_ITEMS):
                self.expected = Connective.UNTIL
        elif connective in {Connective.AFTER, Connective.OR}:
            self.expected = connective if isinstance(following, _TIME_ITEMS) else None

    def _is_separator(self, connective: Connective, index: int) -> bool:
        """Whether a dash only sets the time apart from its day: `6 march - 3pm`."""
        is_day = isinstance(self.before[index], DayItem) and isinstance(self.after[index], ClockTime)
        return is_day and connective is Connective.DASH and self.phrase.start is None

    def _expect_end(self, following: Item | None) -> None:
        if isinstance(following, ClockTime | DayPart | EndOfDay | DayItem | IsoTimestamp):
            self.expected = Connective.UNTIL

    def _add_clock_time(self, item: ClockTime) -> bool:
        phrase = self.phrase
        if self.expected is Connective.UNTIL and phrase.end is None:
            phrase.end = item
        elif self.expected is Connective.OR and isinstance(phrase.start, ClockTime):
            phrase.other_starts.append(item)
        elif phrase.start is None:
            phrase.start = item
        else:
            return False
        return True

    def _add_start(self, item: StartItem) -> bool:
        if self.phrase.start is not None:
            return isinstance(self.phrase.start, Now) and isinstance(item, Now)
        self.phrase.start = item
        return True

    def _add_timestamp(self, item: IsoTimestamp) -> bool:
        if self.expected is Connective.UNTIL or self.phrase.start is not None:
            self.phrase.end = item
            return True
        return self._add_start(item)

    def _add_window(self, item: UpcomingWindow) -> bool:
        if self.phrase.start is not None:
            return False
        self.phrase.start, self.phrase.duration = (
            Now(),
            DurationItem(int(item.duration.total_seconds()) // 60),
        )
        return True

    def _add_day(self, item: DayItem) -> bool:
        phrase = self.phrase
        if self.expected is Connective.UNTIL:
            return self._add_end_day(item)
        if self.expected is Connective.OR and phrase.day is not None:
            phrase.other_days.append(item.day)
        elif phrase.day is None:
            phrase.day = item
        else:
            return self._merge_second_day(item)
        return True

    def _add_end_day(self, item: DayItem) -> bool:
        phrase = self.phrase
        if phrase.recurrence is not None:
            phrase.recurrence_until = item.day
        elif phrase.end is not None:
            if phrase.day is None and not isinstance(phrase.start, Now):
                phrase.day = item
            else:
                phrase.end_day = item.day
        elif phrase.day is not None and phrase.start is None:
            phrase.day = DayItem(
                join_days(phrase.day.day, item.day), weekday=phrase.day.weekday, last_weekday=item.weekday
            )
            self.expected = None
        else:
            phrase.end_day = item.day
        return True

    def _merge_second_day(self, item: DayItem) -> bool:
        """Merges two words for one day: `friday … next week`, `tomorrow, friday`."""
        phrase = self.phrase
        if phrase.day is None:
            return False
        for one, other in ((phrase.day, item), (item, phrase.day)):
            if isinstance(one.day, Weekday) and isinstance(other.day, CalendarWeek) and other.day.days == 7:
                phrase.day = DayItem(Weekday(one.day.number, week_offset=other.day.week_offset))
                return True
            in_month = _day_in_month(one.day, other.day)
            if in_month is not None:
                phrase.day = DayItem(in_month)
                return True
            if isinstance(one.day, Weekday) and not isinstance(
                other.day, Weekday | CalendarWeek | CalendarMonth
            ):
                phrase.day = replace(other, weekday=one.day.number)
                return True
        return phrase.day == item or (isinstance(item.day, DayOffset) and item.day == DayOffset())

    def _add_day_part(self, item: DayPart) -> bool:
        phrase = self.phrase
        if self.expected is Connective.UNTIL and phrase.end is None:
            phrase.end = item
        elif self.expected is Connective.AFTER and phrase.start is None:
            phrase.start = START_AFTER_DAY_PART[item.name]
        elif phrase.day_part is None:
            phrase.day_part = item
        else:
            return False
        return True

    def _add_duration(self, item: DurationItem) -> bool:
        if self.phrase.duration is not None:
            return False
        self.phrase.duration = item
        return True

    def _add_recurrence(self, item: RecurrenceItem) -> bool:
        if self.phrase.recurrence is not None:
            return False
        self.phrase.recurrence = item
        return True

    def _add_end_of_day(self, item: EndOfDay) -> bool:
        self.phrase.end = item
        return True

    def _note_invalid_time(self, item: InvalidTime) -> bool:
        self.phrase.has_invalid_time = bool(item)
        return False


def _day_in_month(day: DayExpression, month: DayExpression) -> DayExpression | None:
    """`the 6th` … `next month`, `december` … `the 4th`: the day of that month."""
    if not isinstance(day, CalendarDay) or day.month is not None or not isinstance(month, CalendarMonth):
        return None
    if month.month is not None:
        return CalendarDay(day.day, month.month, month.year)
    return build_day_of_month_offset(day.day, month.month_offset).day


START_AFTER_DAY_PART = {
    "early morning": ClockTime(9, is_24_hour=True),
    "morning": ClockTime(12, is_24_hour=True),
    "lunch": ClockTime(13, is_24_hour=True),
    "afternoon": ClockTime(17, is_24_hour=True),
    "evening": ClockTime(20, is_24_hour=True),
    "night": ClockTime(22, is_24_hour=True),
    "day": ClockTime(17, is_24_hour=True),
}
