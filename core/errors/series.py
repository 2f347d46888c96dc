"""Errors of requests about series."""

from core.errors.kinds import Conflict, Invalid, NotAllowed, NotFound


class InvalidSeries(Invalid):
    """The rule of a series cannot be followed."""

    code = "bad_series"


class EndlessSeries(InvalidSeries):
    code = "endless_series"

    def __init__(self) -> None:
        super().__init__("A series needs an end. Say how many dates it has, or which is its last day.")


class SeriesTooFrequent(InvalidSeries):
    code = "series_too_frequent"

    def __init__(self) -> None:
        super().__init__("A series repeats once a day at most. Choose daily, weekly or monthly.")


class TooManyDates(InvalidSeries):
    """The series has more dates than allowed; at least `dates`."""

    code = "too_many_dates"

    def __init__(self, dates: int, max_dates: int) -> None:
        super().__init__(f"That is more than {max_dates} dates, the most a series may have. End it earlier.")
        self.dates, self.max_dates = dates, max_dates


class NeverHappens(InvalidSeries):
    code = "never_happens"

    def __init__(self) -> None:
        super().__init__(
            "No day fits this rule between its first and its last day. Check both, and the weekdays."
        )


class EndsBeforeStart(InvalidSeries):
    code = "ends_before_start"

    def __init__(self) -> None:
        super().__init__("This series would end before it starts. Choose a later end.")


class UnsupportedRule(InvalidSeries):
    """The rule uses a part of RFC 5545 that series do not have; `part` is its name."""

    code = "unsupported_rule"

    def __init__(self, part: str) -> None:
        super().__init__(
            f"{part} can't be used in a series. Use FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT and UNTIL."
        )
        self.part = part


class UnknownSeries(NotFound):
    code = "no_such_series"

    def __init__(self) -> None:
        super().__init__("There is no such series. It may have been cancelled.")


class SeriesNotAllowed(NotAllowed):
    code = "series_not_allowed"

    def __init__(self) -> None:
        super().__init__("You can't book a series here. Book one date at a time.")


class SeriesHoursSpent(Conflict):
    """The society's series would take `minutes` in one week, of `max_minutes`."""

    code = "no_series_hours"

    def __init__(self, minutes: int, max_minutes: int) -> None:
        hours = f"{max_minutes / 60:g}"
        super().__init__(f"A society's series may take {hours} hours a week; this would be more.")
        self.minutes, self.max_minutes = minutes, max_minutes


class NothingToBook(Conflict):
    code = "nothing_to_book"

    def __init__(self) -> None:
        super().__init__("None of these dates can be booked. Choose another time or another room.")
