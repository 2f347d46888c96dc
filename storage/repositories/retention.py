"""Finding and deleting rows that are past their time or too many, in either database's words.

Finding may read a whole table: it does so in a snapshot, beside those who write. Deleting is by key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
)

from core.model import Change, Expired, Expiring, Limit, PersonId
from storage.mapping import seconds
from storage.tables import (
    audit,
    booking,
    change,
    charge,
    known_address,
    login_session,
    oauth_state,
    outbox,
    request,
    seen,
    tally,
    token,
    token_alive_at,
)

_REFUSED = and_(
    audit.c.action == "log in", audit.c.subject.in_(("refused", "unproved attributes", "declined"))
)
_NOT_NEWEST = change.c.seq < select(func.max(change.c.seq)).scalar_subquery()
"""The newest number says where the log ends."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """`is_serial` says that keys grow with time: the log of changes may only go from its beginning."""

    table: Table
    key: ColumnElement[Any]
    at: ColumnElement[int]
    is_meant: ColumnElement[bool] | None = None
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
    Expiring.MESSAGES: _Rows(outbox, outbox.c.id, outbox.c.due_at, is_serial=True),
    Expiring.REFUSED_LOGINS: _Rows(audit, audit.c.id, audit.c.at, _REFUSED, is_serial=True),
    Expiring.AUDIT: _Rows(audit, audit.c.id, audit.c.at, ~_REFUSED, is_serial=True),
    Expiring.BOOKINGS: _Rows(booking, booking.c.id, booking.c.end),
}

_IN_MEMORY = {Expiring.TOKENS, Expiring.KNOWN_ADDRESSES}
"""Rows that processes hold in memory with their person."""


class RetentionRows:
    def __init__(self, connection: Connection, changes: set[Change]) -> None:
        self._connection = connection
        self._changes = changes

    def expired(self, limit: Limit, at_once: int) -> list[Expired]:
        """Some of the rows that a limit does not keep: those past their time first."""
        rows = _KINDS[limit.kind]
        found = select(rows.key, rows.at).where(*_meant(limit), rows.at < seconds(limit.before))
        found = found.order_by(rows.key) if rows.is_serial else found
        past = [Expired(key, at) for key, at in self._connection.execute(found.limit(at_once))]
        return past if past or limit.max_rows is None else self._surplus(limit, limit.max_rows, at_once)

    def _surplus(self, limit: Limit, most: int, at_once: int) -> list[Expired]:
        """The oldest of too many."""
        rows = _KINDS[limit.kind]
        count = self._connection.execute(select(func.count()).select_from(rows.table).where(*_meant(limit)))
        surplus = min(count.scalar_one() - most, at_once)
        if surplus <= 0:
            return []
        found = select(rows.key, rows.at).where(*_meant(limit))
        if limit.over_before is not None:
            found = found.where(rows.at < seconds(limit.over_before))
        oldest = found.order_by(rows.key if rows.is_serial else rows.at).limit(surplus)
        return [Expired(key, at) for key, at in self._connection.execute(oldest)]

    def discard(self, limit: Limit, found: Sequence[Expired]) -> int:
        """Delete rows that were found, but for those that changed since; how many."""
        rows = _KINDS[limit.kind]
        keys, newest = [each.key for each in found], max(each.at for each in found)
        these = (rows.key.in_(keys), rows.at <= newest, *_meant(limit))
        if limit.kind is Expiring.BOOKINGS:
            self._discard_what_belongs_to(keys, newest)
        gone = delete(rows.table).where(*these)
        if limit.kind in _IN_MEMORY:
            owners = self._connection.execute(gone.returning(rows.table.c.person_id)).scalars().all()
            self._changes.update(Change("person", str(PersonId(owner))) for owner in owners)
            return len(owners)
        return self._connection.execute(gone).rowcount

    def _discard_what_belongs_to(self, bookings: Sequence[object], newest: int) -> None:
        over = select(booking.c.id).where(booking.c.id.in_(bookings), booking.c.end <= newest)
        for table in (charge, outbox):
            self._connection.execute(delete(table).where(table.c.booking_id.in_(over)))


def _meant(limit: Limit) -> tuple[ColumnElement[bool], ...]:
    """Which rows of its table a limit is about."""
    if limit.kind is Expiring.MESSAGES:
        is_useless = outbox.c.expires_at < seconds(limit.before)
        return (or_(outbox.c.state >= literal_column("2"), is_useless),)
    is_meant = _KINDS[limit.kind].is_meant
    return () if is_meant is None else (is_meant,)
