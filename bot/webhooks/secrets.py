"""Secrets of webhooks at rest: sealed with the server's secret, each bound to its address."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.login.encryption import DecryptionFailed, seal_text, unseal_text
from bot.services import Services
from bot.webhooks.signing import create_secret
from core.model import PersonId, Webhook, WebhookId
from core.ports import UnitOfWork


class WebhookWithSecret(Struct, frozen=True):
    """A webhook and its new secret, which is shown once."""

    webhook: Webhook
    secret: str


async def add_webhook(
    services: Services, url: str, events: list[str], by: PersonId | None, *, is_personal: bool = False
) -> WebhookWithSecret:
    """Adds a webhook with a new secret."""
    secret = create_secret()
    sealed = seal_text(secret, services.accounts.secrets, _purpose(url.strip()))
    webhook = await services.webhooks.add(url, events, sealed, by, is_personal=is_personal)
    return WebhookWithSecret(webhook, secret)


async def rotate_secret(services: Services, webhook_id: WebhookId, by: PersonId | None) -> WebhookWithSecret:
    """Gives a webhook a new secret; for a while both sign."""
    secret = create_secret()

    def seal(webhook: Webhook) -> str:
        return seal_text(secret, services.accounts.secrets, _purpose(webhook.url))

    return WebhookWithSecret(await services.webhooks.rotate(webhook_id, seal, by), secret)


def signing_secrets(services: Services, webhook: Webhook, now: datetime) -> tuple[str, ...]:
    """The secrets that sign now, the current one first. Raises `DecryptionFailed`."""
    sealed = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until is not None and now < webhook.previous_until:
        sealed.append(webhook.previous_secret)
    purpose = _purpose(webhook.url)
    return tuple(unseal_text(each, services.accounts.secrets, purpose).text for each in sealed)


async def reencrypt_webhooks(services: Services) -> tuple[int, list[WebhookId]]:
    """Seals secrets with the current server secret: how many, and the webhooks whose secret none decrypts.

    Previous secrets that sign no longer are deleted.
    """
    lost: list[WebhookId] = []
    now = services.clock.now()

    def transaction(unit: UnitOfWork) -> int:
        lost.clear()
        count = 0
        for each in unit.webhooks.all():
            try:
                sealed = _resealed(services, each, now)
            except DecryptionFailed:
                lost.append(each.id)
                continue
            if sealed != each and (current := unit.webhooks.get(each.id)) is not None:
                secrets = {
                    "secret": sealed.secret,
                    "previous_secret": sealed.previous_secret,
                    "previous_until": sealed.previous_until,
                }
                if (current.secret, current.previous_secret) == (each.secret, each.previous_secret):
                    unit.webhooks.put(replace(current, **secrets))
                    count += 1
        return count

    return await services.storage.write_relaxed(transaction), lost


def _resealed(services: Services, webhook: Webhook, now: datetime) -> Webhook:
    if webhook.previous_until is not None and webhook.previous_until <= now:
        webhook = replace(webhook, previous_secret=None, previous_until=None)
    previous = webhook.previous_secret
    return replace(
        webhook,
        secret=_reseal(services, webhook.secret, webhook.url),
        previous_secret=_reseal(services, previous, webhook.url) if previous else None,
    )


def _reseal(services: Services, stored: str, url: str) -> str:
    text, is_current = unseal_text(stored, services.accounts.secrets, _purpose(url))
    return stored if is_current else seal_text(text, services.accounts.secrets, _purpose(url))


def _purpose(url: str) -> str:
    return f"webhook secret of {url}"
