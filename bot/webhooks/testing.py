"""`roomie webhook test`: sends a signed event at once, beside the outbox."""

import uuid

from bot.services import Services
from bot.webhooks.client import ReceiverClient
from bot.webhooks.payloads import render_test
from bot.webhooks.secrets import signing_secrets
from bot.webhooks.signing import signed_headers
from core.model import PersonId, Webhook, WebhookId
from core.policy.webhook_retries import DeliveryAttempt


async def send_test(
    services: Services, webhook_id: WebhookId, by: PersonId | None, client: ReceiverClient, campus: str = ""
) -> tuple[Webhook, DeliveryAttempt]:
    """The webhook, and the answer to an event `webhook.test`; also of one that is paused."""
    webhook, now = await services.webhooks.get(webhook_id, by), services.clock.now()
    body = render_test(now, campus)
    keys = signing_secrets(services, webhook, now)
    headers = signed_headers(f"test-{uuid.uuid4()}", now, body, keys)
    return webhook, await client.post(webhook.url, body, headers)
