"""Teaching terms."""

from datetime import date

from msgspec import Struct


class CalendarDays(Struct, frozen=True):
    """CalendarDays from `first` to `last`, both included."""

    first: date
    last: date


class Term(Struct, frozen=True):
    """A teaching term from `start` to `end`, both included, whose week 1 is the one of `start`.

    `weeks` is the number of its last teaching week; None counts to the end. A week that lies wholly in
    `breaks` has a number only with `counts_breaks`.
    """

    name: str
    start: date
    end: date
    weeks: int | None = None
    breaks: tuple[CalendarDays, ...] = ()
    counts_breaks: bool = False
