"""Telling those who asked for it that a quota week has begun: once a week, whatever restarts."""

from datetime import datetime, timedelta

from core.model import OutboxMessage
from core.policy.quota import has_quota, quota_week
from core.policy.rules import Rules
from core.ports import UnitOfWork

QUOTA_NOTICE = "notice"
CHANNEL_NOTICE = "channel notice"
NOTICE_LIFETIME = timedelta(days=2)


def queue_quota_notices(unit: UnitOfWork, rules: Rules, now: datetime) -> int:
    """A message for each person and channel; how many had none yet for the week that holds `now`.

    The week is part of a message's key: weeks that went by unnoticed are not made up for.
    """
    week, expires = quota_week(now, rules), now + NOTICE_LIFETIME
    people = (
        OutboxMessage(
            f"{QUOTA_NOTICE} {week} {each.id}", QUOTA_NOTICE, now, str(week), each.id, expires_at=expires
        )
        for each in unit.people.all()
        if each.preferences.notices and has_quota(each)
    )
    channels = (
        OutboxMessage(
            f"{QUOTA_NOTICE} {week} {each}", CHANNEL_NOTICE, now, str(week), identity=each, expires_at=expires
        )
        for each in unit.notice_channels.all()
    )
    return unit.outbox.add([*people, *channels])
