"""Addresses of calendars, cancelled bookings, and when bookings changed."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, select

from core.interval import Interval
from core.model import Booking, BookingState, CalendarAddress, PersonId, SocietyId
from storage.mapping import instant, seconds, to_booking
from storage.service_tables import calendar_address
from storage.tables import MAX_BOOKING_LENGTH, audit, booking
from storage.upsert import upsert
from storage.windows import overlaps

_OWN = ""
"""`society_id` of a person's own calendar: part of the primary key, so not null."""
_SUBJECTS_PER_STATEMENT = 500


class SqlCalendarRepository:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_hash(self, secret_hash: bytes) -> CalendarAddress | None:
        return self._find(calendar_address.c.hash == secret_hash)

    def get(self, person_id: PersonId, society_id: SocietyId | None) -> CalendarAddress | None:
        return self._find(
            calendar_address.c.person_id == person_id, calendar_address.c.society_id == (society_id or _OWN)
        )

    def _find(self, *conditions: ColumnElement[bool]) -> CalendarAddress | None:
        row = self._connection.execute(select(calendar_address).where(*conditions)).one_or_none()
        if row is None:
            return None
        society_id = None if row.society_id == _OWN else SocietyId(row.society_id)
        return CalendarAddress(
            bytes(row.hash), bytes(row.salt), row.person_id, society_id, instant(row.created_at)
        )

    def put(self, address: CalendarAddress) -> None:
        row: dict[str, object] = {
            "person_id": address.person_id,
            "society_id": address.society_id or _OWN,
            "hash": address.hash,
            "salt": address.salt,
            "created_at": seconds(address.created_at),
        }
        upsert(self._connection, calendar_address, [row])

    def remove_all(self, person_id: PersonId) -> None:
        self._connection.execute(delete(calendar_address).where(calendar_address.c.person_id == person_id))

    def cancelled(self, address: CalendarAddress, window: Interval, limit: int) -> list[Booking]:
        is_theirs = booking.c.booked_by == address.person_id
        if address.society_id is not None:
            is_theirs = booking.c.society_id == address.society_id
        found = select(booking).where(
            is_theirs,
            booking.c.state == BookingState.CANCELLED.value,
            booking.c.held_until.is_(None),
            *overlaps(booking, window, MAX_BOOKING_LENGTH),
        )
        latest = found.order_by(booking.c.start.desc(), booking.c.id.desc()).limit(limit)
        return [to_booking(row) for row in self._connection.execute(latest)][::-1]

    def last_changes(self, subjects: Collection[str]) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        names = list(subjects)
        for first in range(0, len(names), _SUBJECTS_PER_STATEMENT):
            part = names[first : first + _SUBJECTS_PER_STATEMENT]
            newest = (
                select(audit.c.subject, func.max(audit.c.at))
                .where(audit.c.subject.in_(part))
                .group_by(audit.c.subject)
            )
            found |= {subject: instant(at) for subject, at in self._connection.execute(newest)}
        return found
