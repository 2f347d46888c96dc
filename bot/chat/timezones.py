"""Which zone someone's times are read and written in."""

from zoneinfo import ZoneInfo

from bot.services import Services
from core.directory import Account
from core.time_zones import find_time_zone


def zone_of(services: Services, account: Account | None, given: str) -> ZoneInfo:
    """The person's own setting, else what their platform told, else the campus's."""
    name = (account.person.zone if account else None) or given
    return find_time_zone(name) or services.rules.zone
