"""Which zone someone's times are read and written in."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.services import Services
from core.directory import Account


def zone_of(services: Services, account: Account | None, given: str) -> ZoneInfo:
    """The person's own setting, else what their platform told, else the campus's."""
    name = (account.person.zone if account else None) or given
    try:
        return ZoneInfo(name) if name else services.rules.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return services.rules.zone
