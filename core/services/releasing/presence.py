"""Since when a part of Roomie has run without a break, as stored in the database."""

from datetime import UTC, datetime, timedelta

from core.ports import UnitOfWork

_MAX_SILENCE = timedelta(minutes=1)
"""A longer silence is a break: people may have tried to check in and found nobody."""
_INTERVAL = timedelta(seconds=10)


def record_presence(unit: UnitOfWork, part: str, now: datetime) -> datetime:
    """Records that a part runs; returns since when it has without a break."""
    since, seen = _read(unit.setting(_key(part))) or (now, now - 2 * _MAX_SILENCE)
    if timedelta() <= now - seen < _INTERVAL:
        return since
    if not timedelta() <= now - seen <= _MAX_SILENCE:
        since = now
    unit.set_setting(_key(part), f"{since.timestamp():.0f} {now.timestamp():.0f}")
    return since


def present_since(unit: UnitOfWork, part: str, now: datetime) -> datetime | None:
    """Since when a part has run without a break until now; None if it does not run, or never has."""
    stored = _read(unit.setting(_key(part)))
    return stored[0] if stored is not None and now - stored[1] <= _MAX_SILENCE else None


def _key(part: str) -> str:
    return f"present {part}"


def _read(stored: str | None) -> tuple[datetime, datetime] | None:
    if stored is None:
        return None
    since, seen = (datetime.fromtimestamp(int(each), UTC) for each in stored.split())
    return since, seen
