"""Quiet hours: when a message that is due has to wait."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.model import QuietHours


def quiet_until(instant: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold an instant are over, in UTC; None outside them."""
    if quiet is None:
        return None
    local = instant.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if quiet.start < quiet.until:
        is_quiet, days = quiet.start <= minute < quiet.until, 0
    else:
        is_quiet, days = minute >= quiet.start or minute < quiet.until, int(minute >= quiet.start)
    return _local_instant(local + timedelta(days=days), quiet.until) if is_quiet else None


def _local_instant(day: datetime, minutes: int) -> datetime:
    """So many minutes after midnight on that day's wall clock."""
    wall = day.replace(hour=minutes // 60, minute=minutes % 60, second=0, microsecond=0, fold=0)
    return wall.astimezone(UTC)
