"""Webhooks: endpoints, the log of their events, and deliveries with their leases."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from core.model import (
    Change,
    EventType,
    Webhook,
    WebhookBacklog,
    WebhookDelivery,
    WebhookDeliveryState,
    WebhookEvent,
    WebhookId,
    WebhookOutcome,
    WebhookState,
)
from storage.mapping import instant, seconds, split_lines
from storage.upsert import insert_new
from storage.webhook_rows import event_values, to_webhook, webhook_values
from storage.webhook_tables import webhook, webhook_delivery, webhook_event

_CHANGED = Change("webhook")
_sent, _event = webhook_delivery.c, webhook_event.c
_is_waiting: ColumnElement[bool] = _sent.state == literal_column("0")
_is_new: ColumnElement[bool] = literal_column("is_new")
"""Literals, so that SQLite uses the partial indexes."""
_MAX_ERROR_LENGTH = 300
_DELIVERY = (
    _sent.webhook_id,
    _sent.number,
    _sent.attempts,
    _sent.state,
    _sent.due_at,
    _sent.status,
    _sent.error,
    _event.id,
    _event.type,
    _event.at,
    _event.subject,
    _event.data,
    _event.booking_id,
    _event.person_id,
)


class SqlWebhookRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    # Endpoints

    def add(self, new: Webhook) -> Webhook:
        self._changes.add(_CHANGED)
        added = self._connection.execute(insert(webhook).values(webhook_values(new)).returning(webhook.c.id))
        return replace(new, id=WebhookId(added.scalar_one()))

    def get(self, webhook_id: WebhookId) -> Webhook | None:
        found = select(webhook).where(webhook.c.id == webhook_id)
        row = self._connection.execute(self._locked(found)).first()
        return None if row is None else to_webhook(row)

    def _locked(self, rows: Select[Any]) -> Select[Any]:
        """A snapshot for reading, which PostgreSQL sets read only, takes no locks."""
        if self._connection.dialect.name != "postgresql":
            return rows
        is_reading = self._connection.get_execution_options().get("postgresql_readonly", False)
        return rows if is_reading else rows.with_for_update()

    def all(self) -> list[Webhook]:
        return [to_webhook(row) for row in self._connection.execute(select(webhook).order_by(webhook.c.id))]

    def are_any(self) -> bool:
        return bool(self._connection.execute(select(exists(select(webhook.c.id)))).scalar())

    def put(self, changed: Webhook) -> None:
        self._connection.execute(
            update(webhook).where(webhook.c.id == changed.id).values(webhook_values(changed))
        )

    def remove(self, webhook_id: WebhookId) -> bool:
        self._changes.add(_CHANGED)
        self._connection.execute(delete(webhook_delivery).where(_sent.webhook_id == webhook_id))
        return self._connection.execute(delete(webhook).where(webhook.c.id == webhook_id)).rowcount == 1

    # Events

    def announce(self, events: Sequence[WebhookEvent]) -> int:
        if not events or not self.are_any():
            return 0
        return insert_new(self._connection, webhook_event, [event_values(each) for each in events])

    def distribute(self, now: datetime, limit: int) -> int:
        """On PostgreSQL the rows are locked, without skipping: the next process waits for this one."""
        if not self._connection.execute(select(exists(select(_event.number).where(_is_new)))).scalar():
            return 0
        new = select(_event.number, _event.type, _event.subject).where(_is_new)
        rows = self._connection.execute(new.order_by(_event.number).limit(limit).with_for_update()).all()
        endpoints = self._connection.execute(select(webhook.c.id, webhook.c.events)).all()
        subscribers = [(each.id, split_lines(each.events)) for each in endpoints]
        deliveries = [
            _new_delivery(webhook_id, row, now)
            for row in rows
            for webhook_id, patterns in subscribers
            if any(fnmatchcase(row.type, each) for each in patterns)
        ]
        if deliveries:
            self._connection.execute(insert(webhook_delivery), deliveries)
        done = _event.number.in_([row.number for row in rows])
        self._connection.execute(update(webhook_event).where(done).values(is_new=False))
        return len(rows)

    # Deliveries

    def ready(self, now: datetime) -> list[WebhookId]:
        is_open = and_(
            webhook.c.state == WebhookState.ACTIVE.value,
            or_(webhook.c.retry_at.is_(None), webhook.c.retry_at <= seconds(now)),
        )
        is_due = exists().where(_sent.webhook_id == webhook.c.id, *_is_free(now))
        found = self._connection.execute(select(webhook.c.id).where(is_open, is_due).order_by(webhook.c.id))
        return [WebhookId(each) for each in found.scalars()]

    def claim(
        self, webhook_id: WebhookId, worker: str, now: datetime, until: datetime, limit: int
    ) -> list[WebhookDelivery]:
        earlier = webhook_delivery.alias("earlier")
        is_first = ~exists().where(
            earlier.c.webhook_id == _sent.webhook_id,
            earlier.c.subject == _sent.subject,
            earlier.c.state == literal_column("0"),
            earlier.c.number < _sent.number,
        )
        free = select(_sent.number).where(_sent.webhook_id == webhook_id, *_is_free(now), is_first)
        free = free.order_by(_sent.due_at, _sent.number).limit(limit).with_for_update(skip_locked=True)
        numbers = list(self._connection.execute(free).scalars())
        if not numbers:
            return []
        these = (_sent.webhook_id == webhook_id, _sent.number.in_(numbers))
        self._connection.execute(
            update(webhook_delivery).where(*these).values(claimed_by=worker, claimed_until=seconds(until))
        )
        return self._read(select(*_DELIVERY).where(*these).order_by(_sent.due_at, _sent.number))

    def complete(self, worker: str, outcome: WebhookOutcome) -> bool:
        done = update(webhook_delivery).where(*_claimed(worker, outcome.webhook_id, outcome.number))
        values = {
            "state": outcome.state.value,
            "attempts": _sent.attempts + 1,
            "due_at": seconds(outcome.due_at),
            "status": outcome.status,
            "error": outcome.error[:_MAX_ERROR_LENGTH],
            "claimed_by": None,
            "claimed_until": None,
        }
        return self._connection.execute(done.values(values)).rowcount == 1

    def hurry(self, webhook_id: WebhookId, now: datetime) -> None:
        waiting = update(webhook_delivery).where(_sent.webhook_id == webhook_id, _is_waiting)
        self._connection.execute(waiting.values(due_at=seconds(now)))

    def retry(self, webhook_id: WebhookId, number: int, now: datetime) -> bool:
        again = update(webhook_delivery).where(
            _sent.webhook_id == webhook_id, _sent.number == number, ~_is_waiting
        )
        values = {"state": 0, "attempts": 0, "due_at": seconds(now), "error": ""}
        return self._connection.execute(again.values(values)).rowcount == 1

    def deliveries(
        self, webhook_id: WebhookId | None, states: Iterable[WebhookDeliveryState], limit: int
    ) -> list[WebhookDelivery]:
        found = select(*_DELIVERY).where(_sent.state.in_([each.value for each in states]))
        if webhook_id is not None:
            found = found.where(_sent.webhook_id == webhook_id)
        return self._read(found.order_by(_sent.number.desc(), _sent.webhook_id).limit(limit))

    def backlog(self, webhook_id: WebhookId | None = None) -> WebhookBacklog:
        mine = () if webhook_id is None else (_sent.webhook_id == webhook_id,)
        waiting, oldest = self._connection.execute(
            select(func.count(), func.min(_event.at))
            .select_from(webhook_delivery)
            .join(webhook_event, _event.number == _sent.number)
            .where(_is_waiting, *mine)
        ).one()
        given_up = select(func.count()).select_from(webhook_delivery)
        given_up = given_up.where(_sent.state == WebhookDeliveryState.GIVEN_UP.value, *mine)
        return WebhookBacklog(
            waiting,
            self._connection.execute(given_up).scalar_one(),
            None if oldest is None else instant(oldest),
        )

    def _read(self, found: Select[Any]) -> list[WebhookDelivery]:
        joined = found.join_from(webhook_delivery, webhook_event, _event.number == _sent.number)
        return [_to_delivery(row) for row in self._connection.execute(joined)]


def _is_free(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Due, and without a valid lease."""
    has_no_lease = or_(_sent.claimed_until.is_(None), _sent.claimed_until <= seconds(now))
    return _is_waiting, _sent.due_at <= seconds(now), has_no_lease


def _claimed(worker: str, webhook_id: WebhookId, number: int) -> tuple[ColumnElement[bool], ...]:
    return _sent.webhook_id == webhook_id, _sent.number == number, _sent.claimed_by == worker


def _new_delivery(webhook_id: int, row: Any, now: datetime) -> dict[str, object]:  # noqa: ANN401 - a row
    return {
        "webhook_id": webhook_id,
        "number": row.number,
        "subject": row.subject,
        "state": WebhookDeliveryState.WAITING.value,
        "attempts": 0,
        "due_at": seconds(now),
        "error": "",
    }


def _to_delivery(row: Any) -> WebhookDelivery:  # noqa: ANN401 - a row of `_DELIVERY`
    (
        webhook_id,
        number,
        attempts,
        state,
        due_at,
        status,
        error,
        event_id,
        kind,
        at,
        subject,
        data,
        *about,
    ) = row
    event = WebhookEvent(event_id, EventType(kind), instant(at), subject, json.loads(data), *about)
    return WebhookDelivery(
        WebhookId(webhook_id),
        number,
        event,
        attempts,
        WebhookDeliveryState(state),
        instant(due_at),
        status,
        error,
    )
