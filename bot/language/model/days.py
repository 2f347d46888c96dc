"""The days that words can mean, seen from today."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Protocol

MAX_STRETCHES = 16


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many days from `first`."""

    first: date
    days: int = 1

    @property
    def last(self) -> date:
        return later(self.first, self.days - 1)


class Day(Protocol):
    """Something that means one or more days; the likelier reading comes first."""

    def stretches(self, today: date) -> Iterator[Stretch]: ...


def likeliest(day: Day, today: date) -> Iterator[Stretch]:
    """The first 16 stretches that a day can mean; none for a day that never is, such as 30 February.

    A day made of others asks for theirs here, once for each: then what it costs grows with the number of days
    it is made of. Asked for again in a loop it would grow with the product.
    """
    return islice(day.stretches(today), MAX_STRETCHES)


def later(day: date, days: int) -> date:
    """So many days on, or the end of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        return date.max if months > 0 else date.min
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class Shifted:
    """So many days, or months, from today or from another day."""

    days: int = 0
    months: int = 0
    base: "Day | None" = None

    def stretches(self, today: date) -> Iterator[Stretch]:
        if self.base is None:
            yield Stretch(later(months_later(today, self.months), self.days))
            return
        for stretch in likeliest(self.base, today):
            yield Stretch(later(months_later(stretch.first, self.months), self.days), stretch.days)


@dataclass(frozen=True, slots=True)
class Weekday:
    """The next such weekday, today included; `weeks` counts calendar weeks from this one instead."""

    number: int
    weeks: int | None = None
    later_weeks: int = 0
    today_too: bool = True

    def stretches(self, today: date) -> Iterator[Stretch]:
        ahead = (self.number - today.weekday()) % 7
        if self.weeks is None:
            if ahead or self.today_too:
                yield Stretch(later(today, ahead + 7 * self.later_weeks))
            if ahead == 0:
                yield Stretch(later(today, 7 + 7 * self.later_weeks))
            return
        in_week = later(today, self.number - today.weekday() + 7 * self.weeks + 7 * self.later_weeks)
        yield Stretch(in_week)
        if self.weeks == 0 and in_week < today:
            yield Stretch(later(in_week, 7))


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """The last such weekday before today."""

    number: int

    def stretches(self, today: date) -> Iterator[Stretch]:
        yield Stretch(later(today, -((today.weekday() - self.number - 1) % 7) - 1))


@dataclass(frozen=True, slots=True)
class NextDays:
    """So many days, today the first."""

    days: int

    def stretches(self, today: date) -> Iterator[Stretch]:
        yield Stretch(today, max(self.days, 1))


@dataclass(frozen=True, slots=True)
class Calendar:
    """A day of the month; the coming one where month or year were not said."""

    day: int
    month: int | None = None
    year: int | None = None

    def stretches(self, today: date) -> Iterator[Stretch]:
        if self.year is not None:
            yield from _real(self.year, self.month or today.month, self.day)
        elif self.month is not None:
            for year in range(today.year, today.year + 9):
                yield from _real(year, self.month, self.day)
        else:
            for months in range(13):
                start = months_later(today.replace(day=1), months)
                yield from _real(start.year, start.month, self.day)


def _real(year: int, month: int, day: int) -> Iterator[Stretch]:
    try:
        yield Stretch(date(year, month, day))
    except ValueError:
        return


@dataclass(frozen=True, slots=True)
class Week:
    """A calendar week, from Monday; this one from today."""

    weeks: int
    first: int = 0
    days: int = 7

    def stretches(self, today: date) -> Iterator[Stretch]:
        monday = later(today, 7 * self.weeks - today.weekday())
        start = later(monday, self.first)
        end = later(start, self.days)
        if start < today < end:
            start = today
        yield Stretch(start, max((end - start).days, 1))
        if self.weeks == 0 and end <= today:
            yield Stretch(later(start, 7), self.days)


@dataclass(frozen=True, slots=True)
class Month:
    """A month by name or counted from this one; all of it, or only its first, middle or last day."""

    month: int | None = None
    months: int = 0
    year: int | None = None
    last_only: bool = False
    first_only: bool = False
    middle_only: bool = False

    def stretches(self, today: date) -> Iterator[Stretch]:
        for start in self._starts(today):
            length = monthrange(start.year, start.month)[1]
            if self.last_only:
                yield Stretch(later(start, length - 1))
            elif self.first_only:
                yield Stretch(start)
            elif self.middle_only:
                yield Stretch(later(start, 14))
            elif start <= today <= later(start, length - 1):
                yield Stretch(today, length - today.day + 1)
            else:
                yield Stretch(start, length)

    def _starts(self, today: date) -> Iterator[date]:
        this = today.replace(day=1)
        if self.month is None:
            yield months_later(this, self.months)
        elif self.year is not None:
            yield date(self.year, self.month, 1)
        else:
            yield date(today.year, self.month, 1)
            if today.year < date.max.year:
                yield date(today.year + 1, self.month, 1)


@dataclass(frozen=True, slots=True)
class WeekdayOfMonth:
    """The nth such weekday of a month (-1 is the last)."""

    nth: int
    number: int
    month: Month

    def stretches(self, today: date) -> Iterator[Stretch]:
        for start in self.month._starts(today):  # noqa: SLF001 - a neighbour in the same page
            days = monthrange(start.year, start.month)[1]
            found = [day for day in range(1, days + 1) if start.replace(day=day).weekday() == self.number]
            if abs(self.nth) <= len(found) and self.nth:
                yield Stretch(start.replace(day=found[self.nth - (self.nth > 0)]))


@dataclass(frozen=True, slots=True)
class Through:
    """From one day through another."""

    first: Day
    last: Day

    def stretches(self, today: date) -> Iterator[Stretch]:
        ends = tuple(likeliest(self.last, today))
        for start in likeliest(self.first, today):
            for end in ends:
                days = (end.last - start.first).days + 1
                if 1 <= days <= 400:
                    yield Stretch(start.first, days)
                elif isinstance(self.last, Weekday):
                    yield Stretch(start.first, (end.last.weekday() - start.first.weekday()) % 7 + 1)


def through(first: Day, last: Day) -> Through:
    """The range from one day through another; of ranges the outer ends, so that ranges never nest."""
    return Through(
        first.first if isinstance(first, Through) else first, last.last if isinstance(last, Through) else last
    )


@dataclass(frozen=True, slots=True)
class Easter:
    """A day counted from Easter Sunday."""

    days: int = 0

    def stretches(self, today: date) -> Iterator[Stretch]:
        for year in (today.year, today.year + 1):
            if year <= date.max.year:
                yield Stretch(later(_easter(year), self.days))


def _easter(year: int) -> date:
    """Easter Sunday of a year, by the anonymous Gregorian rule."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@dataclass(frozen=True, slots=True)
class Named:
    """One of several days, the likeliest first."""

    days: tuple[Day, ...] = field(default_factory=tuple)

    def stretches(self, today: date) -> Iterator[Stretch]:
        for day in self.days:
            yield from likeliest(day, today)
