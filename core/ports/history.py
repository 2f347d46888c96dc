"""Repository of everything that happened: all bookings, the quota ledger and the audit trail, as streams."""

from collections.abc import Iterator
from typing import Protocol

from core.interval import Interval
from core.model import AuditEntry, Booking, Charge


class HistoryRepository(Protocol):
    """Rows in the order of time, read a few thousand at a time; those of a window, or all."""

    def bookings(self, window: Interval | None = None) -> Iterator[Booking]:
        """Active and cancelled bookings, by start."""
        ...

    def charges(self, window: Interval | None = None) -> Iterator[Charge]: ...
    def audit(self, window: Interval | None = None) -> Iterator[AuditEntry]: ...
