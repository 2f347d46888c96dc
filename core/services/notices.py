"""Weekly quota notices for subscribed people and channels."""

from datetime import datetime, timedelta

from core.model import OutboxMessage, PersonId
from core.policy.quota import quota_week
from core.policy.rules import Rules
from core.policy.webhook_events import quota_reset
from core.ports import UnitOfWork

QUOTA_NOTICE = "notice"
CHANNEL_NOTICE = "channel notice"
NOTICE_LIFETIME = timedelta(days=2)
_PEOPLE_PER_BATCH = 500


def queue_channel_notices(unit: UnitOfWork, rules: Rules, now: datetime) -> int:
    """Queues one message per channel for the current quota week; returns how many are new.

    Webhooks are told, too.
    """
    week, expires = quota_week(now, rules), now + NOTICE_LIFETIME
    unit.webhooks.announce([quota_reset(week, rules, now)])
    return unit.outbox.add(
        OutboxMessage(
            f"{QUOTA_NOTICE} {week} {each}", CHANNEL_NOTICE, now, str(week), identity=each, expires_at=expires
        )
        for each in unit.notice_channels.all()
    )


def queue_quota_notices(unit: UnitOfWork, rules: Rules, now: datetime, after: PersonId) -> PersonId | None:
    """Queues one message for each of the next few people after `after` who have quota and want notices.

    Returns the last of them, None at the end. The week is part of the deduplication key: who begins again
    queues nothing twice. Missed weeks are not caught up on.
    """
    week = quota_week(now, rules)
    notice = OutboxMessage(
        f"{QUOTA_NOTICE} {week}", QUOTA_NOTICE, now, str(week), expires_at=now + NOTICE_LIFETIME
    )
    return unit.outbox.add_for_subscribers(notice, after, _PEOPLE_PER_BATCH)
