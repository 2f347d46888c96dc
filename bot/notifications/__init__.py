"""Notifications, one file for each type. They are composed when sent, so that they are up to date."""

from bot.notifications import (
    administration,
    closure,
    confirmation,
    conflict,
    deferred_reply,
    import_rejected,
    invitation,
    no_president,
    quota,
    release,
    reminder,
    series_confirmation,
    transfer,
    waiting,
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
    administration.ADMINISTRATION_TYPE,
    administration.ANNOUNCEMENT_TYPE,
    import_rejected.IMPORT_REJECTED_TYPE,
    no_president.NO_PRESIDENT_TYPE,
    waiting.OFFER_TYPE,
    waiting.MISSED_TYPE,
    waiting.FREE_TYPE,
    release.RELEASE_WARNING_TYPE,
    release.RELEASED_TYPE,
)
