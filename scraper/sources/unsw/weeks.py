"""Calendar of the UNSW timetable site: week numbers, and the days of a week code."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

MONDAY, SUNDAY = 0, 6
ONE_WEEK = timedelta(weeks=1)


class TimetableYear(Struct, frozen=True):
    """The weeks that a year's pages cover: from its first Monday to the week of 31 December.

    `first` and `last` are numbers of the site's own calendar; a week code has a digit for each week of them.
    """

    number: int

    @property
    def first_monday(self) -> date:
        new_year = date(self.number, 1, 1)
        return new_year + timedelta(days=-new_year.weekday() % 7)

    @property
    def first(self) -> int:
        return week_number(self.first_monday)

    @property
    def last(self) -> int:
        return week_number(date(self.number, 12, 31))

    @property
    def weeks(self) -> int:
        return self.last - self.first + 1

    def days(self, code: str, weekday: int) -> Iterator[date]:
        """The dates of a weekday (Monday is 0) in the weeks whose digit is 1."""
        first = self.first_monday + timedelta(days=weekday)
        return (first + week * ONE_WEEK for week, digit in enumerate(code) if digit == "1")


def week_number(day: date) -> int:
    """The site's week of a day. Weeks begin on Mondays; week 1 holds 1 January, unless that is a Sunday."""
    return (_monday_of(day) - _first_week_monday(day.year)) // ONE_WEEK + 1


def _first_week_monday(year: int) -> date:
    new_year = date(year, 1, 1)
    return new_year + timedelta(days=1) if new_year.weekday() == SUNDAY else _monday_of(new_year)


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
