"""Finds and deletes rows beyond their retention limits.

Finding may scan a whole table, in a snapshot that blocks no writer. Deleting is by key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)

from core.model import Change, Expired, Expiring, Limit
from storage.erased_account import erased_account
from storage.mapping import instant, seconds
from storage.service_tables import (
    draft,
    erasure,
    login_session,
    oauth_state,
    quota_grant,
    refused_request,
    seen,
    tally,
)
from storage.tables import (
    audit,
    booking,
    change,
    charge,
    closure,
    is_present,
    known_address,
    outbox,
    person,
    rating,
    request,
    series,
    token,
    token_alive_at,
    wait,
)
from storage.webhook_tables import webhook_delivery, webhook_event

_REFUSED = and_(
    audit.c.action == "log in", audit.c.subject.in_(("refused", "unproved attributes", "declined"))
)
_HAS_NO_BOOKINGS = ~exists().where(booking.c.series_id == series.c.id)
_HAS_GUESTS = or_(booking.c.guests != literal_column("''"), booking.c.transfer.is_not(None))
_HAS_NAME = exists().where(person.c.id == booking.c.booked_by, is_present)
_IS_GONE = ~exists().where(person.c.id == erasure.c.person_id)
_NOT_NEWEST = change.c.seq < select(func.max(change.c.seq)).scalar_subquery()
"""The newest number marks the end of the log."""


class _Rows(Struct, frozen=True):
    """Rows of one kind. `is_serial`: keys grow with time, and deletion starts at the lowest."""

    table: Table
    key: ColumnElement[Any]
    at: ColumnElement[int]
    condition: ColumnElement[bool] | None = None
    is_serial: bool = False


_over_at: ColumnElement[int] = case(
    (login_session.c.finished_at > login_session.c.expires_at, login_session.c.finished_at),
    else_=login_session.c.expires_at,
)

_KINDS = {
    Expiring.CHANGES: _Rows(change, change.c.seq, change.c.at, _NOT_NEWEST, is_serial=True),
    Expiring.REQUESTS: _Rows(request, request.c.key, request.c.at),
    Expiring.DELIVERIES: _Rows(seen, seen.c.key, seen.c.at),
    Expiring.TALLIES: _Rows(tally, tally.c.key, tally.c.at),
    Expiring.INSTALLATION_STATES: _Rows(oauth_state, oauth_state.c.hash, oauth_state.c.until),
    Expiring.LOGIN_SESSIONS: _Rows(login_session, login_session.c.hash, _over_at),
    Expiring.TOKENS: _Rows(token, token.c.hash, token_alive_at),
    Expiring.KNOWN_ADDRESSES: _Rows(known_address, known_address.c.key, known_address.c.at),
    Expiring.DRAFTS: _Rows(draft, draft.c.id, draft.c.expires_at),
    Expiring.MESSAGES: _Rows(outbox, outbox.c.id, outbox.c.due_at, is_serial=True),
    Expiring.REFUSED_LOGINS: _Rows(audit, audit.c.id, audit.c.at, _REFUSED, is_serial=True),
    Expiring.REFUSALS: _Rows(refused_request, refused_request.c.id, refused_request.c.at, is_serial=True),
    Expiring.RATINGS: _Rows(rating, rating.c.key, rating.c.at),
    Expiring.AUDIT: _Rows(audit, audit.c.id, audit.c.at, ~_REFUSED, is_serial=True),
    Expiring.CLOSURES: _Rows(closure, closure.c.id, closure.c.end, ~closure.c.is_yearly),
    Expiring.BOOKINGS: _Rows(booking, booking.c.id, booking.c.end),
    Expiring.GRANTS: _Rows(quota_grant, quota_grant.c.id, quota_grant.c.at, is_serial=True),
    Expiring.WAITS: _Rows(wait, wait.c.id, wait.c.end, wait.c.state == literal_column("2"), is_serial=True),
    Expiring.GUESTS: _Rows(booking, booking.c.id, booking.c.end, _HAS_GUESTS),
    Expiring.ERASURES: _Rows(erasure, erasure.c.person_id, erasure.c.requested_at, _IS_GONE),
    Expiring.NAMED_BOOKINGS: _Rows(booking, booking.c.id, booking.c.end, _HAS_NAME),
    Expiring.WEBHOOK_EVENTS: _Rows(webhook_event, webhook_event.c.number, webhook_event.c.at, is_serial=True),
    Expiring.SERIES: _Rows(series, series.c.id, series.c.ends_at, _HAS_NO_BOOKINGS),
}

_EVERYWHERE = Change("timetable")
"""After a closure of more than one room."""
_INVALIDATED: Mapping[Expiring, tuple[str, ColumnElement[Any]]] = {
    Expiring.TOKENS: ("person", token.c.person_id),
    Expiring.KNOWN_ADDRESSES: ("person", known_address.c.person_id),
    Expiring.BOOKINGS: ("schedule", booking.c.room_id),
    Expiring.CLOSURES: ("schedule", closure.c.room_id),
}
"""Kind of change, and its key, of rows from which read models and caches are made."""


class SqlRetentionRepository:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def expired(self, limit: Limit, batch_size: int) -> list[Expired]:
        """Expired rows first, then the surplus."""
        rows = _KINDS[limit.kind]
        found = select(rows.key, rows.at).where(*_applies_to(limit), rows.at < seconds(limit.before))
        found = found.order_by(rows.key) if rows.is_serial else found
        past = [Expired(key, at) for key, at in self._connection.execute(found.limit(batch_size))]
        return past if past or limit.max_rows is None else self._surplus(limit, limit.max_rows, batch_size)

    def _surplus(self, limit: Limit, max_rows: int, batch_size: int) -> list[Expired]:
        """The oldest rows beyond `max_rows`."""
        rows = _KINDS[limit.kind]
        count = self._connection.execute(
            select(func.count()).select_from(rows.table).where(*_applies_to(limit))
        )
        surplus = min(count.scalar_one() - max_rows, batch_size)
        if surplus <= 0:
            return []
        found = select(rows.key, rows.at).where(*_applies_to(limit))
        if limit.over_before is not None:
            found = found.where(rows.at < seconds(limit.over_before))
        oldest = found.order_by(rows.key if rows.is_serial else rows.at).limit(surplus)
        return [Expired(key, at) for key, at in self._connection.execute(oldest)]

    def discard(self, limit: Limit, found: Sequence[Expired]) -> int:
        rows = _KINDS[limit.kind]
        keys, newest = [each.key for each in found], max(each.at for each in found)
        these = (rows.key.in_(keys), rows.at <= newest, *_applies_to(limit))
        if limit.kind is Expiring.BOOKINGS:
            self._discard_what_belongs_to(keys, newest)
        if limit.kind is Expiring.WEBHOOK_EVENTS:
            self._connection.execute(delete(webhook_delivery).where(webhook_delivery.c.number.in_(keys)))
        if limit.kind is Expiring.GUESTS:
            return self._connection.execute(
                update(booking).where(*these).values(guests="", transfer=None)
            ).rowcount
        if limit.kind is Expiring.NAMED_BOOKINGS:
            return self._take_names_off(*these, now=instant(newest))
        gone = delete(rows.table).where(*these)
        if limit.kind not in _INVALIDATED:
            return self._connection.execute(gone).rowcount
        change_kind, key = _INVALIDATED[limit.kind]
        changed = self._connection.execute(gone.returning(key)).scalars().all()
        self._changes.update(
            _EVERYWHERE if each is None else Change(change_kind, str(each)) for each in changed
        )
        return len(changed)

    def _take_names_off(self, *these: ColumnElement[bool], now: datetime) -> int:
        """Past bookings stay as numbers: a society's as the society's, others as those of nobody."""
        nobody = erased_account(self._connection, now)
        owner = case((booking.c.society_id.is_(None), nobody), else_=null())
        values = {"booked_by": owner, "title": "", "notes": "", "guests": "", "transfer": None}
        named = update(booking).where(*these).values(values)
        changed = self._connection.execute(named.returning(booking.c.id, booking.c.room_id)).all()
        ids = [row.id for row in changed]
        self._connection.execute(update(charge).where(charge.c.booking_id.in_(ids)).values(person_id=nobody))
        self._changes.update(Change("schedule", row.room_id) for row in changed)
        return len(changed)

    def _discard_what_belongs_to(self, bookings: Sequence[object], newest: int) -> None:
        over = select(booking.c.id).where(booking.c.id.in_(bookings), booking.c.end <= newest)
        for table in (charge, outbox):
            self._connection.execute(delete(table).where(table.c.booking_id.in_(over)))


def _applies_to(limit: Limit) -> tuple[ColumnElement[bool], ...]:
    """Condition on the rows of its table that a limit applies to."""
    if limit.kind is Expiring.MESSAGES:
        is_useless = outbox.c.expires_at < seconds(limit.before)
        return (or_(outbox.c.state >= literal_column("2"), is_useless),)
    condition = _KINDS[limit.kind].condition
    return () if condition is None else (condition,)
