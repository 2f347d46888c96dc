"""Chooses the time zone in which a person reads and writes times."""

from zoneinfo import ZoneInfo

from bot.services import Services
from core.directory import Account
from core.time_zones import find_time_zone


def zone_of(services: Services, account: Account | None, reported: str) -> ZoneInfo:
    """The person's own setting, else the zone their platform reports, else the campus's."""
    name = (account.person.zone if account else None) or reported
    return find_time_zone(name) or services.rules.zone
