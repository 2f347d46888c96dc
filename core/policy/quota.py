"""Weekly quota."""

from datetime import date, datetime, timedelta

from core.errors import QuotaSpent
from core.localtime import EPOCH, epoch_day, local_instant
from core.model import Person, UserGroup
from core.policy.rules import Rules


def quota_week(instant: datetime, rules: Rules) -> int:
    """The quota week of an instant: its Monday's campus date, as days since 1970-01-01."""
    local = instant.astimezone(rules.zone)
    monday = local.date() - timedelta(days=local.weekday())
    if instant < _reset_instant(monday, rules):
        monday -= timedelta(days=7)
    return epoch_day(monday)


def next_reset(instant: datetime, rules: Rules) -> datetime:
    """When the quota week of `instant` ends (UTC)."""
    monday = EPOCH + timedelta(days=quota_week(instant, rules) + 7)
    return _reset_instant(monday, rules)


def _reset_instant(monday: date, rules: Rules) -> datetime:
    return local_instant(monday, rules.quota_reset_hour * 60, rules.zone)


def has_quota(person: Person) -> bool:
    """Whether personal bookings cost quota: staff's do not."""
    return UserGroup.STAFF not in person.groups


def quota_left(spent: int, rules: Rules) -> int:
    return max(0, rules.weekly_quota - spent)


def check_quota(cost: int, spent: int, person: Person, rules: Rules, now: datetime) -> None:
    """Requires that a cost (minutes) fits into what is left after `spent`; refunds always do."""
    if cost > 0 and has_quota(person) and spent + cost > rules.weekly_quota:
        raise QuotaSpent(cost, quota_left(spent, rules), next_reset(now, rules) - now)
