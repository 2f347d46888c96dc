"""Repository of everything that happened: bookings, the quota ledger, the audit trail, and messages."""

from collections.abc import Collection, Iterator
from typing import Protocol

from core.interval import Interval
from core.model import (
    AuditEntry,
    Booking,
    BookingId,
    Charge,
    Delivery,
    PersonId,
    PublishedEntry,
    RoomId,
)


class HistoryRepository(Protocol):
    """All rows, or those of a window, as streams in the order of time; and the few rows about one thing."""

    def bookings(self, window: Interval | None = None) -> Iterator[Booking]:
        """Active and cancelled bookings, by start."""
        ...

    def charges(self, window: Interval | None = None) -> Iterator[Charge]: ...
    def audit(self, window: Interval | None = None) -> Iterator[AuditEntry]: ...
    def refunds_and_charges(self, booking_id: BookingId) -> list[Charge]:
        """The ledger of one booking."""
        ...

    def audit_about(self, subjects: Collection[str], limit: int) -> list[AuditEntry]:
        """The newest entries about any of these subjects, oldest first."""
        ...

    def deliveries(self, booking_id: BookingId) -> list[Delivery]:
        """All messages about a booking that are still kept, by when they were due."""
        ...

    def given_up(self, person_id: PersonId, limit: int) -> list[Delivery]:
        """The newest messages to a person that could not be delivered, newest first."""
        ...

    def with_id_like(self, start: str, limit: int) -> list[Booking]:
        """Bookings, active or not, whose id begins with `start`, at least four digits."""
        ...

    def cancelled(self, room_id: RoomId, slot: Interval) -> list[Booking]:
        """Cancelled bookings of a room that overlap a slot."""
        ...

    def entries(self, room_id: RoomId, slot: Interval) -> list[PublishedEntry]:
        """Timetable entries of a room that overlap a slot; a part of one that is longer than four weeks."""
        ...
