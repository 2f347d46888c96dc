"""Everything that happened: bookings, the quota ledger, the audit trail, and messages."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, literal_column, select

from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    BookingType,
    Charge,
    Delivery,
    MessageState,
    PersonId,
    PublishedEntry,
    RoomId,
    TimetableSlot,
)
from storage.mapping import instant, seconds, to_booking, to_message
from storage.tables import MAX_BOOKING_LENGTH, audit, booking, charge, outbox
from storage.timetable_tables import MAX_ENTRY_LENGTH, timetable_entry, timetable_run
from storage.windows import overlaps

_ROWS_PER_FETCH = 1_000
_UUID_SHAPE = "00000000-0000-0000-0000-000000000000"
_is_cancelled: ColumnElement[bool] = booking.c.state == literal_column("0")
_is_given_up: ColumnElement[bool] = outbox.c.state == literal_column("3")
"""Literals, not parameters: SQLite uses the partial indexes only then."""
_DELIVERY = (
    outbox.c.state,
    outbox.c.attempts,
    outbox.c.trouble,
    outbox.c.claimed_at,
    outbox.c.key,
    outbox.c.kind,
    outbox.c.person_id,
    outbox.c.identity,
    outbox.c.booking_id,
    outbox.c.payload,
    outbox.c.due_at,
    outbox.c.expires_at,
)


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

    def refunds_and_charges(self, booking_id: BookingId) -> list[Charge]:
        found = select(charge).where(charge.c.booking_id == booking_id).order_by(charge.c.id)
        return [_to_charge(row) for row in self._connection.execute(found)]

    def audit_about(self, subjects: Collection[str], limit: int) -> list[AuditEntry]:
        found = select(audit).where(audit.c.subject.in_(subjects)).order_by(audit.c.id.desc()).limit(limit)
        return [_to_audit_entry(row) for row in self._connection.execute(found)][::-1]

    def deliveries(self, booking_id: BookingId) -> list[Delivery]:
        found = select(*_DELIVERY).where(outbox.c.booking_id == booking_id)
        rows = self._connection.execute(found.order_by(outbox.c.due_at, outbox.c.id))
        return [_to_delivery(row) for row in rows]

    def given_up(self, person_id: PersonId, limit: int) -> list[Delivery]:
        found = select(*_DELIVERY).where(_is_given_up, outbox.c.person_id == person_id)
        rows = self._connection.execute(found.order_by(outbox.c.id.desc()).limit(limit))
        return [_to_delivery(row) for row in rows]

    def with_id_like(self, start: str, limit: int) -> list[Booking]:
        """A range between two ids of the same shape, which every collation sorts alike, and the index has."""
        first = start + _UUID_SHAPE[len(start) :]
        last = start + _UUID_SHAPE[len(start) :].replace("0", "f")
        found = select(booking).where(booking.c.id >= first, booking.c.id <= last)
        return [to_booking(row) for row in self._connection.execute(found.limit(limit))]

    def cancelled(self, room_id: RoomId, slot: Interval) -> list[Booking]:
        then = overlaps(booking, slot, MAX_BOOKING_LENGTH)
        found = select(booking).where(_is_cancelled, booking.c.room_id == room_id, *then)
        return [to_booking(row) for row in self._connection.execute(found.order_by(booking.c.start))]

    def entries(self, room_id: RoomId, slot: Interval) -> list[PublishedEntry]:
        entry, run = timetable_entry.c, timetable_run.c
        found = (
            select(entry.room_id, entry.start, entry.end, entry.name, entry.booking_type)
            .add_columns(run.source, run.id, run.made_at)
            .join(timetable_run, run.id == entry.run_id)
            .where(
                run.is_current, entry.room_id == room_id, *overlaps(timetable_entry, slot, MAX_ENTRY_LENGTH)
            )
        )
        return [
            PublishedEntry(
                TimetableSlot(row[0], row[1], row[2], row[3], BookingType(row[4])),
                row[5],
                row[6],
                instant(row[7]),
            )
            for row in self._connection.execute(found.order_by(entry.start))
        ]

    def _stream(self, found: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
        return iter(self._connection.execute(found, execution_options={"yield_per": _ROWS_PER_FETCH}))


def _to_delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    state, attempts, error, sent_at, *message = row
    sent = None if sent_at is None else instant(sent_at)
    return Delivery(to_message(message), MessageState(state), attempts, error, sent)


def _to_charge(row: Row[*tuple[Any, ...]]) -> Charge:
    return Charge(row.person_id, row.booking_id, row.week, row.minutes, instant(row.at))


def _to_audit_entry(row: Row[*tuple[Any, ...]]) -> AuditEntry:
    details = json.loads(row.details) if row.details else {}
    return AuditEntry(instant(row.at), row.actor, row.action, row.subject, details)


def _during(at: ColumnElement[int], window: Interval | None) -> tuple[ColumnElement[bool], ...]:
    return () if window is None else (at >= seconds(window.start), at < seconds(window.end))
