"""Administration of webhooks. Rights are checked in the transaction, and every change is audited."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.clock import Clock
from core.errors import Conflict, NotFound
from core.model import (
    AuditEntry,
    PersonId,
    Webhook,
    WebhookBacklog,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookId,
    WebhookState,
)
from core.policy.webhook_retries import OVERLAP, resumed
from core.ports import Storage, UnitOfWork
from core.services.administration.rights import Administrator
from core.services.webhooks.addresses import MAX_WEBHOOKS, check_events, check_receiver

COMMAND_LINE: Final = None
"""In place of a person: who runs commands on the server may do everything."""


class WebhookStatus(Struct, frozen=True):
    """A webhook, and what waits for it."""

    webhook: Webhook
    backlog: WebhookBacklog


class WebhookService:
    """Use cases of administrators; `NotPermitted` for everybody else.

    `by` is who asks. `private_hosts` are the hosts in private networks that may receive. Secrets arrive
    sealed.
    """

    def __init__(self, storage: Storage, clock: Clock, private_hosts: Collection[str] = ()) -> None:
        self._storage = storage
        self._clock = clock
        self.private_hosts = frozenset(each.lower() for each in private_hosts)

    async def add(
        self,
        url: str,
        events: Iterable[str],
        sealed_secret: str,
        by: PersonId | None,
        *,
        is_personal: bool = False,
    ) -> Webhook:
        """Subscribes an address to events. `Invalid` for unusable ones, `Conflict` beyond the limit."""
        address, patterns = check_receiver(url.strip(), self.private_hosts), check_events(events)
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Webhook:
            actor = _actor(unit, by, now)
            known = unit.webhooks.all()
            if len(known) >= MAX_WEBHOOKS:
                raise Conflict(f"There are {MAX_WEBHOOKS} webhooks already. Remove one first.")
            if any(each.url == address for each in known):
                raise Conflict("There is a webhook with this address already. Remove it first.")
            new = Webhook(WebhookId(0), address, patterns, sealed_secret, now, actor, is_personal)
            added = unit.webhooks.add(new)
            details: dict[str, str | int] = {"events": " ".join(patterns), "personal": int(is_personal)}
            unit.audit(AuditEntry(now, actor, "add webhook", _subject(added), details))
            return added

        return await self._storage.write(transaction)

    async def all(self, by: PersonId | None) -> list[WebhookStatus]:
        now = self._clock.now()

        def read(unit: UnitOfWork) -> list[WebhookStatus]:
            _actor(unit, by, now)
            return [WebhookStatus(each, unit.webhooks.backlog(each.id)) for each in unit.webhooks.all()]

        return await self._storage.read(read)

    async def get(self, webhook_id: WebhookId, by: PersonId | None) -> Webhook:
        now = self._clock.now()

        def read(unit: UnitOfWork) -> Webhook:
            _actor(unit, by, now)
            return _find(unit, webhook_id)

        return await self._storage.read(read)

    async def remove(self, webhook_id: WebhookId, by: PersonId | None) -> Webhook:
        """Removes it with everything that waits for it."""

        def remove(unit: UnitOfWork, webhook: Webhook) -> Webhook:
            unit.webhooks.remove(webhook.id)
            return webhook

        return await self._change(webhook_id, by, "remove webhook", remove)

    async def pause(self, webhook_id: WebhookId, by: PersonId | None) -> Webhook:
        """Stops sending; events wait, as long as messages are kept."""

        def pause(unit: UnitOfWork, webhook: Webhook) -> Webhook:
            return _put(unit, replace(webhook, state=WebhookState.PAUSED, reason="paused by an operator"))

        return await self._change(webhook_id, by, "pause webhook", pause)

    async def resume(self, webhook_id: WebhookId, by: PersonId | None) -> Webhook:
        """Sends again, first what has waited."""
        now = self._clock.now()

        def resume(unit: UnitOfWork, webhook: Webhook) -> Webhook:
            unit.webhooks.hurry(webhook.id, now)
            return _put(unit, resumed(webhook))

        return await self._change(webhook_id, by, "resume webhook", resume)

    async def rotate(
        self, webhook_id: WebhookId, seal: Callable[[Webhook], str], by: PersonId | None
    ) -> Webhook:
        """Gives it a new secret, sealed by `seal`. The old one signs as well until `previous_until`."""
        now = self._clock.now()

        def rotate(unit: UnitOfWork, webhook: Webhook) -> Webhook:
            changed = replace(
                webhook,
                secret=seal(webhook),
                previous_secret=webhook.secret,
                previous_until=now + OVERLAP,
            )
            return _put(unit, changed)

        return await self._change(webhook_id, by, "rotate webhook secret", rotate)

    async def deliveries(
        self,
        webhook_id: WebhookId | None,
        by: PersonId | None,
        states: Iterable[WebhookDeliveryState] = tuple(WebhookDeliveryState),
        limit: int = 50,
    ) -> list[WebhookDelivery]:
        """The newest deliveries, of one webhook or all."""
        now = self._clock.now()

        def read(unit: UnitOfWork) -> list[WebhookDelivery]:
            _actor(unit, by, now)
            if webhook_id is not None:
                _find(unit, webhook_id)
            return unit.webhooks.deliveries(webhook_id, states, limit)

        return await self._storage.read(read)

    async def retry(self, webhook_id: WebhookId, number: int, by: PersonId | None) -> Webhook:
        """Sends an event again that was given up, or delivered. `NotFound` if there is none."""
        now = self._clock.now()

        def retry(unit: UnitOfWork, webhook: Webhook) -> Webhook:
            if not unit.webhooks.retry(webhook.id, number, now):
                raise NotFound(f"Webhook {webhook.id} has no event {number} that was delivered or given up.")
            return webhook

        return await self._change(webhook_id, by, "retry webhook event", retry)

    async def _change(
        self,
        webhook_id: WebhookId,
        by: PersonId | None,
        action: str,
        change: Callable[[UnitOfWork, Webhook], Webhook],
    ) -> Webhook:
        now = self._clock.now()

        def transaction(unit: UnitOfWork) -> Webhook:
            actor = _actor(unit, by, now)
            changed = change(unit, _find(unit, webhook_id))
            unit.audit(AuditEntry(now, actor, action, _subject(changed)))
            return changed

        return await self._storage.write(transaction)


def _actor(unit: UnitOfWork, by: PersonId | None, now: datetime) -> str:
    """The actor of the audit trail; `NotPermitted` unless an administrator who is not blocked."""
    administrator = Administrator(by)
    administrator.check(unit, now)
    return administrator.actor


def _find(unit: UnitOfWork, webhook_id: WebhookId) -> Webhook:
    webhook = unit.webhooks.get(webhook_id)
    if webhook is None:
        raise NotFound(f"There is no webhook {webhook_id}. roomie webhook list shows them.")
    return webhook


def _put(unit: UnitOfWork, webhook: Webhook) -> Webhook:
    unit.webhooks.put(webhook)
    return webhook


def _subject(webhook: Webhook) -> str:
    return f"webhook:{webhook.id}"
