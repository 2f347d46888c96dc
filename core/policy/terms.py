"""Weeks of teaching terms."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

from core.model import CalendarDays, Term

_WEEK = timedelta(days=7)
_FRIDAY, _SUNDAY = timedelta(days=4), timedelta(days=6)
_MAX_TERM = timedelta(days=400)
ORIENTATION = 0
"""The number of the week before week 1."""


class TermWeek(Struct, frozen=True):
    """A week of a term, from Monday to Sunday. Breaks that are not counted have no number."""

    term: Term
    number: int | None
    monday: date

    @property
    def days(self) -> CalendarDays:
        return CalendarDays(self.monday, self.monday + _SUNDAY)

    @property
    def is_break(self) -> bool:
        return _is_break(self.term, self.monday)


@dataclass(frozen=True, slots=True)
class Terms:
    """All terms, by start and without overlaps (`find_term_problems`)."""

    all: tuple[Term, ...] = ()
    _weeks: tuple[TermWeek, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.all, key=lambda each: each.start))
        object.__setattr__(self, "all", ordered)
        object.__setattr__(self, "_weeks", tuple(week for term in ordered for week in term_weeks(term)))

    def __bool__(self) -> bool:
        return bool(self.all)

    def week_of(self, day: date) -> TermWeek | None:
        """The week of a term that contains a day."""
        found = [week for week in self._weeks if week.monday <= day <= week.monday + _SUNDAY]
        return max(found, key=lambda week: week.term.start <= day, default=None)

    def describe_week(self, day: date) -> str:
        """`week 3`, `reading week`, or nothing outside of terms."""
        week = self.week_of(day)
        if week is None:
            return ""
        if week.number is None:
            return "reading week"
        return f"week {week.number}"

    def term_of(self, today: date) -> Term | None:
        """The term that is on, or else the next."""
        return next((term for term in self.all if term.end >= today), None)

    def end_of_term(self, day: date) -> date | None:
        """The last day of the term that is on, or else of the next."""
        term = self.term_of(day)
        return None if term is None else term.end

    def end_of_term_with(self, day: date) -> date | None:
        """The last day of the term that a day lies in, from its orientation week on; None between terms."""
        term = next((each for each in self.all if each.start <= day <= each.end), None)
        if term is None and (week := self.week_of(day)) is not None and week.number == ORIENTATION:
            term = week.term
        return None if term is None else term.end

    def last_week(self, today: date) -> TermWeek | None:
        """The last teaching week of the term that is on, or else of the next."""
        term = self.term_of(today)
        weeks = [week for week in self._weeks if week.term is term and week.number is not None]
        return weeks[-1] if weeks else None

    def break_week(self, today: date) -> TermWeek | None:
        """The next reading or flexibility week that is not over; else the last before today."""
        weeks = [week for week in self._weeks if week.is_break]
        return next((week for week in weeks if week.days.last >= today), weeks[-1] if weeks else None)

    def weeks(self, numbers: Collection[int], today: date) -> list[TermWeek]:
        """The weeks of these numbers in the first term that has them all and in which the last is not over.

        Else those of the last such term; empty where no term has them all.
        """
        best: list[TermWeek] = []
        for term in self.all:
            by_number = {week.number: week for week in self._weeks if week.term is term}
            if not all(number in by_number for number in numbers):
                continue
            best = sorted((by_number[number] for number in set(numbers)), key=lambda week: week.monday)
            if best and best[-1].days.last >= today:
                break
        return best


def term_weeks(term: Term) -> Iterator[TermWeek]:
    """The weeks of a term, from the orientation week on, up to its last teaching week."""
    monday = monday_of(term.start) - _WEEK
    number = ORIENTATION
    yield TermWeek(term, number, monday)
    while (monday := monday + _WEEK) <= term.end:
        if _is_break(term, monday) and not term.counts_breaks:
            yield TermWeek(term, None, monday)
            continue
        number += 1
        if term.weeks is not None and number > term.weeks:
            return
        yield TermWeek(term, number, monday)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _is_break(term: Term, monday: date) -> bool:
    """Whether no day from Monday to Friday is taught."""
    return any(each.first <= monday and monday + _FRIDAY <= each.last for each in term.breaks)


def break_of_week(start: date, number: int) -> CalendarDays:
    """The break in the nth calendar week of a term, counted from that of its start."""
    monday = monday_of(start) + (number - 1) * _WEEK
    return CalendarDays(monday, monday + _SUNDAY)


def find_term_problems(terms: Sequence[Term]) -> list[str]:
    """What is wrong with configured terms, as sentences."""
    problems = [problem for term in terms for problem in _problems_of(term)]
    names = [term.name.casefold() for term in terms]
    problems += [
        f"{term.name}: another term is called this, too; give each a name of its own"
        for place, term in enumerate(terms)
        if term.name.casefold() in names[:place]
    ]
    ordered = sorted(terms, key=lambda each: each.start)
    problems += [
        f"{later.name} begins on {later.start}, before {earlier.name} ends on {earlier.end};"
        " terms may not overlap"
        for earlier, later in pairwise(ordered)
        if later.start <= earlier.end
    ]
    return problems


def _problems_of(term: Term) -> Iterator[str]:
    if term.end < term.start:
        yield f"{term.name} ends on {term.end}, before it begins on {term.start}"
        return
    if term.end - term.start > _MAX_TERM:
        yield f"{term.name} lasts longer than a year; check its start and end"
        return
    for each in term.breaks:
        if each.last < each.first:
            yield f"{term.name} has a break that ends on {each.last}, before it begins on {each.first}"
        elif each.first < monday_of(term.start) or each.last > monday_of(term.end) + _SUNDAY:
            yield f"{term.name} has a break from {each.first} to {each.last}, which is not in the term"
    numbers = [week.number for week in term_weeks(term) if week.number is not None]
    if term.weeks is not None and numbers[-1] < term.weeks:
        yield f"{term.name} has {numbers[-1]} weeks until {term.end}, not {term.weeks}"
