"""How far a series may reach."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeAlias

from core.errors import SeriesNotAllowed, TooFarAhead
from core.interval import Interval
from core.localtime import EPOCH
from core.model import Person, UserGroup
from core.policy.check_in import same_day_only
from core.policy.quota import next_reset, quota_week
from core.policy.rules import Rules, SeriesHorizon

EndOfTerm: TypeAlias = Callable[[date], date | None]
"""The last day of the term that a campus date lies in; None between terms."""


def no_terms(_day: date) -> None:
    """`EndOfTerm` of a campus without terms."""


def last_series_day(
    first: date,
    person: Person | None,
    rules: Rules,
    now: datetime,
    end_of_term: EndOfTerm,
    *,
    is_society: bool,
) -> date:
    """The last campus date that a series which begins on `first` may have. `SeriesNotAllowed` if none."""
    setting, days = _settings(person, rules, is_society=is_society)
    today = now.astimezone(rules.zone).date()
    as_single = today + timedelta(days=days)
    if not is_society and person is not None and same_day_only(person, rules, now):
        return today
    if setting == "no":
        raise SeriesNotAllowed
    if setting == "term":
        return max(as_single, end_of_term(first) or as_single)
    return max(as_single, today + timedelta(days=setting))


def _settings(person: Person | None, rules: Rules, *, is_society: bool) -> tuple[SeriesHorizon, int]:
    if is_society:
        return rules.society_series, rules.society_horizon
    if person is not None and UserGroup.STAFF in person.groups:
        return rules.staff_series, rules.staff_horizon
    return rules.student_series, rules.student_horizon


def check_series_horizon(start: datetime, last_day: date, rules: Rules, now: datetime) -> None:
    if start.astimezone(rules.zone).date() > last_day:
        days = (last_day - now.astimezone(rules.zone).date()).days
        raise TooFarAhead(f"You can book a series until {last_day.day} {last_day:%B %Y}.", days)


def week_of(instant: datetime, rules: Rules) -> Interval:
    """The quota week of an instant, as an interval."""
    monday = EPOCH + timedelta(days=quota_week(instant, rules))
    start = datetime.combine(monday, datetime.min.time(), rules.zone) + timedelta(
        hours=rules.quota_reset_hour
    )
    return Interval(start, next_reset(instant, rules))
