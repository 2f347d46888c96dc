"""Day expressions that are parts of weeks and months, and ranges that have begun."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from bot.language.model.days import CalendarMonth, DateRange, DayExpression, add_days, likeliest

_DAYS_PER_WEEK = 7
_THURSDAY_OFFSET = 3
_MID_MONTH = 15


class WeekOfDay(Struct, frozen=True):
    """The calendar week, from Monday, that a day is in."""

    day: DayExpression

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for dates in likeliest(self.day, today):
            yield DateRange(add_days(dates.first, -dates.first.weekday()), _DAYS_PER_WEEK)


class WeekOfMonth(Struct, frozen=True):
    """The nth week of a month, the first being that of its first Monday; -1 is the last.

    The last week is the last that has most of its days in the month.
    """

    nth: int
    month: CalendarMonth

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for first in self.month.first_days(today):
            last = add_days(first, monthrange(first.year, first.month)[1] - 1)
            monday = add_days(first, -first.weekday() % _DAYS_PER_WEEK + _DAYS_PER_WEEK * (self.nth - 1))
            if self.nth < 0:
                monday = add_days(last, -last.weekday())
                if add_days(monday, _THURSDAY_OFFSET) > last:
                    monday = add_days(monday, -_DAYS_PER_WEEK)
            if monday <= last:
                yield DateRange(monday, _DAYS_PER_WEEK)


class HalfOfMonth(Struct, frozen=True):
    """The days of a month up to the 15th, or those after it."""

    month: CalendarMonth
    is_second: bool

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        for first in self.month.first_days(today):
            if self.is_second:
                yield DateRange(
                    add_days(first, _MID_MONTH), monthrange(first.year, first.month)[1] - _MID_MONTH
                )
            else:
                yield DateRange(first, _MID_MONTH)


class LaterInMonth(Struct, frozen=True):
    """From tomorrow to the end of this month, or of this year."""

    is_year: bool = False
    includes_today: bool = False

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        first = today if self.includes_today else add_days(today, 1)
        month = 12 if self.is_year else today.month
        last = date(today.year, month, monthrange(today.year, month)[1])
        yield DateRange(first, max((last - first).days + 1, 1))


class LaterInWeek(Struct, frozen=True):
    """From tomorrow to this week's Sunday."""

    def date_ranges(self, today: date) -> Iterator[DateRange]:
        yield DateRange(add_days(today, 1), max(6 - today.weekday(), 1))


def skip_past_days(ranges: Iterator[DateRange], today: date) -> Iterator[DateRange]:
    """Lets ranges of days that have begun begin today; a day from tomorrow on is their second meaning."""
    for dates in ranges:
        if dates.first > today or dates.last <= today:
            yield dates
            continue
        left = (dates.last - today).days + 1
        yield DateRange(today, left)
        if left > 1:
            yield DateRange(add_days(today, 1), left - 1)
