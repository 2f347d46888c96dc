"""What is required of storage for calendars that programs subscribe to."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from core.interval import Interval
from core.model import Booking, CalendarAddress, PersonId, SocietyId


class CalendarRepository(Protocol):
    """Addresses of calendars, and what calendars show beyond active bookings."""

    def by_hash(self, secret_hash: bytes) -> CalendarAddress | None: ...
    def get(self, person_id: PersonId, society_id: SocietyId | None) -> CalendarAddress | None: ...
    def put(self, address: CalendarAddress) -> None:
        """Stores the address in place of an earlier one for the same calendar."""
        ...

    def remove_all(self, person_id: PersonId) -> None:
        """Revokes all addresses of a person."""
        ...

    def cancelled(self, address: CalendarAddress, window: Interval, limit: int) -> list[Booking]:
        """Cancelled bookings of its person or society that overlap a window, by start; no ended holds.

        Beyond `limit`, those that start last.
        """
        ...

    def last_changes(self, subjects: Collection[str]) -> Mapping[str, datetime]:
        """When each of these bookings and series last changed, as far as the audit trail reaches."""
        ...
