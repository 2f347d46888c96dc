"""Messages of a booking: reminders before it starts, and the confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.errors import UnknownPerson
from core.model import Booking, NotificationPreferences, OutboxMessage, Person, PersonId, Series
from core.ports import UnitOfWork

REMINDER = "reminder"
CONFIRMATION = "confirmation"
SERIES_CONFIRMATION = "series confirmation"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Payload of a reminder: minutes before, and the start it was made for."""

    minutes: int
    start: datetime

    def __str__(self) -> str:
        return f"{self.minutes} {int(self.start.timestamp())}"

    @classmethod
    def read(cls, payload: str) -> "Reminder":
        minutes, start = payload.split()
        return cls(int(minutes), datetime.fromtimestamp(int(start), UTC))


def reminders(booking: Booking, person: Person | None, now: datetime) -> tuple[OutboxMessage, ...]:
    """Reminders of a booking that are still ahead. Each expires when the next is due."""
    if person is None or booking.booked_by != person.id:
        return ()
    messages: list[OutboxMessage] = []
    expires_at = start = booking.interval.start
    for minutes in sorted(set(person.preferences.reminders)):
        due = start - timedelta(minutes=minutes)
        if due > now:
            messages.append(_reminder(booking, person.id, minutes, due, expires_at))
            expires_at = due
    return tuple(reversed(messages))


def _reminder(
    booking: Booking, person_id: PersonId, minutes: int, due: datetime, expires_at: datetime
) -> OutboxMessage:
    return OutboxMessage(
        key=f"{REMINDER} {booking.id} {minutes} v{booking.version}",
        kind=REMINDER,
        due_at=due,
        payload=str(Reminder(minutes, booking.interval.start)),
        person_id=person_id,
        booking_id=booking.id,
        expires_at=expires_at,
    )


def confirmation(booking: Booking, now: datetime, booked_from: str = "") -> OutboxMessage:
    """Confirmation of a booking whose reply is not kept, such as one made in a channel or over HTTP."""
    return OutboxMessage(
        key=f"{CONFIRMATION} {booking.id}",
        kind=CONFIRMATION,
        due_at=now,
        payload=booked_from,
        person_id=booking.booked_by,
        booking_id=booking.id,
        expires_at=booking.interval.end,
    )


def series_confirmation(series: Series, bookings: Sequence[Booking], now: datetime) -> OutboxMessage:
    """One confirmation for all dates of a series; its payload is the series's id."""
    return OutboxMessage(
        key=f"{SERIES_CONFIRMATION} {series.id}",
        kind=SERIES_CONFIRMATION,
        due_at=now,
        payload=series.id,
        person_id=series.booked_by,
        booking_id=bookings[0].id,
        expires_at=bookings[0].interval.end,
    )


def update_preferences(
    unit: UnitOfWork,
    person_id: PersonId,
    preferences: NotificationPreferences,
    zone: str | None,
    now: datetime,
) -> Person:
    """Changes notification preferences and requeues the reminders of upcoming bookings."""
    person = unit.people.get(person_id)
    if person is None:
        raise UnknownPerson(str(person_id))
    changed = replace(person, preferences=preferences, zone=zone)
    unit.people.put(changed)
    if preferences.reminders != person.preferences.reminders:
        for booking in unit.bookings.of_person(person_id):
            if booking.interval.start > now:
                unit.outbox.withdraw(booking.id, REMINDER)
                unit.outbox.add(reminders(booking, changed, now))
    return changed
