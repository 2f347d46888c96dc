"""Ownership of bookings."""

from datetime import datetime

from core.errors import BookingIsOver, NotYourBooking, UnknownBooking
from core.model import Booking, BookingState, PersonId, Role
from core.ports import Facts


def own_booking(facts: Facts, by: PersonId, now: datetime) -> Booking:
    """Returns the existing booking if `by` owns it and it is not over."""
    booking = facts.booking
    if booking is None or booking.state is not BookingState.ACTIVE:
        raise UnknownBooking
    if not owns(booking, by, facts.role):
        raise NotYourBooking
    if booking.interval.end <= now:
        raise BookingIsOver
    return booking


def owns(booking: Booking, by: PersonId, role: Role | None) -> bool:
    """Whether `by` owns a booking; presidents own their society's token bookings. `role` is that of `by`."""
    if booking.booked_by is None:
        return role is Role.PRESIDENT
    return booking.booked_by == by
