"""Quiet hours: when due notifications are postponed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.localtime import local_instant
from core.model import QuietHours


def quiet_until(instant: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime | None:
    """The end (UTC) of the quiet hours that contain an instant; None outside them."""
    if quiet is None:
        return None
    local = instant.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if quiet.start < quiet.until:
        is_quiet, days = quiet.start <= minute < quiet.until, 0
    else:
        is_quiet, days = minute >= quiet.start or minute < quiet.until, int(minute >= quiet.start)
    end = local_instant(local.date() + timedelta(days=days), quiet.until, zone)
    return end if is_quiet else None
