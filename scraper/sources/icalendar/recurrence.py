"""Expands recurrence rules (RFC 5545) that pick whole days, within a window.

Nothing is expanded beyond the window, so a rule that never happens costs no more than one that does.
`never_happens` recognises most of those by arithmetic.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from math import gcd

from msgspec import Struct
from msgspec.structs import replace

_DAY = timedelta(days=1)
_CYCLE = 400
"""Years after which the calendar repeats, weekdays included."""
_YEARS = {False: 2023, True: 2024}
"""A common year and a leap year."""


class Rule(Struct, frozen=True):
    """An RRULE with one time of day. Monday is 0; negative numbers count from the end, as in the RFC.

    `weekdays` are (n, weekday): the nth of the month or year, or each one where n is 0. `until` is the last
    moment on the wall clock of the event.
    """

    frequency: str
    interval: int = 1
    count: int = 0
    until: datetime | None = None
    months: frozenset[int] = frozenset()
    week_numbers: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: frozenset[int] = frozenset()
    week_start: int = 0
    hour: int | None = None
    minute: int | None = None
    second: int | None = None

    def beginning(self, start: date) -> "Rule":
        """Fills in what the rule takes from the day it starts on."""
        if self.weekdays or self.month_days or self.year_days:
            return self
        weekday = frozenset({(0, start.weekday())})
        match self.frequency:
            case "YEARLY" if self.week_numbers:
                return replace(self, weekdays=weekday)
            case "YEARLY":
                months = self.months or frozenset({start.month})
                return replace(self, months=months, month_days=frozenset({start.day}))
            case "MONTHLY":
                return replace(self, month_days=frozenset({start.day}))
            case "WEEKLY":
                return replace(self, weekdays=weekday)
        return self


def starts_between(rule: Rule, start: datetime, first: date, last: date) -> Iterator[datetime]:
    """Yields the occurrences from the day `first` up to, not including, `last`, in the zone of `start`.

    Days are iterated from `start` on for a rule with COUNT, else from `first` on.
    """
    rule = rule.beginning(start.date())
    wall = time(
        start.hour if rule.hour is None else rule.hour,
        start.minute if rule.minute is None else rule.minute,
        start.second if rule.second is None else rule.second,
    )
    begun, left = start.replace(tzinfo=None), rule.count
    is_cut = rule.until is not None and rule.until.date() < last
    end = rule.until.date() + _DAY if rule.until is not None and is_cut else last
    for day in _days(rule, start.date(), start.date() if rule.count else first, end):
        moment = datetime.combine(day, wall)
        if moment < begun:
            continue
        if rule.until is not None and moment > rule.until:
            return
        if day >= first:
            yield moment.replace(tzinfo=start.tzinfo)
        left -= 1
        if left == 0:
            return


def days_walked(rule: Rule, start: date, first: date, last: date) -> int:
    """Upper bound of the days that `starts_between` iterates over."""
    begin = start if rule.count else max(start, first)
    return max(0, (last - begin).days) + 2 * 366


def never_happens(rule: Rule, start: date) -> bool:
    """Whether no day of any year is picked, as far as arithmetic on months, days and numbers can decide."""
    rule = rule.beginning(start)
    if rule.frequency == "DAILY" and rule.weekdays:
        step = gcd(rule.interval, 7)
        if all((weekday - start.weekday()) % step for _, weekday in rule.weekdays):
            return True
    lengths = _lengths_of_year(rule, start)
    if not any(True for leap in lengths for _ in _may_be_picked(rule, start, leap=leap)):
        return True
    if not rule.positions:
        return False
    picked = [list(_may_be_picked(rule, start, leap=leap)) for leap in lengths]
    return min(map(abs, rule.positions)) > _most_of_period(rule, picked)


# Expanding


def _days(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """The days that the rule picks, in order; some may lie before `start` or `first`."""
    for period in _periods(rule, start, first, last):
        picked = [day for day in period if _is_picked(rule, day)]
        if rule.positions:
            places = sorted({place - 1 if place > 0 else len(picked) + place for place in rule.positions})
            picked = [picked[place] for place in places if 0 <= place < len(picked)]
        for day in picked:
            if day >= last:
                return
            yield day


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[Iterator[date]]:
    """The days of each period of the rule that overlaps the window."""
    first = max(first, start)
    match rule.frequency:
        case "DAILY":
            return _stretches(start, 1, rule, first, last)
        case "WEEKLY":
            begin = start - timedelta(days=(start.weekday() - rule.week_start) % 7)
            return _stretches(begin, 7, rule, first, last)
        case "MONTHLY":
            reached = _reached(_month(start), rule.interval, _month(first), _month(last))
            return (_days_of_month(*divmod(month, 12), rule) for month in reached)
        case _:
            reached = _reached(start.year, rule.interval, first.year, last.year)
            return (_days_of_year(year, rule) for year in reached)


def _reached(begin: int, step: int, first: int, last: int) -> range:
    """Period numbers: every `step`th from `begin` on, from the last one before `first` up to `last`."""
    return range(begin + (first - begin) // step * step, last + 1, step)


def _stretches(begin: date, length: int, rule: Rule, first: date, last: date) -> Iterator[Iterator[date]]:
    """Periods of `length` days."""
    start = begin.toordinal()
    for number in _reached(start, length * rule.interval, first.toordinal(), last.toordinal()):
        yield (date.fromordinal(number + day) for day in range(length))


def _month(day: date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def _days_of_year(year: int, rule: Rule) -> Iterator[date]:
    return (day for month in range(12) for day in _days_of_month(year, month, rule))


def _days_of_month(year: int, month: int, rule: Rule) -> Iterator[date]:
    """Month 0 is January. No days where the rule excludes the month."""
    if rule.months and month + 1 not in rule.months:
        return
    for number in range(1, monthrange(year, month + 1)[1] + 1):
        yield date(year, month + 1, number)


def _is_picked(rule: Rule, day: date) -> bool:
    """Whether all parts of the rule pick this day."""
    return (
        (not rule.months or day.month in rule.months)
        and (not rule.month_days or not rule.month_days.isdisjoint(_month_days(day)))
        and (not rule.weekdays or _is_picked_weekday(rule, day))
        and (not rule.year_days or not rule.year_days.isdisjoint(_year_days(day)))
        and (not rule.week_numbers or not rule.week_numbers.isdisjoint(_week_numbers(day, rule.week_start)))
    )


def _is_picked_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    if (0, weekday) in rule.weekdays:
        return True
    if rule.frequency not in {"MONTHLY", "YEARLY"}:
        return any(weekday == each for _, each in rule.weekdays)
    forwards, backwards = _month_days(day) if _counts_in_month(rule) else _year_days(day)
    numbers = ((forwards - 1) // 7 + 1, -((-backwards - 1) // 7 + 1))
    return any((number, weekday) in rule.weekdays for number in numbers)


def _counts_in_month(rule: Rule) -> bool:
    return rule.frequency == "MONTHLY" or bool(rule.months)


def _month_days(day: date) -> tuple[int, int]:
    return day.day, day.day - monthrange(day.year, day.month)[1] - 1


def _year_days(day: date) -> tuple[int, int]:
    number = day.timetuple().tm_yday
    return number, number - (366 if isleap(day.year) else 365) - 1


def _week_numbers(day: date, week_start: int) -> tuple[int, int]:
    """The number of the day's week, from the start and from the end of the year of most of its days."""
    middle = day + timedelta(days=3 - (day.weekday() - week_start) % 7)
    number, backwards = _year_days(middle)
    return (number - 1) // 7 + 1, -((-backwards - 1) // 7 + 1)


