"""Column of a booking's last warning that nobody has checked in: numbers with spaces between."""

from datetime import UTC, datetime

from core.model import ReleaseNotice


def to_release(stored: str) -> ReleaseNotice:
    number, release_at, delivered_at, is_postponed = map(int, stored.split())
    delivered = datetime.fromtimestamp(delivered_at, UTC) if delivered_at else None
    return ReleaseNotice(number, datetime.fromtimestamp(release_at, UTC), delivered, bool(is_postponed))


def release_text(notice: ReleaseNotice | None) -> str | None:
    if notice is None:
        return None
    delivered_at = int(notice.delivered_at.timestamp()) if notice.delivered_at is not None else 0
    times = (int(notice.release_at.timestamp()), delivered_at, int(notice.is_postponed))
    return " ".join(map(str, (notice.number, *times)))
