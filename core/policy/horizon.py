"""Booking horizon."""

from datetime import datetime

from core.errors import SameDayOnly, TooFarAhead
from core.model import Person, UserGroup
from core.policy.check_in import same_day_only
from core.policy.rules import Rules


def check_personal_horizon(start: datetime, person: Person, rules: Rules, now: datetime) -> None:
    if same_day_only(person, rules, now) and person.same_day_until is not None:
        if _days_ahead(start, rules, now) > 0:
            raise SameDayOnly(person.same_day_until)
        return
    days = rules.staff_horizon if UserGroup.STAFF in person.groups else rules.student_horizon
    if _days_ahead(start, rules, now) > days:
        raise TooFarAhead(f"You are not allowed to book more than {days} days in advance.", days)


def check_society_horizon(start: datetime, rules: Rules, now: datetime) -> None:
    days = rules.society_horizon
    if _days_ahead(start, rules, now) > days:
        raise TooFarAhead(
            f"Societies are not allowed to book rooms more than {_format_days(days)} in advance", days
        )


def _days_ahead(start: datetime, rules: Rules, now: datetime) -> int:
    """Campus calendar days: any time of the last day is within the horizon."""
    return (start.astimezone(rules.zone).date() - now.astimezone(rules.zone).date()).days


def _format_days(days: int) -> str:
    weeks, rest = divmod(days, 7)
    if rest or not weeks:
        return f"{days} days"
    return f"{weeks} weeks" if weeks > 1 else "1 week"
