"""Telling those who asked for it that a quota week has begun: once a week, whatever restarts."""

from datetime import datetime, timedelta

from core.model.outbox import Message
from core.policy.quota import has_quota, quota_week
from core.policy.rules import Rules
from core.ports.storage import Unit

NOTICE = "notice"
CHANNEL_NOTICE = "channel notice"
USEFUL_FOR = timedelta(days=2)


def queue_notices(unit: Unit, rules: Rules, now: datetime) -> int:
    """A message for each person and channel; how many had none yet for the week that holds `now`.

    The week is part of a message's key: weeks that went by unnoticed are not made up for.
    """
    week, expires = quota_week(now, rules), now + USEFUL_FOR
    people = (
        Message(f"{NOTICE} {week} {each.id}", NOTICE, now, str(week), each.id, expires_at=expires)
        for each in unit.people.all()
        if each.habits.notices and has_quota(each)
    )
    channels = (
        Message(f"{NOTICE} {week} {each}", CHANNEL_NOTICE, now, str(week), identity=each, expires_at=expires)
        for each in unit.channels.all()
    )
    return unit.outbox.add([*people, *channels])
