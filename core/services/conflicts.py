"""Conflicts of existing bookings with newly published classes: their holders are notified."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

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


def by_series(bookings: Iterable[Booking]) -> list[list[Booking]]:
    """The bookings, those of one series together."""
    groups: dict[str, list[Booking]] = {}
    for booking in bookings:
        groups.setdefault(booking.series_id or booking.id, []).append(booking)
    return list(groups.values())


def queue_conflict_notices(unit: UnitOfWork, bookings: Iterable[Booking], source: str, now: datetime) -> int:
    """Queues one message per holder and series; returns how many. Token bookings are held by presidents."""
    return sum(
        _queue_for_series(unit, group, source, now)
        if group[0].series_id is not None
        else unit.outbox.add(_notices(unit, group[0], source, group[0].interval.end, now))
        for group in by_series(bookings)
    )


def _queue_for_series(unit: UnitOfWork, dates: Iterable[Booking], source: str, now: datetime) -> int:
    """The first notice that is new tells of all dates; the others are queued as expired, to be known."""
    notified: set[PersonId | None] = set()
    for booking in sorted(dates, key=lambda each: each.interval.start):
        payload = f"{source}\n{booking.series_id}"
        for notice in _notices(unit, booking, payload, booking.interval.end, now):
            if notice.person_id in notified:
                unit.outbox.add([replace(notice, expires_at=now)])
            elif unit.outbox.add([notice]):
                notified.add(notice.person_id)
    return len(notified)


def _notices(
    unit: UnitOfWork, booking: Booking, payload: str, expires_at: datetime, now: datetime
) -> list[OutboxMessage]:
    return [
        OutboxMessage(
            key=f"{CONFLICT} {booking.id} v{booking.version} {person_id}",
            kind=CONFLICT,
            due_at=now,
            payload=payload,
            person_id=person_id,
            booking_id=booking.id,
            expires_at=expires_at,
        )
        for person_id in holders_of(unit, booking)
    ]


def holders_of(unit: UnitOfWork, booking: Booking) -> list[PersonId]:
    """The people who decide on a booking: who made it, or the presidents for a society's token."""
    if booking.booked_by is not None:
        return [booking.booked_by]
    if booking.society_id is None:
        return []
    members = unit.societies.members(booking.society_id)
    return [each.person_id for each in members if each.role is Role.PRESIDENT]
