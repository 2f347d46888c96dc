"""Tells operators that a webhook was paused, or that events to it were given up."""

from bot.chat.command import CommandContext
from bot.chat.reply import Code, Reply, Tone
from bot.notifications.template import NotificationType
from core.model import OutboxMessage, WebhookId, WebhookState
from core.services.webhooks import WEBHOOK_FAILED


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None if it was removed, or works again."""
    webhook_id = WebhookId(int(message.payload))
    webhook, backlog = await context.services.storage.read(
        lambda unit: (unit.webhooks.get(webhook_id), unit.webhooks.backlog(webhook_id))
    )
    if webhook is None:
        return None
    if webhook.state is WebhookState.FAILED:
        return Reply(
            (
                f"I've paused webhook {webhook_id}: {webhook.reason}. ",
                f"{backlog.waiting} events wait for it.",
            ),
            tone=Tone.REFUSED,
            footer=(
                "Once its receiver works again: ",
                Code(f"roomie webhook resume {webhook_id}"),
                ". To be rid of it: ",
                Code(f"roomie webhook remove {webhook_id}"),
            ),
        )
    if not backlog.given_up:
        return None
    return Reply(
        (f"Webhook {webhook_id} keeps refusing some events, so I've given up {backlog.given_up} of them.",),
        tone=Tone.REFUSED,
        footer=("See them with ", Code(f"roomie webhook deliveries {webhook_id} --given-up")),
    )


WEBHOOK_FAILED_TYPE = NotificationType(WEBHOOK_FAILED, compose, respects_quiet_hours=False)
