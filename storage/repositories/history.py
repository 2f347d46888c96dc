"""All bookings, the quota ledger and the audit trail, as streams."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from core.interval import Interval
from core.model import AuditEntry, Booking, Charge
from storage.mapping import instant, seconds, to_booking
from storage.tables import MAX_BOOKING_LENGTH, audit, booking, charge
from storage.windows import overlaps

_ROWS_PER_FETCH = 5_000


class SqlHistoryRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def bookings(self, window: Interval | None = None) -> Iterator[Booking]:
        within = () if window is None else overlaps(booking, window, MAX_BOOKING_LENGTH)
        found = select(booking).where(*within).order_by(booking.c.start, booking.c.id)
        return map(to_booking, self._stream(found))

    def charges(self, window: Interval | None = None) -> Iterator[Charge]:
        found = select(charge).where(*_during(charge.c.at, window)).order_by(charge.c.id)
        return map(_to_charge, self._stream(found))

    def audit(self, window: Interval | None = None) -> Iterator[AuditEntry]:
        found = select(audit).where(*_during(audit.c.at, window)).order_by(audit.c.id)
        return map(_to_audit_entry, self._stream(found))

    def _stream(self, found: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
        return iter(self._connection.execute(found, execution_options={"yield_per": _ROWS_PER_FETCH}))


def _to_charge(row: Row[*tuple[Any, ...]]) -> Charge:
    return Charge(row.person_id, row.booking_id, row.week, row.minutes, instant(row.at))


def _to_audit_entry(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    details = json.loads(row.details) if row.details else {}
    return AuditEntry(instant(row.at), row.actor, row.action, row.subject, details)


def _during(at: ColumnElement[int], window: Interval | None) -> tuple[ColumnElement[bool], ...]:
    return () if window is None else (at >= seconds(window.start), at < seconds(window.end))
