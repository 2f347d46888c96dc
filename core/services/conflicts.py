"""Conflicts of existing bookings with newly published classes: their holders are notified."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from core.model import Booking, Busy, OutboxMessage, PersonId, Role
from core.ports import UnitOfWork
from core.read_model import ReadModel

CONFLICT = "clash"


def find_conflicts(
    read_model: ReadModel, bookings: Iterable[Booking], source: str, now: datetime
) -> Iterator[Booking]:
    """Yields the bookings, not over yet, that overlap an entry of a source."""
    for booking in bookings:
        if booking.interval.end > now and find_conflict(read_model, booking, source) is not None:
            yield booking


def find_conflict(read_model: ReadModel, booking: Booking, source: str) -> Busy | None:
    """Finds a source's entry that overlaps a booking."""
    start, end = int(booking.interval.start.timestamp()), int(booking.interval.end.timestamp())
    schedule = read_model.availability.schedule(booking.room_id)
    return next((each for each in schedule.conflicts(start, end) if each.source == source), None)


def queue_conflict_notices(unit: UnitOfWork, bookings: Iterable[Booking], source: str, now: datetime) -> int:
    """Queues one message per holder; returns how many are new. Token bookings are held by presidents."""
    messages = [
        OutboxMessage(
            key=f"{CONFLICT} {booking.id} v{booking.version} {person_id}",
            kind=CONFLICT,
            due_at=now,
            payload=source,
            person_id=person_id,
            booking_id=booking.id,
            expires_at=booking.interval.end,
        )
        for booking in bookings
        for person_id in holders_of(unit, booking)
    ]
    return unit.outbox.add(messages)


def holders_of(unit: UnitOfWork, booking: Booking) -> list[PersonId]:
    """The people who decide on a booking: who made it, or the presidents for a society's token."""
    if booking.booked_by is not None:
        return [booking.booked_by]
    if booking.society_id is None:
        return []
    members = unit.societies.members(booking.society_id)
    return [each.person_id for each in members if each.role is Role.PRESIDENT]
