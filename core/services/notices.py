"""Weekly quota notices for subscribed people and channels."""

from datetime import datetime, timedelta

from core.model import OutboxMessage
from core.policy.quota import has_quota, quota_week
from core.policy.rules import Rules
from core.policy.webhook_events import quota_reset
from core.ports import UnitOfWork

QUOTA_NOTICE = "notice"
CHANNEL_NOTICE = "channel notice"
NOTICE_LIFETIME = timedelta(days=2)


def queue_quota_notices(unit: UnitOfWork, rules: Rules, now: datetime) -> int:
    """Queues one message per person and channel for the current quota week; returns how many are new.

    The week is part of the deduplication key. Missed weeks are not caught up on. Webhooks are told, too.
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
    unit.webhooks.announce([quota_reset(week, rules, now)])
    return unit.outbox.add([*people, *channels])
