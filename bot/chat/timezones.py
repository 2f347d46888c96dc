"""Which zone someone's times are read and written in."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.services import Desk
from core.directory import Known


def zone_of(desk: Desk, known: Known | None, told: str) -> ZoneInfo:
    """The person's own setting, else what their platform told, else the campus's."""
    name = (known.person.zone if known else None) or told
    try:
        return ZoneInfo(name) if name else desk.rules.zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return desk.rules.zone
