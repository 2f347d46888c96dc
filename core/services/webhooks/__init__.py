"""Webhooks: administration, and the outcome of deliveries."""

from core.services.webhooks.addresses import MAX_WEBHOOKS, check_events, check_receiver
from core.services.webhooks.attempts import WEBHOOK_FAILED, record_attempt
from core.services.webhooks.service import COMMAND_LINE, WebhookService, WebhookStatus

__all__ = [
    "COMMAND_LINE",
    "MAX_WEBHOOKS",
    "WEBHOOK_FAILED",
    "WebhookService",
    "WebhookStatus",
    "check_events",
    "check_receiver",
    "record_attempt",
]
