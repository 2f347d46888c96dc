"""Messages of a booking: reminders before it starts, and the confirmation."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from core.errors import UnknownPerson
from core.model import (
    Booking,
    BookingId,
    BookingState,
    Guest,
    NotificationPreferences,
    OutboxMessage,
    Person,
    PersonId,
    Series,
)
from core.ports import UnitOfWork

REMINDER = "reminder"
CONFIRMATION = "confirmation"
SERIES_CONFIRMATION = "series confirmation"


class Reminder(Struct, frozen=True):
    """Payload of a reminder: minutes before, and the start it was made for."""

    minutes: int
    start: datetime

    def __str__(self) -> str:
        return f"{self.minutes} {int(self.start.timestamp())}"

    @classmethod
    def read(cls, payload: str) -> "Reminder":
        minutes, start = payload.split()
        return cls(int(minutes), datetime.fromtimestamp(int(start), UTC))


def reminders(
    booking: Booking, person: Person | None, now: datetime, guests: Iterable[Person] = ()
) -> tuple[OutboxMessage, ...]:
    """Reminders of a booking that are still ahead, for its owner `person` and for its guests.

    Each expires when the next of the same person is due. `guests` are those with accounts.
    """
    own = person is not None and booking.booked_by == person.id
    to_owner = (
        _ahead(booking, person.preferences, now, booking.booked_by) if person is not None and own else ()
    )
    if not booking.guests:
        return tuple(to_owner)
    return (*to_owner, *guest_reminders(booking, booking.guests, guests, now))


def guest_reminders(
    booking: Booking, guests: Iterable[Guest], people: Iterable[Person], now: datetime
) -> tuple[OutboxMessage, ...]:
    """Reminders of a booking for these of its guests; those without an account get the usual ones."""
    preferences = {each.id: each.preferences for each in people}
    return tuple(
        replace(each, key=f"{each.key} {guest.key}", identity=guest.identity)
        for guest in guests
        for each in _ahead(
            booking,
            preferences.get(guest.person_id, _USUAL) if guest.person_id is not None else _USUAL,
            now,
            guest.person_id,
        )
    )


_USUAL = NotificationPreferences()


def _ahead(
    booking: Booking, preferences: NotificationPreferences, now: datetime, person_id: PersonId | None
) -> list[OutboxMessage]:
    """The reminders of one person."""
    messages: list[OutboxMessage] = []
    expires_at = start = booking.interval.start
    for minutes in sorted(set(preferences.reminders)):
        due = start - timedelta(minutes=minutes)
        if due > now:
            messages.append(_reminder(booking, minutes, due, expires_at, person_id))
            expires_at = due
    return messages[::-1]


def _reminder(
    booking: Booking, minutes: int, due: datetime, expires_at: datetime, person_id: PersonId | None
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
    invited_to: Iterable[BookingId] = (),
) -> Person:
    """Changes notification preferences and requeues the reminders of upcoming bookings.

    `invited_to` are those whose guest the person may be.
    """
    person = unit.people.get(person_id)
    if person is None:
        raise UnknownPerson(str(person_id))
    changed = replace(person, preferences=preferences, zone=zone)
    unit.people.put(changed)
    if preferences.reminders != person.preferences.reminders:
        guest = Guest(person_id)
        for booking in unit.bookings.of_person(person_id):
            if booking.interval.start > now:
                unit.outbox.withdraw(booking.id, REMINDER, person_id)
                own = replace(booking, guests=())
                unit.outbox.add(reminders(own, changed, now))
        for other in filter(None, map(unit.bookings.get, invited_to)):
            if other.state is BookingState.ACTIVE and guest in other.guests and other.interval.start > now:
                unit.outbox.withdraw(other.id, REMINDER, person_id)
                unit.outbox.add(guest_reminders(other, [guest], [changed], now))
    return changed
