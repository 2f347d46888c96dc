"""Assembles items into a phrase: its day, start, end, duration and recurrence."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from msgspec.structs import replace

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
    ContextWord,
    DayItem,
    DayPart,
    DurationItem,
    EndOfDay,
    InvalidTime,
    IsoTimestamp,
    Item,
    LooseTime,
    MinuteOfHour,
    Now,
    OccurrenceCount,
    PlacedItem,
    RecurrenceItem,
    SameTime,
    StartOfDay,
    TimeOffset,
    UnknownWord,
    UpcomingWindow,
)
from bot.language.model.time_phrase import StartItem, TimePhrase

_TRANSPARENT = frozenset({Connective.AT, Connective.ON, Connective.FROM, Connective.OF, Connective.IN})
_TIME_ITEMS = (
    ClockTime,
    Now,
    TimeOffset,
    IsoTimestamp,
    SameTime,
    MinuteOfHour,
    DayItem,
    DayPart,
    EndOfDay,
    StartOfDay,
    RecurrenceItem,
)


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
        self.items = items
        self.before = _neighbours(items)
        self.after = _neighbours(items[::-1])[::-1]
        self.phrase = TimePhrase()
        self.expected: Connective | None = None
        self.is_between = False

    def add(self, index: int, item: Item) -> bool:
        if isinstance(item, Connective):
            self._handle_connective(index, item)
            return False
        if isinstance(item, BareNumber):
            self.phrase.ambiguous_number = item
            return False
        if isinstance(item, ContextWord):
            return False
        if isinstance(item, LooseTime):
            self.phrase.is_loose = True
            return True
        if isinstance(item, UnknownWord):
            self.expected = None
            return False
        placed = self._handlers[type(item)](self, item)
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
        elif connective in {Connective.UNTIL, Connective.BEFORE, Connective.BY}:
            self._expect_end(following)
            if connective is Connective.BEFORE:
                self._count_back(index, following)
        elif connective in {Connective.TO, Connective.DASH} or (
            connective is Connective.AND and self.is_between
        ):
            self._join_times(index, connective)
        elif connective in {Connective.AFTER, Connective.JUST_AFTER, Connective.OR}:
            self._expect_other(connective, following)

    def _join_times(self, index: int, connective: Connective) -> None:
        """`2-4`, `mon to wed`, `between 3 and 5`."""
        is_range = isinstance(self.after[index], _TIME_ITEMS) and isinstance(self.before[index], _TIME_ITEMS)
        if is_range and not self._is_separator(connective, index):
            self.expected = Connective.UNTIL

    def _expect_other(self, connective: Connective, following: Item | None) -> None:
        """Expects a start after a time, or a second choice."""
        announced = Connective.AFTER if connective is Connective.JUST_AFTER else connective
        self.expected = announced if isinstance(following, _TIME_ITEMS) else None
        if connective is Connective.AFTER and self.phrase.start is None:
            self.phrase.is_after = isinstance(following, ClockTime | DayPart | MinuteOfHour)

    def _count_back(self, index: int, following: Item | None) -> None:
        """`an hour before 3`: the end of the duration that stands just before."""
        is_hour = isinstance(following, ClockTime | DayPart | EndOfDay | MinuteOfHour)
        if index and is_hour and isinstance(self.items[index - 1], DurationItem):
            self.phrase.counts_back = True

    def _is_separator(self, connective: Connective, index: int) -> bool:
        """Whether a dash only sets the time apart from its day: `6 march - 3pm`."""
        is_day = isinstance(self.before[index], DayItem) and isinstance(self.after[index], ClockTime)
        return is_day and connective is Connective.DASH and self.phrase.start is None

    def _expect_end(self, following: Item | None) -> None:
        if isinstance(following, ClockTime | DayPart | EndOfDay | DayItem | IsoTimestamp | MinuteOfHour):
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
            return self._is_repeated(item)
        return True

    def _is_repeated(self, item: ClockTime) -> bool:
        """Whether the start or the end is this time (`2-4, leaving at 4`)."""
        return any(
            isinstance(known, ClockTime) and set(known.possible_minutes) & set(item.possible_minutes)
            for known in (self.phrase.start, self.phrase.end)
        )

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
        self.phrase.start = Now()
        self.phrase.within = DurationItem(int(item.duration.total_seconds()) // 60)
        return True

    def _add_minute_of_hour(self, item: MinuteOfHour) -> bool:
        if self.expected is Connective.UNTIL and self.phrase.end is None:
            self.phrase.end = item
            return True
        return self._add_start(item)

    def _add_day(self, item: DayItem) -> bool:
        phrase = self.phrase
        if self.expected is Connective.UNTIL:
            return self._add_end_day(item)
        if self.expected is Connective.OR and phrase.day is not None:
            phrase.other_days.append(item.day)
        elif phrase.day is None:
            phrase.day = item
            phrase.is_start_day = self.expected in {Connective.FROM, Connective.AFTER}
        else:
            return self._merge_second_day(item)
        return True

    def _add_end_day(self, item: DayItem) -> bool:
        phrase = self.phrase
        if phrase.recurrence is not None:
            phrase.recurrence_until = item.day
            self.expected = None
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
        return phrase.day.day == item.day or (isinstance(item.day, DayOffset) and item.day == DayOffset())

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

    def _add_occurrence_count(self, item: OccurrenceCount) -> bool:
        if self.phrase.recurrence is None or self.phrase.recurrence_count is not None:
            return False
        self.phrase.recurrence_count = item.count
        return True

    def _add_end_of_day(self, item: EndOfDay) -> bool:
        if self.expected is Connective.UNTIL or self.phrase.start is not None:
            self.phrase.end = item
        else:
            self.phrase.edge = item
        return True

    def _add_start_of_day(self, item: StartOfDay) -> bool:
        if not item.is_first_thing:
            return self._add_start(item)
        self.phrase.edge = item
        return True

    def _note_invalid_time(self, item: InvalidTime) -> bool:
        self.phrase.has_invalid_time = bool(item)
        return False

    _handlers: ClassVar[Mapping[type, Callable[..., bool]]] = {
        ClockTime: _add_clock_time,
        Now: _add_start,
        TimeOffset: _add_start,
        SameTime: _add_start,
        MinuteOfHour: _add_minute_of_hour,
        StartOfDay: _add_start_of_day,
        IsoTimestamp: _add_timestamp,
        UpcomingWindow: _add_window,
        DayItem: _add_day,
        DayPart: _add_day_part,
        DurationItem: _add_duration,
        RecurrenceItem: _add_recurrence,
        OccurrenceCount: _add_occurrence_count,
        EndOfDay: _add_end_of_day,
        InvalidTime: _note_invalid_time,
    }
    """Methods by the type of item. Bound ones would make cycles that only a garbage collection frees."""


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
