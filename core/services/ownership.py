"""Ownership of bookings."""

from collections.abc import Collection
from datetime import datetime

from core.errors import BookingIsOver, NotYourBooking, UnknownBooking
from core.model import Booking, BookingState, Guest, Identity, PersonId, Role
from core.ports import Facts


def own_booking(facts: Facts, by: PersonId, now: datetime) -> Booking:
    """Returns the existing booking if `by` owns it and it is not over."""
    booking = _existing(facts)
    if not owns(booking, by, facts.role):
        raise NotYourBooking
    return _not_over(booking, now)


def attended_booking(
    facts: Facts, by: PersonId | None, now: datetime, identities: Collection[Identity] = ()
) -> Booking:
    """Returns the existing booking if `by` owns it or is a guest, and it is not over.

    `identities` are the chat accounts of `by`.
    """
    booking = _existing(facts)
    if not owns(booking, by, facts.role) and guest_of(booking, by, identities) is None:
        raise NotYourBooking
    return _not_over(booking, now)


def _existing(facts: Facts) -> Booking:
    booking = facts.booking
    if booking is None or booking.state is not BookingState.ACTIVE:
        raise UnknownBooking
    return booking


def _not_over(booking: Booking, now: datetime) -> Booking:
    if booking.interval.end <= now:
        raise BookingIsOver
    return booking


def guest_of(
    booking: Booking, person_id: PersonId | None, identities: Collection[Identity] = ()
) -> Guest | None:
    """The guest who is this person, or has one of these chat accounts."""
    return next(
        (
            each
            for each in booking.guests
            if (each.person_id is not None and each.person_id == person_id) or each.identity in identities
        ),
        None,
    )


def owns(booking: Booking, by: PersonId | None, role: Role | None) -> bool:
    """Whether `by` owns a booking; presidents own their society's token bookings. `role` is that of `by`."""
    if booking.booked_by is None:
        return role is Role.PRESIDENT
    return booking.booked_by == by
