"""Notifications, one file for each type. They are composed when sent, so that they are up to date."""

from bot.notifications import (
    backup_failed,
    closure,
    confirmation,
    conflict,
    deferred_reply,
    import_rejected,
    invitation,
    quota,
    release,
    reminder,
    series_confirmation,
    transfer,
    waiting,
    webhook_failed,
)
from bot.notifications.template import NotificationType

NOTIFICATION_TYPES: tuple[NotificationType, ...] = (
    deferred_reply.DEFERRED_REPLY_TYPE,
    reminder.REMINDER_TYPE,
    confirmation.CONFIRMATION_TYPE,
    series_confirmation.SERIES_CONFIRMATION_TYPE,
    invitation.INVITATION_TYPE,
    invitation.GUEST_NOTICE_TYPE,
    transfer.TRANSFER_OFFER_TYPE,
    transfer.TRANSFER_ANSWER_TYPE,
    quota.PERSONAL_QUOTA_TYPE,
    quota.CHANNEL_QUOTA_TYPE,
    conflict.CONFLICT_TYPE,
    closure.CLOSURE_TYPE,
    import_rejected.IMPORT_REJECTED_TYPE,
    waiting.OFFER_TYPE,
    waiting.MISSED_TYPE,
    waiting.FREE_TYPE,
    release.RELEASE_WARNING_TYPE,
    release.RELEASED_TYPE,
    webhook_failed.WEBHOOK_FAILED_TYPE,
    backup_failed.BACKUP_FAILED_TYPE,
)