# Arithmetic on a common and a leap year


@cache
def _calendar(leap: bool) -> tuple[date, ...]:  # noqa: FBT001 - a key of the cache
    first = date(_YEARS[leap], 1, 1)
    return tuple(first + timedelta(days=number) for number in range(366 if leap else 365))


def _lengths_of_year(rule: Rule, start: date) -> set[bool]:
    """Whether the rule reaches leap years (True), common ones (False), or both."""
    interval = rule.interval if rule.frequency == "YEARLY" else 1
    if interval == 1:
        return {False, True}
    periods = _CYCLE // gcd(interval, _CYCLE)
    return {isleap(start.year + number * (interval % _CYCLE)) for number in range(periods)}


def _may_be_picked(rule: Rule, start: date, *, leap: bool) -> Iterator[date]:
    """The days of such a year that are picked if their weekday matches."""
    months = _months_reached(rule, start)
    for day in _candidates(rule, months, leap=leap):
        in_month, in_year = _month_days(day), _year_days(day)
        if (
            day.month in months
            and (not rule.month_days or not rule.month_days.isdisjoint(in_month))
            and (not rule.weekdays or _may_be_nth(rule, in_month if _counts_in_month(rule) else in_year))
            and (not rule.week_numbers or any(_may_be_week(each, in_year) for each in rule.week_numbers))
        ):
            yield day


def _candidates(rule: Rule, months: set[int], *, leap: bool) -> Iterator[date]:
    """The days to check: few where the rule names days, so that the cost is linear in its length."""
    days = _calendar(leap)
    if rule.year_days:
        places = {number - 1 if number > 0 else len(days) + number for number in rule.year_days}
        yield from (days[place] for place in sorted(places) if 0 <= place < len(days))
    elif rule.month_days:
        for month in sorted(months):
            length = monthrange(_YEARS[leap], month)[1]
            numbers = {number if number > 0 else length + number + 1 for number in rule.month_days}
            yield from (
                date(_YEARS[leap], month, number) for number in sorted(numbers) if 0 < number <= length
            )
    else:
        yield from days


def _months_reached(rule: Rule, start: date) -> set[int]:
    step = gcd(rule.interval, 12) if rule.frequency == "MONTHLY" else 1
    reached = {month for month in range(1, 13) if (month - start.month) % step == 0}
    return reached & rule.months if rule.months else reached


def _may_be_nth(rule: Rule, places: tuple[int, int]) -> bool:
    forwards, backwards = places
    numbers = {(forwards - 1) // 7 + 1, -((-backwards - 1) // 7 + 1), 0}
    return rule.frequency in {"DAILY", "WEEKLY"} or any(number in numbers for number, _ in rule.weekdays)


def _may_be_week(number: int, places: tuple[int, int]) -> bool:
    """A week starts up to three days off its multiple of seven, and may extend into another year."""
    place, weeks = (places[0], number) if number > 0 else (-places[1], -number)
    around = range(7 * weeks - 9, 7 * weeks + 4)
    return place in around or place - 365 in around or place + 365 in around


def _most_of_period(rule: Rule, picked: list[list[date]]) -> int:
    """Upper bound of the days picked in one period."""
    match rule.frequency:
        case "DAILY":
            return 1
        case "WEEKLY":
            return len({weekday for _, weekday in rule.weekdays}) or 7
        case "MONTHLY":
            most = max(sum(day.month == month for day in days) for days in picked for month in range(1, 13))
            weekly = sum(1 if number else 5 for number, _ in rule.weekdays)
            return min(most, weekly) if rule.weekdays else most
    return max(map(len, picked))
