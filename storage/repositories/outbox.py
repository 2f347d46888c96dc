"""Outbox messages and their leases."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from core.model import (
    Backlog,
    BookingId,
    ClaimedMessage,
    DeliveryOutcome,
    Identity,
    MessageState,
    OutboxEntry,
    OutboxMessage,
    PersonId,
    UserGroup,
)
from storage.mapping import instant, message_values, seconds, to_message
from storage.tables import is_present, outbox, person
from storage.upsert import insert_new, insert_selected

_col = outbox.c
_is_open: ColumnElement[bool] = _col.state < literal_column("2")
"""A literal, so that SQLite uses the partial index on due messages."""
_MESSAGE = (
    _col.key,
    _col.kind,
    _col.person_id,
    _col.identity,
    _col.booking_id,
    _col.payload,
    _col.due_at,
    _col.expires_at,
)
_has_quota: ColumnElement[bool] = ~person.c.groups.contains(UserGroup.STAFF.value, autoescape=True)
"""Groups are stored by name, and no name is a part of another."""
_BATCH_SIZE = 500
"""Rows per statement."""
_WAITING, _SENDING, _GIVEN_UP = (
    each.value for each in (MessageState.WAITING, MessageState.SENDING, MessageState.GIVEN_UP)
)

_complete = (
    update(outbox)
    .where(_col.id == bindparam("the_id"), _col.claimed_by == bindparam("the_worker"))
    .values(
        state=bindparam("new_state"),
        trouble=bindparam("new_trouble"),
        due_at=func.coalesce(bindparam("new_due_at", type_=_col.due_at.type), _col.due_at),
        claimed_by=None,
        claimed_until=None,
    )
)
_set_recipient = (
    update(outbox).where(_col.id == bindparam("the_id")).values(identity=bindparam("the_identity"))
)


class SqlOutboxRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, messages: Iterable[OutboxMessage]) -> int:
        rows = [message_values(each) for each in messages]
        return sum(
            insert_new(self._connection, outbox, rows[first : first + _BATCH_SIZE])
            for first in range(0, len(rows), _BATCH_SIZE)
        )

    def add_for_subscribers(self, notice: OutboxMessage, after: PersonId, limit: int) -> PersonId | None:
        """One `INSERT … SELECT`: no person is loaded."""
        wants = (person.c.wants_notices, person.c.id > after)
        page = select(person.c.id).where(*wants).order_by(person.c.id).limit(limit).subquery()
        last = self._connection.execute(select(func.max(page.c.id))).scalar()
        if last is None:
            return None
        given = {name: value for name, value in message_values(notice).items() if value is not None}
        values: dict[str, Any] = {
            name: literal(value, outbox.c[name].type) for name, value in given.items()
        } | {"key": literal(f"{notice.key} ") + cast(person.c.id, Text), "person_id": person.c.id}
        subscribers = select(*values.values()).where(*wants, person.c.id <= last, _has_quota, is_present)
        insert_selected(self._connection, outbox, list(values), subscribers)
        return PersonId(last)

    def withdraw(self, booking_id: BookingId, kind: str, person_id: PersonId) -> None:
        unsent = (_col.booking_id == booking_id, _col.kind == kind, _col.state == _WAITING)
        self._connection.execute(delete(outbox).where(*unsent, _col.person_id == person_id))

    def is_any_due(self, now: datetime) -> bool:
        return self._connection.execute(_due(seconds(now)).limit(1)).first() is not None

    def sent_to(self, keys: Collection[str]) -> list[Identity]:
        arrived = select(_col.identity).where(_col.key.in_(keys), _col.state == MessageState.SENT.value)
        return [each for each in self._connection.execute(arrived).scalars() if each is not None]

    def claim(self, worker: str, now: datetime, until: datetime, limit: int) -> list[ClaimedMessage]:
        """On PostgreSQL, rows that another worker is claiming are skipped."""
        free = _due(seconds(now)).limit(limit).with_for_update(skip_locked=True).cte("due")
        claimed = (
            update(outbox)
            .where(_col.id.in_(select(free.c.id)))
            .values(claimed_by=worker, claimed_until=seconds(until))
            .returning(_col.id, _col.attempts, _col.state, _col.claimed_at, *_MESSAGE)
        )
        found = [_to_claimed(row) for row in self._connection.execute(claimed)]
        return sorted(found, key=lambda each: (each.message.due_at, each.id))

    def start(self, worker: str, sending: Mapping[int, Identity], now: datetime, until: datetime) -> set[int]:
        mine = (_col.id.in_(list(sending)), _col.claimed_by == worker, _is_open)
        started = (
            update(outbox)
            .where(*mine)
            .values(
                state=_SENDING,
                attempts=_col.attempts + 1,
                claimed_at=func.coalesce(_col.claimed_at, seconds(now)),
                claimed_until=seconds(until),
            )
            .returning(_col.id)
        )
        ids = set(self._connection.execute(started).scalars())
        addresses = [{"the_id": each, "the_identity": sending[each]} for each in sorted(ids)]
        if addresses:
            self._connection.execute(_set_recipient, addresses)
        return ids

    def complete(self, worker: str, outcomes: Iterable[DeliveryOutcome]) -> None:
        rows = [_outcome_row(worker, each) for each in outcomes]
        if rows:
            self._connection.execute(_complete, rows)

    def backlog(self) -> Backlog:
        counts = select(_col.state, func.count(), func.min(_col.due_at)).group_by(_col.state)
        open_ones = {
            state: (count, due) for state, count, due in self._connection.execute(counts.where(_is_open))
        }
        given_up = select(func.count()).where(_col.state == _GIVEN_UP)
        dues = [due for _, due in open_ones.values()]
        return Backlog(
            waiting=open_ones.get(_WAITING, (0, 0))[0],
            sending=open_ones.get(_SENDING, (0, 0))[0],
            given_up=self._connection.execute(given_up).scalar_one(),
            oldest_due=instant(min(dues)) if dues else None,
        )

    def entries(self, states: Collection[MessageState], limit: int) -> list[OutboxEntry]:
        """By due time."""
        wanted = _col.state.in_([each.value for each in states])
        rows = self._connection.execute(
            select(_col.id, _col.state, _col.attempts, _col.trouble, *_MESSAGE)
            .where(wanted)
            .order_by(_col.due_at, _col.id)
            .limit(limit)
        )
        return [
            OutboxEntry(row[0], to_message(row[4:]), MessageState(row[1]), row[2], row[3]) for row in rows
        ]

    def retry(self, message_id: int, now: datetime) -> bool:
        """Requeues as `SENDING`, so that an earlier delivery is looked for first."""
        again = update(outbox).where(_col.id == message_id, _col.state > MessageState.SENT.value)
        values = {"state": _SENDING, "due_at": seconds(now), "attempts": 0, "expires_at": None}
        return self._connection.execute(again.values(values)).rowcount == 1

    def give_up(self, message_id: int, error: str) -> bool:
        mine = update(outbox).where(_col.id == message_id, _is_open)
        values = {"state": _GIVEN_UP, "trouble": error, "claimed_by": None, "claimed_until": None}
        return self._connection.execute(mine.values(values)).rowcount == 1


def _due(now: int) -> Select[tuple[int]]:
    """Due messages without a valid lease, oldest first."""
    is_free = or_(_col.claimed_until.is_(None), _col.claimed_until <= now)
    return select(_col.id).where(_is_open, _col.due_at <= now, is_free).order_by(_col.due_at)


def _to_claimed(row: Any) -> ClaimedMessage:  # noqa: ANN401 - a row of any shape
    message_id, attempts, state, since, *message = row
    return ClaimedMessage(
        message_id,
        to_message(message),
        attempts,
        is_unclear=state == _SENDING,
        since=None if since is None else instant(since),
    )


def _outcome_row(worker: str, outcome: DeliveryOutcome) -> dict[str, object]:
    return {
        "the_id": outcome.id,
        "the_worker": worker,
        "new_state": outcome.state.value,
        "new_trouble": outcome.error,
        "new_due_at": outcome.due_at and seconds(outcome.due_at),
    }
