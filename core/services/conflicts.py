"""Bookings that a class was published over afterwards: nothing is taken away silently."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from core.model.entities import Booking, Busy, PersonId, Role
from core.model.outbox import Message
from core.ports.storage import Unit
from core.read_model import Picture

CLASH = "clash"


def clashes_of(
    picture: Picture, bookings: Iterable[Booking], source: str, now: datetime
) -> Iterator[Booking]:
    """Those of some bookings, not over yet, whose rooms a source has entries for at that time."""
    for booking in bookings:
        if booking.interval.end > now and clash_of(picture, booking, source) is not None:
            yield booking


def clash_of(picture: Picture, booking: Booking, source: str) -> Busy | None:
    """What a source has in the booked room at the time of a booking."""
    start, end = int(booking.interval.start.timestamp()), int(booking.interval.end.timestamp())
    schedule = picture.availability.schedule(booking.room_id)
    return next((each for each in schedule.taken_by(start, end) if each.source == source), None)


def queue_clashes(unit: Unit, bookings: Iterable[Booking], source: str, now: datetime) -> int:
    """A message for each holder; how many had none yet. Presidents hold what their society's token booked."""
    messages = [
        Message(
            key=f"{CLASH} {booking.id} v{booking.version} {person_id}",
            kind=CLASH,
            due_at=now,
            payload=source,
            person_id=person_id,
            booking_id=booking.id,
            expires_at=booking.interval.end,
        )
        for booking in bookings
        for person_id in _holders(unit, booking)
    ]
    return unit.outbox.add(messages)


def _holders(unit: Unit, booking: Booking) -> list[PersonId]:
    if booking.booked_by is not None:
        return [booking.booked_by]
    if booking.society_id is None:
        return []
    members = unit.societies.members(booking.society_id)
    return [each.person_id for each in members if each.role is Role.PRESIDENT]
