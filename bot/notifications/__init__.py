"""Everything Roomie says unasked, a file a kind: composed when it is sent, so it tells how things are."""

from bot.notifications import confirmation as booked
from bot.notifications import conflict as clash
from bot.notifications import deferred_reply as said
from bot.notifications import import_rejected as refused
from bot.notifications import quota as notice
from bot.notifications import reminder
from bot.notifications.template import NotificationType

NOTIFICATION_TYPES: tuple[NotificationType, ...] = (
    said.DEFERRED_REPLY_TYPE,
    reminder.REMINDER_TYPE,
    booked.CONFIRMATION_TYPE,
    notice.PERSONAL_QUOTA_TYPE,
    notice.CHANNEL_QUOTA_TYPE,
    clash.CONFLICT_TYPE,
    refused.IMPORT_REJECTED_TYPE,
)
