"""Weekly quota."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.errors import QuotaSpent
from core.localtime import EPOCH, epoch_day, local_instant
from core.model import Person, UserGroup
from core.policy.rules import Rules


def quota_week(instant: datetime, rules: Rules) -> int:
    """The quota week of an instant: its Monday's campus date, as days since 1970-01-01."""
    return _quota_week(instant, rules.zone, rules.quota_reset_hour)


@lru_cache(maxsize=4096)
def _quota_week(instant: datetime, zone: ZoneInfo, reset_hour: int) -> int:
    """Cached: a series asks for the weeks of its dates again and again."""
    local = instant.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    if instant < local_instant(monday, reset_hour * 60, zone):
        monday -= timedelta(days=7)
    return epoch_day(monday)


def next_reset(instant: datetime, rules: Rules) -> datetime:
    """When the quota week of `instant` ends (UTC)."""
    monday = EPOCH + timedelta(days=quota_week(instant, rules) + 7)
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
