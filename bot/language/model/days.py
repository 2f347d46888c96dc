"""Day expressions: the days that words can mean, seen from today."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

from msgspec import Struct

MAX_DATE_RANGES = 16


class DateRange(Struct, frozen=True):
    """`days` days from `first` on."""

    first: date
    days: int = 1

    @property
    def last(self) -> date:
        return add_days(self.first, self.days - 1)


class DayExpression(Protocol):
    """Expression that means one or more days; the likeliest comes first."""

    def date_ranges(self, today: date) -> Iterator[DateRange]: ...


def likeliest(day: DayExpression, today: date) -> Iterator[DateRange]:
    """The first 16 date ranges that a day can mean; none for a day that never comes, such as 30 February.

    An expression made of others calls this once for each of them, so its cost grows with their sum. Called
    again in a loop, it would grow with their product.
    """
    return islice(day.date_ranges(today), MAX_DATE_RANGES)


def add_days(day: date, days: int) -> date:
    """Adds days, saturating at the ends of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_months(day: date, months: int) -> date:
    """Adds months, to the same day or the last of the month, saturating at the ends of the calendar."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        return date.max if months > 0 else date.min
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class DayOffset(Struct, frozen=True):
    """Days and months from today or from another day."""

    days: int = 0
    months: int = 0
    base: "DayExpression | None" = None

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        if self.base is None:
            yield DateRange(add_days(add_months(today, self.months), self.days))
            return
        for dates in likeliest(self.base, today):
            yield DateRange(add_days(add_months(dates.first, self.months), self.days), dates.days)


@dataclass(frozen=True, slots=True)
class Weekday:
    """The next such weekday, today included; with `week_offset` that of a calendar week (0 is this one).

    `is_single`: one date was meant (`this friday`), and not the weekday.
    """

    number: int
    week_offset: int | None = None
    extra_weeks: int = 0
    includes_today: bool = True
    is_single: bool = field(default=False, compare=False)

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        ahead = (self.number - today.weekday()) % 7
        if self.week_offset is None:
            if ahead or self.includes_today:
                yield DateRange(add_days(today, ahead + 7 * self.extra_weeks))
            if ahead == 0:
                yield DateRange(add_days(today, 7 + 7 * self.extra_weeks))
            return
        in_week = add_days(today, self.number - today.weekday() + 7 * self.week_offset + 7 * self.extra_weeks)
        yield DateRange(in_week)
        if self.week_offset == 0 and in_week < today:
            yield DateRange(add_days(in_week, 7))


def is_plain_weekday(day: DayExpression) -> bool:
    """Whether the day is a weekday without a week."""
    return isinstance(day, Weekday) and day.week_offset is None


class PreviousWeekday(Struct, frozen=True):
    """The last such weekday before today."""

    number: int

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        yield DateRange(add_days(today, -((today.weekday() - self.number - 1) % 7) - 1))


class NextDays(Struct, frozen=True):
    """A number of days, of which today is the first."""

    days: int

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        yield DateRange(today, max(self.days, 1))


class CalendarDay(Struct, frozen=True):
    """A day of the month; the next one where month or year were not said."""

    day: int
    month: int | None = None
    year: int | None = None

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        if self.year is not None:
            yield from _valid_dates(self.year, self.month or today.month, self.day)
        elif self.month is not None:
            for year in range(today.year, today.year + 9):
                yield from _valid_dates(year, self.month, self.day)
        else:
            for months in range(13):
                start = add_months(today.replace(day=1), months)
                yield from _valid_dates(start.year, start.month, self.day)


def _valid_dates(year: int, month: int, day: int) -> Iterator[DateRange]:
    try:
        yield DateRange(date(year, month, day))
    except ValueError:
        return


class CalendarWeek(Struct, frozen=True):
    """A calendar week, from Monday; this one from today."""

    week_offset: int
    first_weekday: int = 0
    days: int = 7

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        monday = add_days(today, 7 * self.week_offset - today.weekday())
        start = add_days(monday, self.first_weekday)
        end = add_days(start, self.days)
        if start < today < end:
            start = today
        yield DateRange(start, max((end - start).days, 1))
        if self.week_offset == 0 and end <= today:
            yield DateRange(add_days(start, 7), self.days)


class CalendarMonth(Struct, frozen=True):
    """A month by number or counted from this one; all of it, or only its first, middle or last day."""

    month: int | None = None
    month_offset: int = 0
    year: int | None = None
    is_last_day_only: bool = False
    is_first_day_only: bool = False
    is_middle_day_only: bool = False

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for start in self.first_days(today):
            length = monthrange(start.year, start.month)[1]
            if self.is_last_day_only:
                yield DateRange(add_days(start, length - 1))
            elif self.is_first_day_only:
                yield DateRange(start)
            elif self.is_middle_day_only:
                yield DateRange(add_days(start, 14))
            elif start <= today <= add_days(start, length - 1):
                yield DateRange(today, length - today.day + 1)
            else:
                yield DateRange(start, length)

    def first_days(self, today: date) -> Iterator[date]:
        this = today.replace(day=1)
        if self.month is None:
            yield add_months(this, self.month_offset)
        elif self.year is not None:
            yield date(self.year, self.month, 1)
        else:
            yield date(today.year, self.month, 1)
            if today.year < date.max.year:
                yield date(today.year + 1, self.month, 1)


class WeekdayOfMonth(Struct, frozen=True):
    """The nth such weekday of a month (-1 is the last)."""

    nth: int
    number: int
    month: CalendarMonth

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for start in self.month.first_days(today):
            days = monthrange(start.year, start.month)[1]
            found = [day for day in range(1, days + 1) if start.replace(day=day).weekday() == self.number]
            if abs(self.nth) <= len(found) and self.nth:
                yield DateRange(start.replace(day=found[self.nth - (self.nth > 0)]))


class DayRange(Struct, frozen=True):
    """From one day to another, both included."""

    first: DayExpression
    last: DayExpression

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        ends = tuple(likeliest(self.last, today))
        for start in likeliest(self.first, today):
            for end in ends:
                days = (end.last - start.first).days + 1
                if 1 <= days <= 400:
                    yield DateRange(start.first, days)
                    break
                if isinstance(self.last, Weekday):
                    yield DateRange(start.first, (end.last.weekday() - start.first.weekday()) % 7 + 1)


def join_days(first: DayExpression, last: DayExpression) -> DayRange:
    """Range from one day to another, both included; of ranges the outer ends, so that ranges never nest."""
    return DayRange(
        first.first if isinstance(first, DayRange) else first,
        last.last if isinstance(last, DayRange) else last,
    )


class EasterDay(Struct, frozen=True):
    """A day counted from Easter Sunday."""

    offset_days: int = 0

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for year in (today.year, today.year + 1):
            if year <= date.max.year:
                yield DateRange(add_days(_easter_sunday(year), self.offset_days))


def _easter_sunday(year: int) -> date:
    """Easter Sunday of a year, by the anonymous Gregorian algorithm."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


class DayAlternatives(Struct, frozen=True):
    """One of several days, the likeliest first."""

    alternatives: tuple[DayExpression, ...] = ()

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for day in self.alternatives:
            yield from likeliest(day, today)


def as_calendar_day(day: DayExpression | None) -> CalendarDay | None:
    """The day as one of the calendar, also where it is the only alternative (`12/3`)."""
    if isinstance(day, DayAlternatives) and len(day.alternatives) == 1:
        day = day.alternatives[0]
    return day if isinstance(day, CalendarDay) else None
