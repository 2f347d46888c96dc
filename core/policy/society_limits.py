"""How much a society may book in one week."""

from core.errors import Conflict, SeriesHoursSpent
from core.interval import Interval
from core.model import Booking, Society
from core.policy.quota import quota_week
from core.policy.rules import Rules


class SocietyMinutesSpent(Conflict):
    """The society's bookings would take `minutes` in one week, of `max_minutes`."""

    code = "no_society_minutes"

    def __init__(self, minutes: int, max_minutes: int) -> None:
        super().__init__(
            f"This society may book {max_minutes} minutes a week; this would make it {minutes}. "
            "Choose another week, or cancel something."
        )
        self.minutes, self.max_minutes = minutes, max_minutes


def check_series_hours(minutes: int, society: Society | None, rules: Rules) -> None:
    """Requires that a society's series take no more than its hours in one week."""
    own = society.series_hours if society is not None else None
    hours = rules.society_series_hours if own is None else own
    if hours is not None and minutes > hours * 60:
        raise SeriesHoursSpent(minutes, hours * 60)


def check_society_minutes(minutes: int, society: Society | None) -> None:
    """Requires that a society's bookings take no more than its minutes in one week."""
    if society is not None and society.weekly_minutes is not None and minutes > society.weekly_minutes:
        raise SocietyMinutesSpent(minutes, society.weekly_minutes)


def minutes_with(slot: Interval, booked: int, replaced: Booking | None, rules: Rules) -> int:
    """A society's minutes in the week of `slot` with it in place of a booking; `booked` are there now."""
    week = quota_week(slot.start, rules)
    is_counted = replaced is not None and quota_week(replaced.interval.start, rules) == week
    return booked + slot.minutes - (replaced.interval.minutes if replaced is not None and is_counted else 0)
