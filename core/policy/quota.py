"""Quota weeks, and what is left of one."""

from datetime import UTC, date, datetime, timedelta

from core.errors import QuotaSpent
from core.model import Person, UserGroup
from core.policy.rules import Rules

_EPOCH = date(1970, 1, 1)


def quota_week(instant: datetime, rules: Rules) -> int:
    """The quota week an instant belongs to: its Monday's campus date, as days since 1970-01-01."""
    local = instant.astimezone(rules.zone)
    monday = local.date() - timedelta(days=local.weekday())
    if instant < _reset_instant(monday, rules):
        monday -= timedelta(days=7)
    return (monday - _EPOCH).days


def next_reset(instant: datetime, rules: Rules) -> datetime:
    """When the quota week that holds `instant` ends, in UTC."""
    monday = _EPOCH + timedelta(days=quota_week(instant, rules) + 7)
    return _reset_instant(monday, rules)


def _reset_instant(monday: date, rules: Rules) -> datetime:
    wall = datetime(monday.year, monday.month, monday.day, rules.quota_reset_hour, tzinfo=rules.zone)
    return wall.astimezone(UTC)


def has_quota(person: Person) -> bool:
    """Whether someone's own bookings cost quota: staff's do not."""
    return UserGroup.STAFF not in person.groups


def quota_left(spent: int, rules: Rules) -> int:
    return max(0, rules.weekly_quota - spent)


def check_quota(cost: int, spent: int, person: Person, rules: Rules, now: datetime) -> None:
    """Refuse a cost (minutes) beyond what is left after `spent`; giving back is always possible."""
    if cost > 0 and has_quota(person) and spent + cost > rules.weekly_quota:
        raise QuotaSpent(cost, quota_left(spent, rules), next_reset(now, rules) - now)
