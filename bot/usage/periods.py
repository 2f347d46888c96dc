"""Reads the period of usage figures: `last week`, `term`, `last term`, `march`, `2026-03-01 2026-03-31`."""

import calendar
import re
from datetime import date, timedelta

from msgspec import Struct

from core.errors import Invalid
from core.interval import Interval
from core.localtime import local_instant
from core.model import Term
from core.policy.rules import Rules

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_MAX_DAYS = 3 * 366
"""As long as bookings are kept."""
_YEARS = frozenset(range(1970, 3000))
_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:\.\.|to|until|-|–|\s)\s*(\d{4}-\d{2}-\d{2}))?")
_WEEKS = {"last week": -1, "this week": 0, "week": 0}
_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}


class Period(Struct, frozen=True):
    """Whole campus days from `first` to `last`, both included."""

    label: str
    first: date
    last: date

    def interval(self, rules: Rules) -> Interval:
        end = local_instant(self.last + _DAY, 0, rules.zone)
        return Interval(local_instant(self.first, 0, rules.zone), end)

    @property
    def days(self) -> tuple[date, ...]:
        count = (self.last - self.first).days + 1
        return tuple(self.first + number * _DAY for number in range(count))


def read_period(text: str, rules: Rules, today: date) -> tuple[Period, str]:
    """The period that a text names, by default last week, and the rest of the text.

    Raises `Invalid` for a term that there is none of, or dates in the wrong order.
    """
    words = " ".join(text.casefold().split())
    if (match := _DATES.search(words)) is not None:
        return _of_dates(match[1], match[2] or match[1]), _without(words, match[0])
    for name, weeks in _WEEKS.items():
        if re.search(rf"\b{name}\b", words):
            return _week(today + weeks * _WEEK), _without(words, name)
    if (match := re.search(r"\b(?:(last|this) )?term\b", words)) is not None:
        return _of_term(match[1] == "last", rules, today), _without(words, match[0])
    for name, number in _MONTHS.items():
        if re.search(rf"\b{name}\b", words):
            return _month(number, today), _without(words, name)
    return _week(today - _WEEK), words


def _without(words: str, part: str) -> str:
    return " ".join(words.replace(part, " ", 1).split())


def _week(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    return Period(f"week of {monday:%d %B %Y}".replace(" 0", " "), monday, monday + 6 * _DAY)


def _month(number: int, today: date) -> Period:
    """The month, of the last year if this year's is yet to come."""
    year = today.year if number <= today.month else today.year - 1
    last = calendar.monthrange(year, number)[1]
    return Period(f"{calendar.month_name[number]} {year}", date(year, number, 1), date(year, number, last))


def _of_dates(first: str, last: str) -> Period:
    days: tuple[date, ...]
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        days = ()
    if not days or not {each.year for each in days} <= _YEARS:
        raise Invalid(f"{first} to {last} is no period. Write days like 2026-03-14.")
    if days[1] < days[0]:
        raise Invalid("The last day must not be before the first.")
    if (days[1] - days[0]).days >= _MAX_DAYS:
        raise Invalid("That is too long. Ask for three years at most.")
    return Period(first if first == last else f"{first} to {last}", days[0], days[1])


def _of_term(is_last: bool, rules: Rules, today: date) -> Period:  # noqa: FBT001 - one of two terms
    begun = [each for each in rules.terms.all if each.start <= today]
    over = [each for each in begun if each.end < today]
    found: Term | None = next(reversed(over if is_last else begun), None)
    if found is None:
        raise Invalid("No such term is configured ([[term]]). Name the days instead: 2026-01-12 2026-03-27.")
    return Period(found.name, found.start, found.end)
